// The web chat of Wenjing: one custom element, no framework, no build step.
//
//   <script type="module" src="https://chat.example/webchat/widget.js"></script>
//   <wenjing-chat account="demo"></wenjing-chat>
//
// Attributes: account (required), server (where the script came from by default), lang (zh or
// en; the reader's choice, then the browser's language by default). The protocol is described
// in README.md beside this folder. Whatever anybody wrote is shown as text, never as HTML.

const TEXTS = {
  zh: {
    chat: "在线咨询",
    switchTo: "English",
    clear: "清除对话",
    clearQuestion: "清除这台设备上的对话，重新开始？警方已经收到的内容不会因此删除。",
    emergency: ["紧急情况请拨打", "110"],
    log: "对话内容",
    citizen: "我",
    bot: "问警 · 自动答复",
    officer: "民警",
    greeting: "您好，请问有什么可以帮您？",
    about: "您可以问户籍、证件、交通、报案、防骗等问题。先由问警自动答复，需要时转给民警。",
    privacy: "请不要在公用电脑上留下对话；用完请点“清除对话”。",
    samplesLabel: "常见问题",
    samples: [
      "身份证丢了怎么补办？",
      "护照怎么办理？",
      "驾驶证快到期了怎么换？",
      "接到诈骗电话怎么办？",
    ],
    input: "输入您的问题",
    send: "发送",
    person: "转人工",
    personWords: "转人工",
    sending: "发送中…",
    waiting: "未发送，连接后自动发送",
    sent: "已发送",
    failed: "未发送",
    retry: "重试",
    reasons: {
      too_long: "内容太长，请分几次发送。",
      empty: "没有可以发送的文字。",
      too_fast: "发送太快，稍后自动发送",
      busy: "暂时无法接收，稍后自动发送",
    },
    delayed: "已收到。自动答复暂时不可用，我们会尽快回复您。",
    absent: "自动答复暂时不可用。您可以留言，我们会尽快回复。",
    connecting: "正在连接…",
    lost: "连接已断开，正在重新连接…",
    unreachable: "现在连接不上服务器，正在继续尝试。急事请直接拨打：",
    numbers: [
      ["110", "报警"],
      ["119", "火警"],
      ["120", "急救"],
      ["122", "交通事故"],
      ["12110", "短信报警"],
      ["12356", "心理援助"],
    ],
    reconnect: "立即重连",
    typing: { bot: "正在查找答案…", officer: "民警正在输入…" },
    call: (number) => `拨打 ${number}`,
    message: (number) => `发短信到 ${number}`,
    urgent: "紧急",
    helpful: "这条答复有帮助吗？",
    yes: "有帮助",
    no: "没帮助",
    thanks: "谢谢您的反馈。",
    left: (count) => `还可以输入 ${count} 字`,
    over: (count) => `超出 ${count} 字`,
    newer: "有新消息",
  },
  en: {
    chat: "Online enquiries",
    switchTo: "中文",
    clear: "Clear chat",
    clearQuestion:
      "Clear the chat on this device and start again? What the police have received is not deleted by this.",
    emergency: ["In an emergency call", "110"],
    log: "Conversation",
    citizen: "Me",
    bot: "Wenjing · automatic reply",
    officer: "Officer",
    greeting: "Hello, how can we help you?",
    about:
      "Ask about residence, ID documents, traffic, reporting a crime or avoiding fraud. Wenjing answers first; an officer takes over when one should.",
    privacy: "On a shared computer, please choose “Clear chat” when you have finished.",
    samplesLabel: "Often asked",
    samples: [
      "How do I replace a lost ID card?",
      "How do I apply for a passport?",
      "How do I renew my driving licence?",
      "I got a scam call. What should I do?",
    ],
    input: "Type your question",
    send: "Send",
    person: "Talk to a person",
    personWords: "I want to talk to an officer",
    sending: "Sending…",
    waiting: "Not sent yet, will be sent when connected",
    sent: "Sent",
    failed: "Not sent",
    retry: "Try again",
    reasons: {
      too_long: "This is too long. Please send it in parts.",
      empty: "There is no text to send.",
      too_fast: "That was fast: it will be sent in a moment",
      busy: "Not taken yet: it will be sent in a moment",
    },
    delayed: "Received. Automatic replies are not available now; we will reply as soon as we can.",
    absent: "Automatic replies are not available now. Leave a message and we will reply as soon as we can.",
    connecting: "Connecting…",
    lost: "Connection lost. Reconnecting…",
    unreachable: "The server cannot be reached; we keep trying. If it is urgent, call:",
    numbers: [
      ["110", "Police"],
      ["119", "Fire"],
      ["120", "Ambulance"],
      ["122", "Road accident"],
      ["12110", "Police by SMS"],
      ["12356", "Crisis line"],
    ],
    reconnect: "Reconnect now",
    typing: { bot: "Looking it up…", officer: "Officer is typing…" },
    call: (number) => `Call ${number}`,
    message: (number) => `Text ${number}`,
    urgent: "Urgent",
    helpful: "Was this helpful?",
    yes: "Yes",
    no: "No",
    thanks: "Thank you for your feedback.",
    left: (count) => `${count} characters left`,
    over: (count) => `${count} characters too many`,
    newer: "New messages",
  },
};

