/** Markup in documents: titles, file names and texts that would run if they were taken for more than text. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { answerWith, ask, house, visit } from "./stage.mjs";

const PICTURE = "<img src=x onerror=window.owned=1>";
const SCRIPT = "<script>window.owned=1<\/script>";
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
      assert.ok((await page.locator("mark").count()) > 0, await page.locator("#answer").innerText());
      assert.ok((await page.locator("#source-1 h3").textContent()).includes(PICTURE), "the title is shown as it is written");
      await onlyText(page);
      assert.deepEqual(requests.filter((path) => !path.startsWith("/ui/")), ["/", "/api/v1/me", "/api/v1/ask"]);
      assert.deepEqual(trouble, []);
      await close();
    });
  }
});

test("markup in every field of an answer is shown as text; what is no web page is no link", async () => {
  const { page, trouble, close } = await visit();
  const quote = `Seven ${PICTURE}.`;
  const urls = ["javascript:window.owned=1", "https://handbook.example/a", `/srv/secret/${PICTURE}`];
  const passage = `${quote} ${SCRIPT}`;
  const cited = (url, at) => ({ n: at + 1, title: PICTURE, url, heading: PICTURE, page: 3, quote, start: 0, passage });
  const citations = urls.map(cited);
  await answerWith(page, { json: { answer: PICTURE, declined: false, citations, mode: "extractive" } });
  await ask(page, "anything");
  await onlyText(page);
  const links = await page.locator("#answer a, #sources a").evaluateAll((found) => found.map((link) => link.getAttribute("href")));
  assert.deepEqual(links, ["#source-1", "#source-2", "#source-3", "https://handbook.example/a"]);
  assert.equal(await page.locator("mark").count(), 3, "the same words in three documents are three sources");
  assert.ok(!(await page.locator("body").innerText()).includes("/srv/secret"));
  assert.deepEqual(trouble, []);
  await close();
});

test("a model's words are text, and only markers of what is cited lead anywhere", async () => {
  const { page, trouble, close } = await visit();
  const quote = "Seven days.";
  const cited = { n: 1, title: "T", url: "t.md", heading: "", page: null, quote, start: 0, passage: quote };
  const answer = `It takes seven days [1]. ${PICTURE} ${SCRIPT} [2]\n\n[here](javascript:window.owned=1) [1]`;
  const notice = `Careful: ${PICTURE}`;
  await answerWith(page, { json: { answer, declined: false, citations: [cited], mode: "generated", model: SCRIPT, notice } });
  await ask(page, "anything");
  await onlyText(page);
  const links = await page.locator("#answer a").evaluateAll((found) => found.map((link) => link.getAttribute("href")));
  assert.deepEqual(links, ["#source-1", "#source-1"]);
  const shown = await page.locator("#answer").innerText();
  assert.ok(shown.includes(SCRIPT) && shown.includes(notice) && shown.includes("In the words of"), shown);
  assert.ok(!shown.includes("No language model"), shown);
  assert.deepEqual(trouble, []);
  await close();
});

test("markup in the titles of a declined answer is text too", async () => {
  const { page, trouble, close } = await visit();
  const answer = `I don't know.\nThe nearest titles are "${PICTURE}${SCRIPT}".`;
  await answerWith(page, { json: { answer, declined: true, citations: [], mode: "extractive" } });
  await ask(page, PICTURE);
  assert.ok((await page.locator("#answer").innerText()).includes(PICTURE + SCRIPT));
  await onlyText(page);
  assert.deepEqual(trouble, []);
  await close();
});

test("quotes are highlighted in the order of their passage, whatever order they come in", async () => {
  const { page, close } = await visit();
  const passage = "First this. Then that. This again: First this.";
  const named = { n: 1, title: "T", url: "t.md", heading: "", page: null, passage };
  const citations = ["Then that.", "First this."].map((quote) => ({ ...named, quote, start: passage.indexOf(quote) }));
  await answerWith(page, { json: { answer: "", declined: false, citations } });
  await ask(page, "anything");
  assert.deepEqual(await page.locator("mark").allTextContents(), ["First this.", "Then that."]);
  assert.equal(await page.locator(".passage").textContent(), passage);
  await close();
});

/** Nothing below the answer but the elements that the page itself makes, and nothing has run. */
async function onlyText(page) {
  await page.waitForTimeout(200);
  const names = await page.locator("#answer *, #sources *").evaluateAll((all) => all.map((element) => element.localName));
  const known = ["a", "article", "blockquote", "h2", "h3", "mark", "p"];
  assert.deepEqual(names.filter((name) => !known.includes(name)), []);
  assert.equal(await page.evaluate(() => "owned" in window), false);
}
