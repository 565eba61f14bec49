/** Markup in documents: titles, file names and texts that would run if they were taken for more than text. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { answerWith, ask, house, newest, openSource, ownTrouble, visit } from "./stage.mjs";

const PICTURE = "<img src=x onerror=window.owned=1>";
const SCRIPT = "<script>window.owned=1<\/script>";
const DOCUMENT = "00000000-0000-7000-8000-000000000000";
const ESCAPED = PICTURE.replace("<", "&lt;").replace(">", "&gt;");

/** What is asked, and the document that answers it: its file's name and its text. */
const DOCUMENTS = {
  "What does it cost to moor a zeppelin for a night?": [
    "zeppelins.txt",
    `Zeppelins ${PICTURE}\n\nMooring a zeppelin ${PICTURE} for one night costs forty crowns ${SCRIPT} in every season.\n`,
  ],
  "How many stones may a trebuchet throw on a Sunday?": [
    "trebuchets.md",
    `---\ntitle: "Trebuchets ${PICTURE}"\n---\n\nA trebuchet may throw seven stones \`${PICTURE}\` on a Sunday, ` +
      "[not more](javascript:window.owned=1).\n",
  ],
  "Who polishes the gondola bells?": [
    "gondolas.html",
    `<title>Gondolas ${ESCAPED}</title><h1>Gondolas ${ESCAPED}</h1><p>The gondola bells ${ESCAPED} are polished by the ` +
      `night porter ${SCRIPT} before the first crossing.</p>`,
  ],
  "Where are the spare periscope lenses kept?": [
    `${PICTURE}.txt`,
    "The spare periscope lenses are kept in the green cabinet behind the harbour office, and the key hangs with the " +
      "keeper of tides, who signs for it.\n",
  ],
};

test("markup of documents is shown as text and nothing of it runs", async (t) => {
  const folder = join(house.folder, "hostile");
  mkdirSync(folder);
  for (const [name, text] of Object.values(DOCUMENTS)) writeFileSync(join(folder, name), text);
  await house.ingest("public", [folder]);

  for (const [question, [name]] of Object.entries(DOCUMENTS)) {
    await t.test(name, async () => {
      const { page, trouble, requests, close } = await visit();
      await ask(page, question);
      const line = newest(page).locator(".source-line").first();
      assert.ok((await line.locator(".title").textContent()).includes(PICTURE), "the title is shown as it is written");
      await openSource(page);
      assert.ok((await page.locator("mark").count()) > 0, await newest(page).innerText());
      assert.ok((await page.locator(".source-head").textContent()).includes(PICTURE));
      await onlyText(page);
      const known = ["/", "/api/v1/house", "/api/v1/me", "/api/v1/suggestions", "/api/v1/conversations", "/api/v1/ask"];
      const others = requests.filter((path) => !path.startsWith("/ui/") && !known.includes(path));
      assert.deepEqual(others.filter((path) => !/^[/]api[/]v1[/]documents[/][\w-]+[/]text$/.test(path)), []);
      assert.deepEqual(trouble, []);
      await close();
    });
  }
});

test("markup in every field of an answer is shown as text; what is no web page is no link", async () => {
  const { page, trouble, close } = await visit();
  const quote = `Seven ${PICTURE}.`;
  const urls = ["javascript:window.owned=1", "https://handbook.example/a", `/srv/secret/${PICTURE}`];
  const cited = (url, at) => ({ n: at + 1, document_id: DOCUMENT, title: PICTURE, url, heading: PICTURE, page: 3, quote, start: 0, end: 9, passage: quote });
  const citations = urls.map(cited);
  const answer = `${PICTURE} [1] [2] [3]`;
  await answerWith(page, { reply: { answer, citations, asked_as: SCRIPT, notice: SCRIPT, sources: citations } });
  await ask(page, "anything");
  await onlyText(page);
  assert.equal(await newest(page).locator("button.cite").count(), 3, "the same words in three documents are three sources");
  const links = [];
  for (const at of [0, 1, 2]) {
    await newest(page).locator(".source-line").nth(at).click();
    links.push(await page.locator(".source-head a").first().getAttribute("href"));
    await onlyText(page);
    await page.keyboard.press("Escape");
  }
  const original = `/api/v1/documents/${DOCUMENT}/original#page=3`;
  assert.deepEqual(links, [original, "https://handbook.example/a", original]);
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a page of the web is opened where the words stand, when the server says where", async () => {
  const { page, close } = await visit();
  const link = "https://handbook.example/a#:~:text=Seven%20days";
  const cited = { n: 1, document_id: DOCUMENT, title: "T", url: "https://handbook.example/a", heading: "", page: null, quote: "Seven days.", start: 0, end: 11, passage: "", link };
  await answerWith(page, { reply: { answer: "Seven days. [1]", citations: [cited] } });
  await ask(page, "anything");
  await newest(page).locator("button.cite").click();
  const anchor = page.locator(".source-head a");
  assert.deepEqual([await anchor.getAttribute("href"), await anchor.getAttribute("rel")], [link, "noopener noreferrer"]);
  await close();
});