// What stands before is part of the match: older Safari has no look-behind.
const EMERGENCY_NUMBERS = /(^|[^\d.])(12110|12356|110|119|120|122)(?![\d.]*\d|\s*[条元日天年月号米岁%])/g;
const SMS_ONLY = "12110"; // Takes text messages, not calls.
const HTTPS_LINK = /https:\/\/[\w\-.~:/?#[\]!$&'()*+,;=%]+/g; // ASCII: Chinese goes on without a space.

const ICONS = {
  shield: "M12 2.5 20 5.5v6c0 5-3.4 8.3-8 10-4.6-1.7-8-5-8-10v-6zM8.5 11.8l2.5 2.5 4.5-4.8",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.8-3.8 3.8-5.5 7.5-5.5s6.7 1.7 7.5 5.5",
  send: "M4 12 20.5 4l-5 16.5-4-6.5zM11.5 14l4-4.5",
  phone: "M6.5 3.5h3l1.5 4.5-2 1.5c1 2.3 2.7 4 5 5l1.5-2 4.5 1.5v3c0 1.4-1 2.5-2.5 2.5C10.5 19 5 13.5 4 6c0-1.5 1.1-2.5 2.5-2.5z",
  clear: "M5 7h14M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7M10.5 11v5m3-5v5",
  down: "M12 5v13m-5.5-5.5L12 18l5.5-5.5",
};

const STYLE = `
:host {
  display: block;
  height: 640px;
  overflow: hidden;
  container-type: inline-size;
  color-scheme: light dark;
  --surface: #ffffff;
  --ground: #f3f6fa;
  --ink: #16202e;
  --muted: #4f5c6f;
  --line: #d5dde8;
  --accent: #1d4f91;
  --own: #1d4f91;
  --officer: #e2edfb;
  --alarm: #b3201b;
  --alarm-ground: #fdeeec;
  --alarm-button: #b3201b;
  --notice: #fdf4dc;
  --notice-ink: #5c4300;
}

@media (prefers-color-scheme: dark) {
  :host {
    --surface: #1a2431;
    --ground: #111925;
    --ink: #e7edf5;
    --muted: #a5b1c2;
    --line: #324154;
    --accent: #8dbbf5;
    --own: #2659a3;
    --officer: #1f3a5c;
    --alarm: #ffa49c;
    --alarm-ground: #3a1715;
    --alarm-button: #b93a33;
    --notice: #3a2f12;
    --notice-ink: #f5dfa6;
  }
}

:host([hidden]), [hidden] { display: none !important; }

*, ::before, ::after { box-sizing: border-box; }

h2, h3, p, ul { margin: 0; padding: 0; }

ul { list-style: none; }

button, textarea { font: inherit; color: inherit; }

button { cursor: pointer; touch-action: manipulation; }

a { color: var(--accent); overflow-wrap: anywhere; }

svg {
  flex: none;
  width: 20px;
  height: 20px;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.8;
  stroke-linecap: round;
  stroke-linejoin: round;
}

:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

.frame {
  --side: max(16px, calc((100% - 44rem) / 2));
  display: flex;
  flex-direction: column;
  height: 100%;
  background: var(--surface);
  color: var(--ink);
  font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  text-align: start;
}

header {
  display: flex;
  align-items: center;
  gap: 4px;
  padding: 10px 8px 10px 16px;
}

.badge {
  display: grid;
  flex: none;
  place-items: center;
  width: 40px;
  height: 40px;
  margin-inline-end: 8px;
  border-radius: 12px;
  background: var(--own);
  color: #fff;
}

.title { flex: 1; min-width: 0; line-height: 1.35; }

h2 { font-size: 1rem; font-weight: 650; line-height: 1.25; overflow-wrap: anywhere; }

.title p { color: var(--muted); font-size: 0.8125rem; }

.quiet {
  min-width: 44px;
  min-height: 44px;
  padding: 0 10px;
  border: 0;
  border-radius: 10px;
  background: none;
  color: var(--accent);
  font-size: 0.875rem;
}

.square { display: grid; place-items: center; padding: 0; color: var(--muted); }

.quiet:hover, .person:hover { background: var(--ground); }

.emergency {
  padding: 5px 16px;
  background: var(--alarm-ground);
  color: var(--alarm);
  font-size: 0.875rem;
  text-align: center;
}

.emergency a { display: inline-block; padding: 0 4px; color: inherit; font-weight: 700; }

.banner { padding: 8px 16px; background: var(--notice); color: var(--notice-ink); font-size: 0.875rem; text-align: center; text-wrap: balance; }

.banner.alarm { background: var(--alarm-ground); color: var(--alarm); border-top: 1px solid var(--line); }

.banner ul { display: flex; flex-wrap: wrap; justify-content: center; gap: 2px 16px; margin: 4px 0 6px; }

.banner a { display: inline-block; padding: 4px 2px; color: inherit; font-size: 1.0625rem; font-weight: 700; }

.banner button { min-height: 36px; padding: 0 14px; border: 1px solid currentColor; border-radius: 18px; background: none; }

.middle { position: relative; flex: 1; min-height: 0; border-block: 1px solid var(--line); background: var(--ground); }

.log {
  display: flex;
  flex-direction: column;
  gap: 16px;
  height: 100%;
  padding: 16px var(--side) 20px;
  overflow-y: auto;
  overscroll-behavior: contain;
}

.log:focus-visible { outline-offset: -3px; }

.newer {
  display: flex;
  position: absolute;
  bottom: 12px;
  left: 50%;
  align-items: center;
  gap: 6px;
  min-height: 40px;
  padding: 0 16px 0 12px;
  border: 0;
  border-radius: 20px;
  background: var(--own);
  box-shadow: 0 4px 16px rgb(10 20 40 / 30%);
  color: #fff;
  font-size: 0.875rem;
  transform: translateX(-50%);
}

.message { display: flex; flex-direction: column; align-items: flex-start; }

.author { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 6px; margin: 0 4px 4px; color: var(--muted); font-size: 0.8125rem; }

.author svg { width: 16px; height: 16px; }

.bubble {
  max-width: min(100%, 38rem);
  padding: 10px 14px;
  border: 1px solid var(--line);
  border-radius: 4px 16px 16px;
  background: var(--surface);
}

.text { overflow-wrap: anywhere; white-space: pre-wrap; }

.citizen { align-items: flex-end; }

.citizen .bubble { max-width: 85%; border: 0; border-radius: 16px 16px 4px; background: var(--own); color: #fff; }

.officer .author { color: var(--accent); font-weight: 650; }

.officer time { color: var(--muted); font-weight: 400; }

.officer .bubble { border-color: transparent; border-inline-start: 4px solid var(--accent); background: var(--officer); }

.urgent .author, .urgent .author strong { color: var(--alarm); }

.urgent .bubble { border: 2px solid var(--alarm); background: var(--alarm-ground); }

.urgent .text a { color: inherit; font-weight: 700; }

.calls { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }

.calls:empty { display: none; }

.calls a {
  display: flex;
  flex: 1 1 auto;
  align-items: center;
  justify-content: center;
  gap: 8px;
  min-height: 48px;
  padding: 0 18px;
  border-radius: 12px;
  background: var(--alarm-button);
  color: #fff;
  font-size: 1.0625rem;
  font-weight: 700;
  text-decoration: none;
  white-space: nowrap;
}

.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }

.choice {
  min-height: 44px;
  padding: 8px 16px;
  border: 1px solid var(--accent);
  border-radius: 22px;
  background: var(--surface);
  color: var(--accent);
  text-align: start;
}

.choice:hover, .composer .send:hover { filter: brightness(0.94); }

.rating { display: flex; flex-wrap: wrap; align-items: center; gap: 0 4px; min-height: 44px; margin: 0 4px; color: var(--muted); font-size: 0.8125rem; }

.delivery { margin: 4px 4px 0; color: var(--muted); font-size: 0.8125rem; text-align: end; }

.delivery button { padding: 6px; border: 0; background: none; color: var(--accent); text-decoration: underline; }

.failed { color: var(--alarm); }

.waiting .bubble { opacity: 0.85; }

.empty { display: flex; flex-direction: column; align-items: center; margin: auto 0; padding: 8px 0; text-align: center; }

.empty .badge { width: 48px; height: 48px; margin: 0 0 10px; border-radius: 14px; }

.empty .badge svg { width: 26px; height: 26px; }

.empty h3 { font-size: 1.1875rem; font-weight: 650; }

.empty p { max-width: 30rem; margin-top: 4px; color: var(--muted); font-size: 0.9375rem; text-wrap: balance; }

.empty ul { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 10px; width: 100%; max-width: 40rem; margin: 16px 0; }

.empty .choice { width: 100%; height: 100%; border-color: var(--line); border-radius: 12px; color: var(--ink); }

.empty .choice:hover { border-color: var(--accent); filter: none; }

.empty .small { margin: 0; font-size: 0.8125rem; }

.typing { display: flex; flex: 1; align-items: center; gap: 8px; color: var(--muted); font-size: 0.8125rem; line-height: 1.3; }

.dots { display: inline-flex; gap: 4px; }

.dots i { width: 6px; height: 6px; border-radius: 50%; background: currentColor; animation: dot 1.2s infinite; }

.dots i:nth-child(2) { animation-delay: 0.2s; }

.dots i:nth-child(3) { animation-delay: 0.4s; }

@keyframes dot { 0%, 60%, 100% { opacity: 0.3; } 30% { opacity: 1; } }

.composer { padding: 10px var(--side) max(12px, env(safe-area-inset-bottom)); }

.tools { display: flex; align-items: center; gap: 10px; margin-bottom: 10px; }

.person {
  display: flex;
  align-items: center;
  flex: none;
  gap: 6px;
  min-height: 40px;
  padding: 0 14px 0 10px;
  border: 1px solid var(--line);
  border-radius: 20px;
  background: none;
  color: var(--accent);
  font-size: 0.875rem;
}

.counter { color: var(--muted); font-size: 0.8125rem; }

.counter.failed { color: var(--alarm); }

.words { display: flex; align-items: flex-end; gap: 8px; }

textarea {
  flex: 1;
  min-width: 0;
  max-height: 9.5em;
  padding: 10px 14px;
  border: 1px solid #7c899b;
  border-radius: 14px;
  background: var(--surface);
  line-height: 1.5;
  resize: none;
}

textarea::placeholder { color: var(--muted); opacity: 1; }

textarea:focus-visible { border-color: var(--accent); outline-width: 2px; outline-offset: 0; }

.send {
  display: flex;
  align-items: center;
  gap: 6px;
  min-height: 46px;
  padding: 0 16px;
  border: 0;
  border-radius: 14px;
  background: var(--own);
  color: #fff;
}

.send:disabled { cursor: not-allowed; opacity: 0.5; }

@container (max-width: 480px) {
  .send { padding: 0 13px; }
  .send span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .emergency, .banner { padding-inline: 12px; }
  .frame { --side: 12px; }
}

@media (prefers-reduced-motion: no-preference) {
  .message { animation: appear 0.18s ease-out; }
}

@keyframes appear { from { opacity: 0; transform: translateY(4px); } }

@media (prefers-reduced-motion: reduce) {
  .dots i { animation: none; opacity: 0.7; }
}

@media (forced-colors: active) {
  .bubble { border: 1px solid CanvasText !important; }
}
`;

/** An element with attributes (`text` is its text) and children; false and null are left out. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== false));
  return node;
}

function button(style, pressed, ...content) {
  return make("button", { type: "button", class: style, onclick: pressed }, ...content);
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  picture.append(path);
  return picture;
}

/** What the browser keeps for us, where it lets us: private windows may refuse. */
class Memory {
  constructor(storage, prefix) {
    this.storage = storage;
    this.prefix = prefix;
  }

  read(name) {
    try {
      return JSON.parse(window[this.storage].getItem(this.prefix + name));
    } catch {
      return null;
    }
  }

  write(name, value) {
    try {
      if (value === null) window[this.storage].removeItem(this.prefix + name);
      else window[this.storage].setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      // Then it lasts as long as the page.
    }
  }
}

const PING_SECONDS = 20;
const SILENCE_SECONDS = 45; // No word from the server for so long: the connection is dead.
const LONGEST_WAIT_SECONDS = 30;
const BAD_TOKEN = 4401;

/** A socket that comes back by itself, waiting longer after each failure. */
class Line {
  constructor(address, { opened, received, changed, badToken }) {
    this.address = address;
    this.opened = opened;
    this.received = received;
    this.changed = changed;
    this.badToken = badToken;
    this.failures = 0;
    this.state = "connecting"; // connecting, open, lost, unreachable
  }

  connect() {
    clearTimeout(this.timer);
    if (this.socket) return;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    this.heard = Date.now();
    this.pinging = setInterval(() => this.ping(), PING_SECONDS * 1000);
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => {
      if (this.ended) return;
      this.heard = Date.now();
      const frame = JSON.parse(event.data);
      if (frame.type === "welcome") {
        this.failures = 0;
        this.become("open");
      }
      this.received(frame);
    };
    socket.onclose = (event) => {
      clearInterval(this.pinging);
      this.socket = null;
      if (this.ended) return;
      if (event.code === BAD_TOKEN) this.badToken();
      this.failures += 1;
      this.become(this.failures > 2 || !navigator.onLine ? "unreachable" : "lost");
      const longest = Math.min(LONGEST_WAIT_SECONDS, 2 ** (this.failures - 1));
      // Spread out, or a restarted server meets everybody at once.
      this.timer = setTimeout(() => this.connect(), longest * 1000 * (0.5 + Math.random() / 2));
    };
  }

  become(state) {
    this.state = state;
    this.changed(state);
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** Make sure that the other end is still there. */
  ping() {
    if (Date.now() - this.heard > SILENCE_SECONDS * 1000) this.drop();
    else this.send({ type: "ping" });
  }

  /** Give up this socket; the next one follows. */
  drop() {
    this.socket?.close();
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    clearInterval(this.pinging);
    this.socket?.close();
  }
}

const ACKNOWLEDGED_SECONDS = 12; // A message without an answer for so long is sent again.
const TYPING_SECONDS = { bot: 15, officer: 6 };
const RATINGS_KEPT = 100;

class WenjingChat extends HTMLElement {
  static observedAttributes = ["lang"];

  connectedCallback() {
    if (this.line) return;
    this.account = this.getAttribute("account") ?? "";
    const server = new URL(this.getAttribute("server") ?? import.meta.url, document.baseURI);
    const prefix = `wenjing:${server.host}:${this.account}:`;
    this.lasting = new Memory("localStorage", prefix);
    this.session = new Memory("sessionStorage", prefix);
    this.address = new URL(`/webchat/${encodeURIComponent(this.account)}/socket`, server);
    this.address.protocol = server.protocol === "https:" ? "wss:" : "ws:";

    this.forgetRoom();
    this.outbox = new Map((this.session.read("outbox") ?? []).map((words) => [words.id, words]));
    this.welcome = null;
    this.language = this.startLanguage();
    this.build();
    this.draw();
    this.call();

    this.hurry = () => {
      // A phone that wakes up may hold a connection that died in its sleep.
      if (document.visibilityState !== "visible") return;
      if (this.line.state === "open") this.line.ping();
      else this.line.connect();
    };
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
  }

  disconnectedCallback() {
    this.line?.end();
    this.line = null;
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
  }

  attributeChangedCallback(name, before, after) {
    const language = after?.slice(0, 2).toLowerCase();
    if (this.line && before !== after && TEXTS[language]) this.speak(language);
  }

  startLanguage() {
    const wanted = [this.lasting.read("language"), this.getAttribute("lang"), navigator.language];
    const known = wanted.map((tag) => tag?.slice(0, 2).toLowerCase()).filter((tag) => TEXTS[tag]);
    return known[0] ?? "en";
  }

  get texts() {
    return TEXTS[this.language];
  }

  // ---- What passes over the line ----

  call() {
    this.line = new Line(this.address.href, {
      opened: () =>
        this.line.send({
          type: "hello",
          token: this.lasting.read("token"),
          after: this.cursor,
          language: this.language,
        }),
      received: (frame) => this.receive(frame),
      changed: (state) => this.showConnection(state),
      badToken: () => {
        this.lasting.write("token", null);
        this.forgetRoom();
        this.draw();
      },
    });
    this.line.connect();
  }

  receive(frame) {
    switch (frame.type) {
      case "welcome":
        this.welcome = frame;
        this.lasting.write("token", frame.token);
        this.showName();
        this.showConnection(this.line.state);
        this.transmit();
        // What was said before is not news to a screen reader.
        setTimeout(() => this.log.removeAttribute("aria-busy"), 500);
        break;
      case "item":
        this.take(frame);
        break;
      case "ack":
        if (this.items.get(frame.id)?.author === "bot") this.rated(frame.id);
        else this.acknowledged(frame);
        break;
      case "refused":
        if (this.outbox.has(frame.id)) this.refused(frame);
        break;
      case "typing":
        this.showTyping(frame.author);
        break;
      case "emergency":
        this.takeEmergency(frame);
        break;
    }
  }

  /** A message that the room shows: new, or one of ours that is now in its place. */
  take(item) {
    if (item.cursor) this.cursor = item.cursor;
    if (this.items.has(item.id)) return;
    const own = this.outbox.get(item.id);
    if (own) item.delivery = own.shown[0] === "delayed" ? "delayed" : "sent";
    this.items.set(item.id, item);
    this.keepBehind(item.id);
    if (item.author !== "citizen") this.hideTyping();
    const follows = own || this.atEnd || item.urgent;
    const drawn = this.drawItem(item);
    if (own) {
      own.node.replaceWith(drawn);
      this.forgetWords(own);
    } else {
      // What has a place in the room comes before what still waits for one.
      this.log.insertBefore(drawn, item.cursor ? this.log.querySelector(".waiting") : null);
    }
    this.tidy();
    if (follows) this.scrollTo(drawn);
    else if (item.author !== "citizen") this.newer.hidden = false;
  }

  /** The gateway's own reply, which the room never shows. */
  takeEmergency({ id, text, at }) {
    this.take({ id: `emergency:${id}`, author: "bot", text, at, urgent: true, choices: [] });
  }

  /** An emergency reply is faster than the room: it stays behind the words that it answers. */
  keepBehind(id) {
    const reply = this.items.get(`emergency:${id}`);
    if (!reply) return;
    this.items.delete(reply.id);
    this.items.set(reply.id, reply);
  }

  say(text) {
    const words = { id: randomId(), text, at: new Date().toISOString() };
    this.outbox.set(words.id, words);
    this.keepOutbox();
    this.log.append(this.drawWaiting(words));
    this.showDelivery(words, this.line.state === "open" ? "sending" : "waiting");
    this.tidy();
    this.transmit();
    this.scrollTo(words.node);
  }

  /** Send what comes next: one message at a time, or a second try would change their order. */
  transmit() {
    const words = [...this.outbox.values()].find((other) => !other.acknowledged && !other.failed);
    if (!words || words.timer || this.line.state !== "open") return;
    this.showDelivery(words, "sending");
    this.line.send({ type: "say", id: words.id, text: words.text, language: this.language });
    words.timer = setTimeout(() => this.line.drop(), ACKNOWLEDGED_SECONDS * 1000);
  }

  /** The present try is over, one way or another. */
  settle(words) {
    clearTimeout(words.timer);
    words.timer = null;
  }

  acknowledged({ id, delayed }) {
    this.welcome.workers = !delayed;
    this.showConnection(this.line.state);
    const words = this.outbox.get(id);
    if (words) {
      this.settle(words);
      words.acknowledged = true;
      this.keepOutbox();
      this.showDelivery(words, delayed ? "delayed" : "sent");
      this.transmit();
    } else if (delayed && this.items.has(id)) {
      // The room was faster than the acknowledgement, which has this to add.
      this.items.get(id).delivery = "delayed";
      const place = this.log.querySelector(`[data-id="${CSS.escape(id)}"] .delivery`);
      place?.replaceChildren(this.texts.delayed);
    }
  }

  refused({ id, reason, retry }) {
    const words = this.outbox.get(id);
    this.settle(words);
    if (retry === null) {
      words.failed = true;
      this.showDelivery(words, "failed", reason);
      this.transmit();
    } else {
      this.showDelivery(words, "waiting", reason);
      words.timer = setTimeout(() => this.retry(words), retry * 1000 + 200);
    }
  }

  forgetWords(words) {
    this.settle(words);
    this.outbox.delete(words.id);
    this.keepOutbox();
    this.transmit();
  }

  /** What has not arrived survives a reload of the page. */
  keepOutbox() {
    const waiting = [...this.outbox.values()]
      .filter((words) => !words.acknowledged)
      .map(({ id, text, at }) => ({ id, text, at }));
    this.session.write("outbox", waiting.length ? waiting : null);
  }

  forgetRoom() {
    this.items = new Map();
    this.cursor = "";
  }

  rate(item, helpful) {
    this.line.send({ type: "rate", message: item.id, helpful });
  }

  rated(id) {
    const rated = (this.lasting.read("rated") ?? []).filter((other) => other !== id);
    this.lasting.write("rated", [...rated, id].slice(-RATINGS_KEPT));
    const box = this.log.querySelector(`[data-rating="${CSS.escape(id)}"]`);
    box?.replaceChildren(make("span", { text: this.texts.thanks, role: "status" }));
  }

  clear() {
    if (!window.confirm(this.texts.clearQuestion)) return;
    this.line.end();
    for (const words of this.outbox.values()) this.settle(words);
    this.outbox.clear();
    this.keepOutbox();
    this.forgetRoom();
    for (const name of ["token", "rated"]) this.lasting.write(name, null);
    this.draw();
    this.call();
    this.input.focus();
  }

  // ---- What the reader sees ----

  build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.replaceChildren();
    if (root.adoptedStyleSheets) {
      // A constructed sheet is allowed where a site's policy forbids inline styles.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } else {
      root.append(make("style", { text: STYLE }));
    }

    this.name = make("h2", { id: "name" });
    this.subtitle = make("p");
    this.languageButton = button("quiet", () => this.choose());
    this.clearButton = button("quiet square", () => this.clear(), icon("clear"));
    this.emergency = make("p", { class: "emergency" });
    this.banner = make("div", { class: "banner", role: "status", hidden: true });
    this.log = make("div", {
      class: "log",
      role: "log",
      tabindex: "0",
      "aria-live": "polite",
      "aria-busy": "true",
    });
    this.log.addEventListener("scroll", () => this.look());
    // A banner, a growing input or a phone's keyboard must not hide the last message.
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.log);
    this.newer = button("newer", () => this.toEnd());
    this.newer.hidden = true;
    this.typing = make("p", { class: "typing", role: "status" });
    this.personButton = button("person", () => this.say(this.texts.personWords));
    this.counter = make("span", { class: "counter", id: "counter" });
    this.input = make("textarea", {
      rows: "1",
      enterkeyhint: "send",
      autocomplete: "off",
      "aria-describedby": "counter",
    });
    this.input.addEventListener("input", () => this.grow());
    this.input.addEventListener("keydown", (event) => {
      // While an input method composes, Enter chooses a candidate (229: Safari says so late).
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    this.sendButton = make("button", { type: "submit", class: "send" });
    const form = make(
      "form",
      { class: "composer" },
      make("div", { class: "tools" }, this.personButton, this.typing, this.counter),
      make("div", { class: "words" }, this.input, this.sendButton),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });

    this.frame = make(
      "section",
      { class: "frame", "aria-labelledby": "name" },
      make(
        "header",
        {},
        make("span", { class: "badge" }, icon("shield")),
        make("div", { class: "title" }, this.name, this.subtitle),
        this.languageButton,
        this.clearButton,
      ),
      this.emergency,
      this.banner,
      make("div", { class: "middle" }, this.log, this.newer),
      form,
    );
    root.append(this.frame);
  }

  /** Everything in the present language. */
  draw() {
    const texts = this.texts;
    this.frame.lang = this.language === "zh" ? "zh-CN" : "en";
    this.subtitle.textContent = texts.chat;
    this.languageButton.textContent = texts.switchTo;
    this.languageButton.lang = this.language === "zh" ? "en" : "zh-CN";
    this.clearButton.setAttribute("aria-label", texts.clear);
    this.clearButton.title = texts.clear;
    const [words, number] = texts.emergency;
    this.emergency.replaceChildren(`${words} `, callLink(number));
    this.log.setAttribute("aria-label", texts.log);
    this.newer.replaceChildren(icon("down"), texts.newer);
    this.personButton.replaceChildren(icon("person"), texts.person);
    this.input.placeholder = texts.input;
    this.input.setAttribute("aria-label", texts.input);
    this.sendButton.replaceChildren(icon("send"), make("span", { text: texts.send }));
    this.showName();
    this.showConnection(this.line?.state ?? "connecting");
    this.hideTyping();
    this.grow();

    this.log.replaceChildren(this.drawEmpty());
    for (const item of this.items.values()) this.log.append(this.drawItem(item));
    for (const waiting of this.outbox.values()) {
      this.log.append(this.drawWaiting(waiting));
      this.showDelivery(waiting, ...(waiting.shown ?? ["waiting"]));
    }
    this.tidy();
    if (this.items.size + this.outbox.size > 0) this.toEnd();
  }

  choose() {
    const language = this.language === "zh" ? "en" : "zh";
    this.lasting.write("language", language);
    this.speak(language);
  }

  speak(language) {
    this.language = language;
    this.log.setAttribute("aria-busy", "true");
    this.draw();
    setTimeout(() => this.log.removeAttribute("aria-busy"), 500);
  }

  showName() {
    const { name, name_en: english } = this.welcome ?? {};
    this.name.textContent = (this.language === "zh" ? name : english) ?? this.texts.chat;
    this.subtitle.hidden = !this.welcome;
  }

  showConnection(state) {
    const texts = this.texts;
    const parts = [];
    if (state === "connecting" || state === "lost") {
      parts.push(texts[state]);
    } else if (state === "unreachable") {
      const numbers = texts.numbers.map(([number, name]) =>
        make("li", {}, callLink(number), ` ${name}`),
      );
      parts.push(
        make("p", { text: texts.unreachable }),
        make("ul", {}, ...numbers),
        button(null, () => this.line.connect(), texts.reconnect),
      );
    } else if (this.welcome && !this.welcome.workers) {
      parts.push(texts.absent);
    }
    this.banner.hidden = parts.length === 0;
    const said = `${state} ${this.language} ${this.welcome?.workers}`;
    if (this.banner.dataset.said !== said) {
      // Read out once, not with every attempt.
      this.banner.dataset.said = said;
      this.banner.replaceChildren(...parts);
    }
    this.banner.classList.toggle("alarm", state === "unreachable");
    if (state !== "open") {
      for (const words of this.outbox.values()) {
        this.settle(words);
        if (words.node && !words.acknowledged && !words.failed) this.showDelivery(words, "waiting");
      }
    }
  }

  drawEmpty() {
    const texts = this.texts;
    const samples = texts.samples.map((text) => make("li", {}, this.choice(text, text)));
    return make(
      "div",
      { class: "empty" },
      make("span", { class: "badge" }, icon("shield")),
      make("h3", { text: texts.greeting }),
      make("p", { text: texts.about }),
      make("ul", { "aria-label": texts.samplesLabel }, ...samples),
      make("p", { class: "small", text: texts.privacy }),
    );
  }

  drawItem(item) {
    const texts = this.texts;
    const text = make("div", { class: "text" });
    if (item.author === "citizen") text.textContent = item.text;
    else text.append(...linked(item.text, item.urgent));
    const node = make(
      "article",
      {
        class: `message ${item.author}${item.urgent ? " urgent" : ""}`,
        role: item.urgent ? "alert" : null,
        "data-id": item.id,
      },
      this.drawAuthor(item),
      make("div", { class: "bubble" }, text, item.urgent && this.drawCalls(item.text)),
    );
    if (item.choices.length) {
      const choices = item.choices.map(({ title, text: words }) =>
        make("li", {}, this.choice(title, words)),
      );
      node.append(make("ul", { class: "choices" }, ...choices));
    }
    if (item.delivery) node.append(make("p", { class: "delivery", text: texts[item.delivery] }));
    if (item.author === "bot" && item.topic) node.append(this.drawRating(item));
    return node;
  }

  drawAuthor({ author, at, urgent }) {
    const date = new Date(at);
    const today = date.toDateString() === new Date().toDateString();
    const format = today
      ? { hour: "2-digit", minute: "2-digit" }
      : { dateStyle: "medium", timeStyle: "short" };
    return make(
      "p",
      { class: "author" },
      author !== "citizen" && icon(author === "officer" ? "person" : "shield"),
      make("span", { text: this.texts[author], class: author === "citizen" ? "hidden" : null }),
      urgent ? make("strong", { text: this.texts.urgent }) : "",
      make("time", { datetime: at, text: new Intl.DateTimeFormat(this.frame.lang, format).format(date) }),
    );
  }

  /** Large buttons for the numbers that an urgent reply names, in its order. */
  drawCalls(text) {
    const { call, message } = this.texts;
    const numbers = new Set([...text.matchAll(EMERGENCY_NUMBERS)].map((match) => match[2]));
    const links = [...numbers].slice(0, 3).map((number) => {
      const link = callLink(number);
      link.replaceChildren(icon("phone"), (number === SMS_ONLY ? message : call)(number));
      return link;
    });
    return make("div", { class: "calls" }, ...links);
  }

  drawRating(item) {
    const texts = this.texts;
    const rating = make("div", {
      class: "rating",
      role: "group",
      "aria-label": texts.helpful,
      "data-rating": item.id,
    });
    if ((this.lasting.read("rated") ?? []).includes(item.id)) {
      rating.append(make("span", { text: texts.thanks }));
      return rating;
    }
    rating.append(
      make("span", { text: texts.helpful, "aria-hidden": "true" }),
      button("quiet", () => this.rate(item, true), texts.yes),
      button("quiet", () => this.rate(item, false), texts.no),
    );
    return rating;
  }

  drawWaiting(words) {
    words.node = make(
      "article",
      { class: "message citizen waiting", "data-id": words.id },
      this.drawAuthor({ author: "citizen", at: words.at }),
      make("div", { class: "bubble" }, make("div", { class: "text", text: words.text })),
      make("p", { class: "delivery" }),
    );
    return words.node;
  }

  showDelivery(words, state, reason = null) {
    words.shown = [state, reason];
    const said = this.texts.reasons[reason] ?? this.texts[state];
    const place = words.node.querySelector(".delivery");
    place.replaceChildren(said);
    place.classList.toggle("failed", state === "failed");
    if (state === "waiting" || state === "failed") {
      place.append(" ", button(null, () => this.retry(words), this.texts.retry));
    }
  }

  retry(words) {
    this.settle(words);
    words.failed = false;
    if (this.line.state === "open") this.transmit();
    else this.line.connect();
  }

  /** A quick reply: says its words at once. */
  choice(title, words) {
    const choose = () => {
      this.say(words);
      // The button is gone now. On a phone, focus in the input would open the keyboard.
      (matchMedia("(pointer: coarse)").matches ? this.log : this.input).focus();
    };
    return button("choice", choose, title);
  }

  /** The greeting fits an empty room, quick replies the last question, "sent" the last words. */
  tidy() {
    const messages = [...this.log.querySelectorAll(".message")];
    this.log.querySelector(".empty").hidden = messages.length > 0;
    const lastOwn = messages.map((node) => node.classList.contains("citizen")).lastIndexOf(true);
    messages.forEach((node, place) => {
      if (place < lastOwn) node.querySelector(".choices")?.remove();
      const isLast = place === messages.length - 1;
      if (!isLast && !node.matches(".waiting")) node.querySelector(".delivery")?.remove();
    });
  }

  showTyping(author) {
    const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    this.typing.replaceChildren(dots, this.texts.typing[author]);
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.hideTyping(), TYPING_SECONDS[author] * 1000);
  }

  hideTyping() {
    clearTimeout(this.typingTimer);
    this.typing.replaceChildren();
  }

  submit() {
    const text = this.input.value.trim();
    if (!text || this.excess() > 0) return;
    this.say(text);
    this.input.value = "";
    this.grow();
  }

  get textLimit() {
    return this.welcome?.text_limit ?? 2000;
  }

  excess() {
    return [...this.input.value.trim()].length - this.textLimit;
  }

  /** The input is as high as its text; the counter speaks up near the limit. */
  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
    const excess = this.excess();
    const near = excess > -200;
    this.counter.textContent = near ? (excess > 0 ? this.texts.over(excess) : this.texts.left(-excess)) : "";
    this.counter.classList.toggle("failed", excess > 0);
    this.input.setAttribute("aria-invalid", String(excess > 0));
    this.sendButton.disabled = excess > 0;
  }

  /** Remember whether the reader sees the end: only then do new messages move the view. */
  look() {
    this.atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    if (this.atEnd) this.newer.hidden = true;
  }

  /** To the end, but a long answer is read from its beginning. */
  scrollTo(node) {
    const top = node.offsetTop - this.log.offsetTop - 12;
    this.log.scrollTop = top;
    this.look();
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.look();
  }
}

function randomId() {
  // crypto.randomUUID is missing on pages that are not served over HTTPS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function callLink(number) {
  return make("a", { href: `${number === SMS_ONLY ? "sms" : "tel"}:${number}`, text: number });
}

/** Text with links: https addresses, and emergency numbers where the reply is urgent. */
function linked(text, urgent) {
  const found = [];
  for (const match of text.matchAll(HTTPS_LINK)) {
    const address = match[0].replace(/[.,;:!?)\]]+$/, "");
    const link = make("a", { href: address, text: address, target: "_blank", rel: "noopener noreferrer" });
    found.push({ from: match.index, to: match.index + address.length, link });
  }
  if (urgent) {
    for (const match of text.matchAll(EMERGENCY_NUMBERS)) {
      const from = match.index + match[1].length;
      found.push({ from, to: from + match[2].length, link: callLink(match[2]) });
    }
  }
  found.sort((first, second) => first.from - second.from);
  const parts = [];
  let end = 0;
  for (const { from, to, link } of found) {
    if (from < end) continue; // A number inside an address.
    parts.push(text.slice(end, from), link);
    end = to;
  }
  return [...parts, text.slice(end)];
}

if (!customElements.get("wenjing-chat")) customElements.define("wenjing-chat", WenjingChat);
