// What was said in one conversation. Stays at the newest message unless the officer has
// scrolled up; then it says that there is something new.
export default {
  template: `
    <div class="timeline-frame">
      <div class="timeline" ref="scroll" @scroll="scrolled" tabindex="0" role="log" :aria-label="texts.conversation">
        <button v-if="earlier" class="quiet earlier" @click="$emit('earlier')">{{ texts.earlier }}</button>
        <template v-for="line in lines" :key="line.id">
          <div v-if="line.type === 'day'" class="day"><span>{{ line.text }}</span></div>
          <div v-else-if="line.type === 'passed'" class="passed"><time>{{ line.time }}</time>{{ line.text }}<q v-if="line.note">{{ line.note }}</q></div>
          <article v-else class="said" :class="line.side">
            <header><span class="who">{{ line.who }}</span><time :title="line.moment">{{ line.time }}</time></header>
            <p class="words" :class="{ kind: line.kind }">{{ line.text }}</p>
            <p v-if="line.offered" class="offered">{{ line.offered }}</p>
            <footer v-if="line.status || line.rating">
              <span v-if="line.status" class="status" :class="line.tone" :title="line.reason">{{ line.status }}</span>
              <button v-if="line.again" class="quiet again" @click="$emit('again', line.id)">{{ texts.send_again }}</button>
              <span v-if="line.rating" class="rating" :class="line.rated">{{ line.rating }}</span>
            </footer>
          </article>
        </template>
      </div>
      <button v-if="behind" class="newer" @click="bottom(true)">{{ texts.new_messages }} ↓</button>
    </div>`,
  props: {
    lines: { type: Array, default: () => [] },
    earlier: Boolean,
    conversation: String,
    texts: Object,
  },
  data() {
    return { behind: false, attached: true };
  },
  mounted() {
    this.bottom(false);
  },
  watch: {
    conversation() {
      this.attached = true;
      this.behind = false;
      this.$nextTick(() => this.bottom(false));
    },
    lines(now, before) {
      const last = (lines) => lines[lines.length - 1]?.id;
      const fresh = last(now) !== last(before);
      const box = this.$refs.scroll;
      const fromBottom = box.scrollHeight - box.scrollTop;
      this.$nextTick(() => {
        if (this.attached || (fresh && now[now.length - 1]?.side === "me")) this.bottom(false);
        else if (fresh) this.behind = true;
        else box.scrollTop = box.scrollHeight - fromBottom;
      });
    },
  },
  methods: {
    bottom(smooth) {
      const box = this.$refs.scroll;
      box.scrollTo({ top: box.scrollHeight, behavior: smooth ? "smooth" : "instant" });
      this.behind = false;
    },
    scrolled() {
      const box = this.$refs.scroll;
      this.attached = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
      if (this.attached) this.behind = false;
    },
  },
};