test("markup in the titles of a declined answer and of a question back is text too", async () => {
  const { page, trouble, close } = await visit();
  const answer = `I don't know.\nThe nearest titles are "${PICTURE}${SCRIPT}".`;
  await answerWith(page, { reply: { answer, declined: true } });
  await ask(page, PICTURE);
  assert.ok((await newest(page).locator(".words").innerText()).includes(PICTURE + SCRIPT));
  await onlyText(page);
  await page.unroute("**/api/v1/ask");
  await answerWith(page, { reply: { answer: `Which of these do you mean: "${PICTURE}" or "B"?`, mode: "clarify" } });
  await ask(page, SCRIPT);
  assert.deepEqual(await newest(page).locator(".chip").allTextContents(), [PICTURE, "B"]);
  await onlyText(page);
  await newest(page).locator(".chip").nth(1).click();
  await page.locator(".turn").nth(2).waitFor();
  assert.equal(await newest(page).locator(".question").textContent(), "B", "what was meant is asked by a press");
  assert.deepEqual(trouble, []);
  await close();
});

test("a quote that stands in its document no more is shown, and said to be gone", async () => {
  const { page, close } = await visit();
  const quote = "Refunds take no time at all.";
  await page.route("**/api/v1/documents/*/text", (route) => route.fulfill({ contentType: "text/plain; charset=utf-8", body: "# Refunds\n\nÄ 💷 Refunds take ten days.\nThen they are there." }));
  const cited = (words, start, end) => ({ n: 1, document_id: DOCUMENT, title: "T", url: "t.md", heading: "", page: null, quote: words, start, end, passage: "" });
  await answerWith(page, { reply: { answer: `${quote} [1]`, citations: [cited(quote, 0, 28)] } });
  await ask(page, "anything");
  await newest(page).locator("button.cite").click();
  await page.locator(".changed blockquote", { hasText: quote }).waitFor();
  await page.keyboard.press("Escape");
  await page.unroute("**/api/v1/ask");
  const bytes = new TextEncoder().encode("# Refunds\n\nÄ 💷 ").length;
  await answerWith(page, { reply: { answer: "Refunds take ten days. [1]", citations: [cited("Refunds take ten days.", bytes, bytes + 22)] } });
  await ask(page, "anything");
  await newest(page).locator("button.cite").click();
  await page.locator("mark.is-chosen").waitFor();
  assert.equal(await page.locator("mark.is-chosen").textContent(), "Refunds take ten days.", "bytes are counted, not letters");
  await close();
});

/** Nothing of an answer or its source but the elements that the page itself makes, and nothing has run. */
async function onlyText(page) {
  await page.waitForTimeout(200);
  const names = await page.locator(".turns *, .source *").evaluateAll((all) => all.map((element) => element.localName));
  const known = ["a", "article", "bdi", "blockquote", "br", "button", "code", "details", "div", "em", "h2", "h3", "h4", "header", "li", "mark", "ol",
    "p", "path", "span", "strong", "summary", "svg", "table", "tbody", "td", "th", "thead", "tr", "ul", "section"];
  assert.deepEqual(names.filter((name) => !known.includes(name)), []);
  assert.equal(await page.evaluate(() => "owned" in window), false);
}
