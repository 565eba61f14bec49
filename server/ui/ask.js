// @ts-check
/**
 * The question box: ask, show the quotes, show each in its place. Text reaches the page as text only.
 *
 * @typedef {{n: number, title: string, url: string, heading: string, page: number | null, quote: string, start: number,
 *   passage: string}} Citation
 * @typedef {{answer: string, declined: boolean, citations: Citation[], mode: string, model: string, notice?: string}} Reply
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("ask"));
const question = /** @type {HTMLInputElement} */ (document.getElementById("question"));
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
const answer = /** @type {HTMLElement} */ (document.getElementById("answer"));
const sources = /** @type {HTMLElement} */ (document.getElementById("sources"));

/** A button that is disabled loses the keyboard's focus, so it only looks it. */
const BUSY = "aria-disabled";

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  question.value = question.value.trim();
  if (button.hasAttribute(BUSY) || !form.reportValidity()) return;
  button.setAttribute(BUSY, "true");
  show([element("p", "quiet", "Looking...")], []);
  try {
    const reply = await ask(question.value);
    show([...said(reply), ...noticed(reply)], reply.citations.length > 0 ? places(reply) : []);
  } catch (error) {
    show([element("p", "wrong", error instanceof Error ? error.message : "Something went wrong.")], []);
  } finally {
    button.removeAttribute(BUSY);
  }
});

/** @param {string} text @returns {Promise<Reply>} */
async function ask(text) {
  const kept = "Your question is still in the box.";
  const response = await fetch("/api/v1/ask", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ question: text }),
  }).catch(() => { throw new Error(`The server cannot be reached. ${kept}`); });
  const body = await response.json().catch(() => null);
  if (response.ok && body?.citations) return body;
  throw new Error(body?.error?.message ?? `The server gave no answer that can be read. ${kept}`);
}

/** Screen readers announce what is said; what is cited is long, and waits. @param {Node[]} said @param {Node[]} cited */
function show(said, cited) {
  answer.replaceChildren(...said);
  sources.replaceChildren(...cited);
}

/** @param {Reply} reply */
function said(reply) {
  if (reply.mode === "generated") return worded(reply);
  if (reply.declined || ["smalltalk", "clarify", "handoff"].includes(reply.mode)) return lines(reply.answer);
  return quotes(reply);
}

/** @param {string} text */
function lines(text) {
  return text.split("\n").map((line) => element("p", "", line));
}

/** In a model's words, each marker leading to the quote that bears it out. @param {Reply} reply */
function worded(reply) {
  const known = new Set(reply.citations.map(({ n }) => `[${n}]`));
  const piece = (/** @type {string} */ text) => (known.has(text) ? marker(Number(text.slice(1, -1))) : text);
  const spoken = reply.answer.split("\n").filter((line) => line.trim() !== "");
  const told = spoken.map((line) => element("p", "", "", ...line.split(/(\[\d+\])/).map(piece)));
  return [...told, element("p", "quiet", `In the words of ${reply.model}; each number leads to the quote that bears it out.`)];
}

/** @param {Reply} reply */
function noticed({ notice }) {
  return notice ? [element("p", "quiet", notice)] : [];
}

/** @param {Reply} reply */
function quotes(reply) {
  const note = element("p", "quiet", "Quoted from the documents, word for word. No language model was used.");
  return [...reply.citations.map(quoted), note];
}

/** @param {Citation} citation */
function quoted({ n, quote }) {
  return element("blockquote", "", `${quote} `, marker(n));
}

/** @param {number} n */
function marker(n) {
  const made = link(`[${n}]`, `#source-${n}`);
  made.setAttribute("aria-label", `Source ${n}`);
  return made;
}

/** @param {Reply} reply */
function places(reply) {
  const numbers = [...new Set(reply.citations.map(({ n }) => n))];
  const cited = numbers.map((n) => source(reply.citations.filter((citation) => citation.n === n)));
  return [element("h2", "", "Sources"), ...cited];
}

/** A passage with its quotes highlighted. @param {Citation[]} citations */
function source(citations) {
  const { n, title, heading, page, url, passage } = citations[0];
  const place = [heading, page ? `page ${page}` : ""].filter(Boolean).map((part) => `${part} · `);
  const text = element("p", "passage", "");
  let from = 0;
  for (const { quote } of [...citations].sort((a, b) => a.start - b.start)) {
    const at = passage.indexOf(quote, from);
    if (at < 0) continue;
    text.append(passage.slice(from, at), element("mark", "", quote));
    from = at + quote.length;
  }
  text.append(passage.slice(from));
  const heads = [element("h3", "", `[${n}] ${title}`), element("p", "quiet", "", ...place, address(url))];
  const article = element("article", "", "", ...heads, text);
  article.id = `source-${n}`;
  article.tabIndex = -1;
  return article;
}

/** A page of the web can be opened; of a file its name is enough, the folders are the server's. @param {string} url */
function address(url) {
  return /^https?:[/][/]/.test(url) ? link(url, url) : (url.split(/[/\\]/).pop() ?? "");
}

/** @param {string} text @param {string} href */
function link(text, href) {
  const made = element("a", "", text);
  made.setAttribute("href", href);
  return made;
}

/** @param {string} name @param {string} className @param {string} text @param {(Node | string)[]} inside */
function element(name, className, text, ...inside) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(text, ...inside);
  return made;
}
