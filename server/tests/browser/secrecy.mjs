/** Secrecy: a visitor who asks for what is above the public tier sees nothing of it, not even a title. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, SEED } from "./house.mjs";
import { ask, house, visit } from "./stage.mjs";

const RULES = ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"];
const leaks = readFileSync(join(ROOT, "data/eval/leaks.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const asked = leaks.filter((leak) => leak.as === "tier=public");
const handbook = readdirSync(SEED, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(SEED.length + 1).replaceAll("\\", "/"));
const open = handbook.filter((path) => path.startsWith("public/")).map(read).join("\n");
const hidden = handbook.filter((path) => !path.startsWith("public/"));
/** The headings of hidden documents, where no public one says the same words. */
const titles = hidden.map((path) => /^# (.+)$/m.exec(read(path))?.[1]).filter((title) => title && !open.includes(title));

test("the leak questions have something to leak", () => {
  assert.ok(asked.length >= 5 && titles.length >= 5);
  for (const { id, hidden, forbidden } of asked) {
    const text = hidden.map(read).join("\n");
    assert.ok(forbidden.some((words) => text.includes(words)), `${id}: no forbidden words in ${hidden}`);
    for (const words of forbidden) assert.ok(!open.includes(words), `${id}: "${words}" is public`);
  }
});

test("nothing above the public tier reaches a visitor", async () => {
  const { page, trouble, close } = await visit();
  for (const { id, question, forbidden } of asked) {
    const reply = await replyTo(page, question);
    const shown = JSON.stringify(reply) + (await page.content());
    for (const words of [...forbidden, ...titles]) assert.ok(!shown.includes(words), `${id}: ${words}`);
    for (const { url } of reply.citations) {
      assert.ok(!hidden.some((path) => url.endsWith(path)), `${id}: cites ${url}`);
    }
  }
  assert.deepEqual(trouble, []);
  await close();
});

test("the policy of every answer allows nothing unsafe", async () => {
  for (const path of ["/", "/c/x", "/ui/app.js", "/ui/style/base.css", "/ui/icon.svg", "/api/v1/ask", "/nowhere"]) {
    const { headers } = await fetch(house.origin + path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.ok(!policy.includes("unsafe"), `${path}: ${policy}`);
    for (const rule of RULES) {
      assert.ok(policy.includes(rule), `${path} lacks ${rule}: ${policy}`);
    }
  }
});

test("the policy holds in the browser: no script, handler or picture that was slipped in", async () => {
  const { page, trouble, requests, close } = await visit();
  await page.evaluate(() => {
    const refused = (slip) => { try { slip(); } catch (error) { console.error(String(error)); } };
    refused(() => { document.body.innerHTML = "<img src=x onerror='window.owned = 1'>"; });
    refused(() => {
      const script = document.createElement("script");
      script.src = "//127.0.0.2/x.js";
      document.head.append(script);
    });
    refused(() => {
      const picture = document.createElement("img");
      picture.setAttribute("onerror", "window.owned = 1");
      picture.src = "http://127.0.0.2/x.png";
      document.body.append(picture);
    });
  });
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => "owned" in window), false);
  assert.ok(trouble.length >= 3, trouble.join("\n"));
  assert.ok(!trouble.some((line) => line.startsWith("a request left")), trouble.join("\n"));
  assert.ok(!requests.includes("/x.js") && !requests.includes("/x.png"));
  await close();
});

/** What the server told as its last word; the browser does not keep what comes in events. */
async function replyTo(page, question) {
  await ask(page, question);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const secret = await page.evaluate((wanted) => JSON.parse(localStorage.getItem("lectern.conversations")).find(({ id }) => id === wanted).secret, id);
  const response = await fetch(`${house.origin}/api/v1/conversations/${id}`, { headers: { "x-conversation-secret": secret } });
  const turn = (await response.json()).said.at(-1);
  assert.equal(turn.question, question);
  return turn;
}

function read(path) {
  return readFileSync(join(SEED, path), "utf8");
}
