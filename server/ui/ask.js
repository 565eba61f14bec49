// @ts-check
/**
 * The question box: ask, show the quotes, show each in its place. Text reaches the page as text only.
 *
 * @typedef {{n: number, title: string, url: string, heading: string, page: number | null, quote: string, passage: string}} Citation
 * @typedef {{answer: string, declined: boolean, citations: Citation[], took_ms: number}} Reply
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("ask"));
const question = /** @type {HTMLInputElement} */ (document.getElementById("question"));
const answer = /** @type {HTMLElement} */ (document.getElementById("answer"));
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  answer.replaceChildren(element("p", "quiet", "Looking..."));
  try {
    show(await ask(question.value));
  } catch (error) {
    answer.replaceChildren(element("p", "wrong", error instanceof Error ? error.message : "Something went wrong."));
  } finally {
    button.disabled = false;
  }
});

/** @param {string} text @returns {Promise<Reply>} */
async function ask(text) {
  let response;
  try {
    response = await fetch("/api/v1/ask", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question: text }),
    });
  } catch {
    throw new Error("The server cannot be reached. Your question is still in the box.");
  }
  const body = await response.json();
  if (!response.ok) throw new Error(body.error.message);
  return body;
}

/** @param {Reply} reply */
function show(reply) {
  const parts = [];
  if (reply.declined) {
    parts.push(...reply.answer.split("\n").map((line) => element("p", "declined", line)));
  } else {
    parts.push(element("p", "quiet", "Quoted from the documents, word for word. No language model was used."));
    for (const citation of reply.citations) parts.push(quoted(citation));
    parts.push(element("h2", "", "Sources"));
    for (const [passage, citations] of byPassage(reply.citations)) parts.push(source(passage, citations));
  }
  answer.replaceChildren(...parts);
}

/** @param {Citation} citation */
function quoted(citation) {
  const quote = element("blockquote", "", citation.quote + " ");
  const mark = element("a", "mark", `[${citation.n}]`);
  mark.setAttribute("href", `#source-${citation.n}`);
  quote.append(mark);
  return quote;
}

/** @param {Citation[]} citations @returns {Map<string, Citation[]>} */
function byPassage(citations) {
  const passages = new Map();
  for (const citation of citations) {
    passages.set(citation.passage, [...(passages.get(citation.passage) ?? []), citation]);
  }
  return passages;
}

/** A passage with its quotes highlighted. @param {string} passage @param {Citation[]} citations */
function source(passage, citations) {
  const { n, title, heading, page, url } = citations[0];
  const article = element("article", "", "");
  article.id = `source-${n}`;
  article.append(element("h3", "", `[${n}] ${title}`));
  const place = [heading, page ? `page ${page}` : "", url].filter(Boolean).join(" · ");
  article.append(element("p", "quiet", place));
  const text = element("p", "passage", "");
  let from = 0;
  for (const { quote } of citations) {
    const at = passage.indexOf(quote, from);
    if (at < 0) continue;
    text.append(passage.slice(from, at), element("mark", "", quote));
    from = at + quote.length;
  }
  text.append(passage.slice(from));
  article.append(text);
  return article;
}

/** @param {string} name @param {string} className @param {string} text */
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
