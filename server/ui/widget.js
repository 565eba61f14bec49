// @ts-check
/**
 * A window on other sites, in which their visitors ask what everybody may read: one element, `<lectern-chat>`, in a shadow root of
 * its own. Put it into a page by
 *
 *   <script type="module" src="HOUSE/widget.js"></script>
 *   <lectern-chat heading="Ask us" theme="auto" accent="#2148b5" side="right"></lectern-chat>
 *
 * Whoever signed in at that site reads more where the site vouches for them: its server signs a short token, which the element has
 * as its attribute `token`, or asks the page for whenever it needs one: `element.token = async () => ...`.
 *
 * It asks the house that it comes from, and nobody else. It holds no secret of anybody's but the one of the conversation, which it keeps
 * as long as the tab, or with keep="browser" as long as the house keeps it. What comes back is text, whatever stands in it. Styles are a
 * sheet of their own, which no policy of the page against inline styles forbids.
 */

const HOME = new URL(import.meta.url).origin;
const MOST = 4_000;
/** Of the conversation, where the page keeps things. */
const KEPT = `lectern-chat ${HOME}`;

/** @type {Record<string, Record<string, string>>} */
const WORDS = {
  en: {
    anew: "New conversation", ask: "Ask", close: "Close", cut: "The answer was cut off. Ask again.", away: "The house cannot be reached. Try again in a moment.", busy: "That was too much in too short a time. Wait a moment.", unknown: "This page could not say who you are. Load it again.",
    heading: "Ask us", open: "Ask a question", place: "Your question", promise: "Answers are taken from our documents, and show where they stand.", looking: "Looking through the documents…", sources: "Sources", you: "You asked",
  },
  de: {
    anew: "Neues Gespräch", ask: "Fragen", close: "Schließen", cut: "Die Antwort wurde abgeschnitten. Fragen Sie noch einmal.", away: "Das Haus ist nicht zu erreichen. Versuchen Sie es gleich noch einmal.", busy: "Das war zu viel in zu kurzer Zeit. Warten Sie einen Augenblick.", unknown: "Diese Seite konnte nicht sagen, wer Sie sind. Laden Sie sie neu.",
    heading: "Fragen Sie uns", open: "Eine Frage stellen", place: "Ihre Frage", promise: "Antworten sind unseren Dokumenten entnommen, und zeigen, wo es steht.", looking: "In den Dokumenten wird nachgesehen…", sources: "Quellen", you: "Sie fragten",
  },
};

