// The list of conversations. Rows come from the server; waiting times grow here, and the
// keyboard moves here, so that neither costs a round trip.
export default {
  template: `
    <div class="queue" role="listbox" tabindex="0" :aria-label="texts.list" :aria-activedescendant="cursor ? 'q-' + cursor : null">
      <div v-for="row in rows" :key="row.number" :id="'q-' + row.number" role="option"
        class="entry" :class="{ urgent: row.urgent, chosen: row.number === chosen, cursor: row.number === cursor }"
        :aria-selected="row.number === chosen ? 'true' : 'false'" @click="open(row.number)">
        <div class="entry-head">
          <span v-if="row.unanswered" class="dot" :title="texts.unanswered"></span>
          <span v-if="row.urgent" class="tag urgent-tag">{{ texts.urgent }}</span>
          <span class="reason">{{ row.reason }}</span>
          <span v-if="row.public" class="tag">{{ texts.public }}</span>
          <span v-if="row.follow_up" class="tag">{{ texts.follow_up }}</span>
          <span v-if="row.undelivered" class="tag bad-tag">{{ row.undelivered }}</span>
          <time class="age" :class="{ late: row.waiting && minutes(row) >= 10 }">{{ age(row) }}</time>
        </div>
        <div class="entry-words">{{ row.words }}</div>
        <div class="entry-foot"><span>{{ row.channel }} · {{ row.account }}</span>
          <span class="holder" :class="row.side">{{ row.holder }}</span></div>
      </div>
      <div v-if="rows.length === 0" class="empty"><strong>{{ texts.empty }}</strong>
        <span>{{ texts.empty_more }}</span></div>
    </div>`,
  props: {
    rows: { type: Array, default: () => [] },
    chosen: String,
    texts: { type: Object, default: () => ({}) },
    server_now: Number,
  },
  data() {
    return { cursor: null, now: Date.now(), ahead: 0 };
  },
  mounted() {
    this.clock = setInterval(() => (this.now = Date.now()), 15000);
    window.addEventListener("keydown", this.key);
  },
  unmounted() {
    clearInterval(this.clock);
    window.removeEventListener("keydown", this.key);
  },
  watch: {
    server_now: {
      immediate: true,
      handler(now) {
        this.ahead = now - Date.now();
      },
    },
    rows() {
      this.now = Date.now();
      if (!this.rows.some((row) => row.number === this.cursor)) this.cursor = null;
    },
  },
  methods: {
    minutes(row) {
      return Math.max(0, Math.floor((this.now + this.ahead - row.since) / 60000));
    },
    age(row) {
      if (!row.since) return "";
      const minutes = this.minutes(row);
      if (minutes < 1) return this.texts.now;
      if (minutes < 60) return this.texts.minutes.replace("{number}", minutes);
      if (minutes < 60 * 24) return this.texts.hours.replace("{number}", Math.floor(minutes / 60));
      return this.texts.days.replace("{number}", Math.floor(minutes / 60 / 24));
    },
    open(number) {
      this.cursor = number;
      this.$emit("open", number);
    },
    move(step) {
      const at = this.rows.findIndex((row) => row.number === (this.cursor ?? this.chosen));
      const next = this.rows[Math.min(Math.max(at + step, 0), this.rows.length - 1)];
      if (!next) return;
      this.cursor = next.number;
      this.$nextTick(() =>
        document.getElementById("q-" + next.number)?.scrollIntoView({ block: "nearest" }),
      );
    },
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const writing = event.target.closest("input, textarea, select, [contenteditable]");
      if (writing) {
        if (event.key === "Escape") event.target.blur();
        return;
      }
      if (document.querySelector(".q-dialog")) return;
      const keys = {
        j: () => this.move(1),
        ArrowDown: () => this.move(1),
        k: () => this.move(-1),
        ArrowUp: () => this.move(-1),
        Enter: () => {
          if (event.target.closest("button, a")) return false;
          if (this.cursor) this.open(this.cursor);
        },
        "[": () => this.$emit("list", -1),
        "]": () => this.$emit("list", 1),
        t: () => this.$emit("act", "take"),
        r: () => document.querySelector(".reply textarea")?.focus(),
        1: () => this.$emit("act", "insert 0"),
        2: () => this.$emit("act", "insert 1"),
        3: () => this.$emit("act", "insert 2"),
        "?": () => this.$emit("act", "help"),
      };
      const act = keys[event.key];
      if (act && act() !== false) event.preventDefault();
    },
  },
};