const STYLE = `
:host { all: initial; --accent: #2148b5; --paper: #fff; --ink: #1b2130; --quiet: #575e70; --line: #e2dfd8; --soft: #f2f0eb; color-scheme: light; }
:host([data-dark]) { --accent: #9db8ff; --paper: #1c1f26; --ink: #e8eaf0; --quiet: #a6adbd; --line: #2d323d; --soft: #252932; color-scheme: dark; }
* { box-sizing: border-box; font: 15px/1.5 system-ui, sans-serif; }
[hidden] { display: none !important; }
button { cursor: pointer; border: 0; border-radius: .6rem; font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.open { position: fixed; bottom: 1.25rem; inset-inline-end: 1.25rem; z-index: 2147483000; padding: .8rem 1.2rem; border-radius: 99rem; background: var(--accent); color: var(--paper); box-shadow: 0 4px 20px #0003; }
.left .open, .left .window { inset-inline: 1.25rem auto; }
.window { position: fixed; bottom: 1.25rem; inset-inline-end: 1.25rem; z-index: 2147483000; width: min(25rem, calc(100vw - 2.5rem)); height: min(36rem, calc(100dvh - 2.5rem)); display: grid; grid-template-rows: auto 1fr auto; background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: 1rem; box-shadow: 0 8px 40px #0004; overflow: hidden; }
header { display: flex; justify-content: space-between; align-items: center; padding: .7rem 1rem; border-bottom: 1px solid var(--line); }
h2 { margin: 0; font-weight: 600; font-size: 16px; }
.close, .anew { width: 2.2rem; height: 2.2rem; background: none; color: var(--quiet); font-size: 20px; }
.anew { margin-inline-start: auto; }
.said { overflow: auto; padding: 1rem; display: grid; gap: 1rem; align-content: start; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); font-size: 14px; margin: 0; }
.asked { justify-self: end; max-width: 85%; padding: .5rem .8rem; border-radius: .9rem .9rem .2rem; background: var(--soft); margin: 0; white-space: pre-wrap; }
.answer { display: grid; gap: .6rem; }
.answer p, .answer ul, .answer blockquote, .answer pre { margin: 0; }
.answer blockquote { padding-inline-start: .8rem; border-inline-start: 3px solid var(--accent); }
.answer ul { padding-inline-start: 1.2rem; }
.answer pre { white-space: pre-wrap; font-family: ui-monospace, monospace; font-size: 13px; }
.answer strong { font-weight: 700; }
.cite { font-size: 12px; font-weight: 700; color: var(--accent); vertical-align: 2px; padding: 0 .15rem; text-decoration: none; }
.sources { margin: 0; padding: 0; list-style: none; display: grid; gap: .3rem; font-size: 14px; }
.sources a { color: var(--accent); }
form { display: grid; grid-template-columns: 1fr auto; gap: .5rem; padding: .8rem; border-top: 1px solid var(--line); }
textarea { resize: none; padding: .5rem .7rem; border: 1px solid #8b8f9c; border-radius: .6rem; background: var(--paper); color: var(--ink); }
.send { padding: 0 1rem; background: var(--accent); color: var(--paper); }
.send[aria-disabled] { opacity: .55; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {Record<string, string>} [given] @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[Name]}
 */
function made(name, given = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(given)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

class LecternChat extends HTMLElement {
  static observedAttributes = ["theme", "accent", "side", "heading", "lang"];
  #root = this.attachShadow({ mode: "open" });
  #frame = made("div");
  #said = made("div", { class: "said", role: "log", "aria-live": "polite", tabindex: "0" });
  /** @type {{id: string, secret?: string} | undefined} */
  #talk;
  /** @type {string | (() => string | Promise<string>) | undefined} */
  token;
  #night = matchMedia("(prefers-color-scheme: dark)");
  #isBusy = false;

  connectedCallback() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.replaceChildren(this.#frame);
    this.#night.addEventListener("change", this.#dress);
    this.#draw();
    // A page may set the token right after it put the element in.
    queueMicrotask(() => this.#recall());
  }

  disconnectedCallback() {
    this.#night.removeEventListener("change", this.#dress);
  }

  attributeChangedCallback() {
    if (this.#frame.isConnected) this.#draw();
  }

  /** @param {string} key */
  #word(key) {
    const tag = (this.getAttribute("lang") || document.documentElement.lang || navigator.language).slice(0, 2);
    return (WORDS[tag] ?? WORDS.en)[key];
  }

  #dress = () => {
    const theme = this.getAttribute("theme") ?? "auto";
    this.toggleAttribute("data-dark", theme === "dark" || (theme === "auto" && this.#night.matches));
    const accent = this.getAttribute("accent");
    if (accent && CSS.supports("color", accent)) this.style.setProperty("--accent", accent);
    this.#frame.className = this.getAttribute("side") === "left" ? "left" : "";
  };

  #draw() {
    this.#dress();
    const heading = this.getAttribute("heading") || this.#word("heading");
    const opener = made("button", { type: "button", class: "open", "aria-expanded": "false" }, this.#word("open"));
    const close = made("button", { type: "button", class: "close", "aria-label": this.#word("close") }, "×");
    const anew = made("button", { type: "button", class: "anew", "aria-label": this.#word("anew"), title: this.#word("anew") }, "+");
    const words = made("textarea", { rows: "2", maxlength: String(MOST), "aria-label": this.#word("place"), placeholder: this.#word("place"), dir: "auto" });
    const send = made("button", { type: "submit", class: "send" }, this.#word("ask"));
    const form = made("form", {}, words, send);
    const window = made("section", { class: "window", role: "dialog", "aria-label": heading, hidden: "" }, made("header", {}, made("h2", {}, heading), anew, close), this.#said, form);
    if (!this.#said.firstChild) this.#said.append(made("p", { class: "quiet" }, this.#word("promise")));
    const show = (/** @type {boolean} */ isOpen) => {
      window.hidden = !isOpen;
      opener.hidden = isOpen;
      opener.setAttribute("aria-expanded", String(isOpen));
      (isOpen ? words : opener).focus();
    };
    opener.addEventListener("click", () => show(true));
    close.addEventListener("click", () => show(false));
    anew.addEventListener("click", () => {
      if (this.#isBusy) return;
      this.#forget();
      words.focus();
    });
    window.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
    words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const question = words.value.trim();
      if (!question || this.#isBusy) return;
      this.#isBusy = true;
      send.setAttribute("aria-disabled", "true");
      words.value = "";
      if (!(await this.#ask(question)) && !words.value) words.value = question;
      this.#isBusy = false;
      send.removeAttribute("aria-disabled");
    });
    this.#frame.replaceChildren(opener, window);
  }

  get #shelf() {
    return this.getAttribute("keep") === "browser" ? localStorage : sessionStorage;
  }

  /** What was said before, as far as this visitor may read it now. */
  async #recall() {
    const kept = JSON.parse(this.#shelf.getItem(KEPT) ?? "null");
    if (!kept || this.#talk) return;
    const response = await this.#send("GET", `/conversations/${kept.id}?limit=100`, undefined, kept.secret).catch(() => null);
    if (response?.status === 404) this.#shelf.removeItem(KEPT);
    if (!response?.ok || this.#talk) return;
    this.#talk = kept;
    for (const { question, answer, citations } of (await response.json()).said) {
      this.#turn(question).replaceChildren(...blocks(answer, citations), ...this.#sources(citations));
    }
  }

  #forget() {
    this.#talk = undefined;
    this.#shelf.removeItem(KEPT);
    this.#said.replaceChildren(made("p", { class: "quiet" }, this.#word("promise")));
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {string} [secret] @param {string} [accept] */
  async #send(method, path, body, secret, accept = "application/json") {
    const token = (typeof this.token === "function" ? await this.token() : this.token) ?? this.getAttribute("token");
    const held = { ...(token && { "lectern-visitor": token }), ...(secret && { "x-conversation-secret": secret }) };
    return fetch(`${HOME}/api/v1${path}`, {
      method, credentials: "omit", referrerPolicy: "no-referrer", headers: { ...(body && { "content-type": "application/json" }), accept, ...held },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  /** What was asked, and where its answer comes. @param {string} question */
  #turn(question) {
    const answer = made("div", { class: "answer", dir: "auto" });
    this.#said.append(made("p", { class: "asked", dir: "auto" }, made("span", { class: "unseen" }, `${this.#word("you")}: `), question), answer);
    return answer;
  }

  /** Whether there was an answer. @param {string} question */
  async #ask(question) {
    const answer = this.#turn(question);
    answer.append(made("p", { class: "quiet" }, this.#word("looking")));
    answer.scrollIntoView({ block: "nearest" });
    try {
      const done = await this.#told(question, (text) => answer.replaceChildren(...blocks(text, [])));
      answer.replaceChildren(...blocks(done.answer, done.citations), ...this.#sources(done.citations));
      return true;
    } catch (error) {
      answer.replaceChildren(made("p", { class: "quiet", role: "alert" }, this.#word(error instanceof Told ? error.message : "away")));
      return false;
    }
  }

  /** In a conversation, which is begun when there is none, or none any more. @param {string} question @returns {Promise<Response>} */
  async #asked(question) {
    const isNew = !this.#talk;
    if (!this.#talk) {
      const { id, secret } = await (await sound(this.#send("POST", "/conversations", {}))).json();
      this.#talk = { id, secret };
      this.#shelf.setItem(KEPT, JSON.stringify(this.#talk));
    }
    const response = await this.#send("POST", "/ask", { question, conversation: this.#talk.id, conversation_secret: this.#talk.secret }, undefined, "text/event-stream");
    if (response.status !== 404 || isNew) return sound(response);
    this.#talk = undefined;
    return this.#asked(question);
  }

  /** Word by word, and the whole of it at the end. @param {string} question @param {(text: string) => void} hear */
  async #told(question, hear) {
    const response = await this.#asked(question);
    if (!response.body) throw new Told("away");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let [rest, text] = ["", ""];
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + part.value).split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) {
        const name = /^event: (.*)$/m.exec(event)?.[1];
        const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "null");
        if (name === "delta") hear(text += data.text);
        if (name === "done") return data;
        if (name === "failed") throw new Told("cut");
      }
    }
    throw new Told("cut");
  }

  /** @param {Cited[]} citations */
  #sources(citations) {
    const numbers = [...new Set(citations.map(({ n }) => n))];
    if (numbers.length === 0) return [];
    const lines = numbers.map((n) => {
      const { title, url, link } = /** @type {Cited} */ (citations.find((one) => one.n === n));
      const address = [link, url].find((one) => one && /^https?:[/][/]/.test(one));
      const name = address ? made("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, title) : made("span", {}, title);
      return made("li", {}, `[${n}] `, name);
    });
    return [made("h3", { class: "unseen" }, this.#word("sources")), made("ul", { class: "sources" }, ...lines)];
  }
}

/** What went wrong, by the word for it. */
class Told extends Error {}

/** A reply that can be used. @param {Response | Promise<Response>} reply */
async function sound(reply) {
  const response = await reply;
  if (response.status === 429) throw new Told("busy");
  if (response.status === 401) throw new Told("unknown");
  if (!response.ok) throw new Told("away");
  return response;
}

/** @typedef {{n: number, title: string, url: string, link?: string}} Cited */

/** Paragraphs, quotes and lists as text; nothing of it is taken for markup. @param {string} text @param {Cited[]} citations */
function blocks(text, citations) {
  return text.split(/\n{2,}/).filter((block) => block.trim()).map((block) => {
    const lines = block.split("\n");
    const isQuote = lines.every((line) => line.startsWith(">"));
    const bare = isQuote ? lines.map((line) => line.replace(/^> ?/, "")) : lines;
    const inside = bare.every((line) => /^[-*] /.test(line)) ? made("ul", {}, ...bare.map((line) => made("li", {}, ...inline(line.slice(2), citations))))
      : bare.every((line) => line.startsWith("|")) ? made("pre", {}, bare.join("\n")) : made("p", {}, ...inline(bare.join("\n").replace(/^#+ /, ""), citations));
    return isQuote ? made("blockquote", {}, inside) : inside;
  });
}

/** @param {string} text @param {Cited[]} citations */
function inline(text, citations) {
  return text.split(/(\*\*[^*\n]+\*\*|\[\d{1,3}\])/).filter(Boolean).map((part) => {
    const n = Number(/^\[(\d+)\]$/.exec(part)?.[1]);
    if (n && citations.some((one) => one.n === n)) return made("span", { class: "cite" }, part);
    return part.startsWith("**") && part.endsWith("**") ? made("strong", {}, part.slice(2, -2)) : part;
  });
}

if (!customElements.get("lectern-chat")) customElements.define("lectern-chat", LecternChat);
