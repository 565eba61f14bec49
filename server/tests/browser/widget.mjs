/** The widget on somebody else's page, which allows next to nothing: its visitors ask what is public, and other sites ask nothing. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { House } from "./house.mjs";
import { SCREENSHOTS, visit, violations } from "./stage.mjs";

/** What the shop and the house share. */
const SECRET = "what the shop and the house share";
const INTERNAL = "How many days of leave can be carried over into the next year?";
/** A shop, and somebody who would like to be one. */
const sites = [];
let house;

before(async () => {
  for (let n = 0; n < 2; n++) {
    const site = createServer((_, response) => {
      const policy = `default-src 'none'; script-src ${house.origin}; connect-src ${house.origin}; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
      response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy });
      response.end(`<!doctype html><html lang="en"><head><title>Shop</title><script type="module" src="${house.origin}/widget.js"></script></head>`
        + "<body><main><h1>Shop</h1></main><lectern-chat heading=\"Ask the shop\" theme=\"light\" accent=\"#7a2e8c\"></lectern-chat></body></html>");
    });
    await new Promise((done) => site.listen(0, "127.0.0.1", done));
    sites.push(site);
  }
  const file = join(mkdtempSync(join(tmpdir(), "lectern-widget-")), "secret");
  writeFileSync(file, SECRET);
  house = await House.open(`[widget]\norigins = ["${address(sites[0])}"]\nquestions_per_minute = 100\nsecret_file = "${file}"\ntier = "internal"\n`);
});
after(async () => {
  await house?.close();
  for (const site of sites) await new Promise((done) => site.close(done));
});

function address(site) {
  return `http://127.0.0.1:${site.address().port}`;
}

/** On its page, as a visitor's browser shows it. */
async function on(site, look = {}) {
  const { context, close } = await visit({ at: house, path: "/docs", axe: true, ...look });
  const [page, trouble, asked] = [await context.newPage(), [], new Set()];
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && trouble.push(line.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  await page.goto(address(site));
  await page.getByRole("button", { name: "Ask a question" }).click();
  return { page, trouble, asked, close };
}

async function ask(page, question) {
  await page.getByLabel("Your question").fill(question);
  await page.keyboard.press("Enter");
  await page.locator("lectern-chat .send:not([aria-disabled])").waitFor();
}

for (const look of [{ width: 360, height: 640 }, { width: 1_440 }]) {
  test(`a visitor of another site asks on its page, ${look.width} px wide`, async () => {
    const { page, trouble, asked, close } = await on(sites[0], look);
    await ask(page, "How long do refunds take?");
    const answers = page.locator("lectern-chat .answer");
    assert.match(await answers.first().innerText(), /10 business days/);
    assert.equal(await answers.first().locator(".cite").first().textContent(), "[1]");
    assert.match(await answers.first().locator(".sources").innerText(), /\[1\] Refunds/);
    await page.screenshot({ path: join(SCREENSHOTS, `widget-${look.width}.png`) });
    assert.deepEqual(await violations(page), []);
    assert.deepEqual([...asked].sort(), [address(sites[0]), house.origin].sort(), "nobody else is asked");
    const box = await page.locator("lectern-chat .window").boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= look.width, "it stands within the page");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Ask a question" }).waitFor();
    assert.deepEqual(trouble, []);
    await close();
  });
}

test("what is not public is not told, and who asks too much waits", async () => {
  const { page, close } = await on(sites[0]);
  await ask(page, "What do the salary bands of engineers look like?");
  const answers = page.locator("lectern-chat .answer");
  assert.doesNotMatch(await answers.first().innerText(), /band \d|salar(y|ies) of \d/i);
  // As the house answers whoever asks too much (its own tests show that it does).
  const refusal = { status: 429, headers: { "access-control-allow-origin": address(sites[0]) }, json: { error: { code: "too_many", message: "wait" } } };
  await page.route("**/api/v1/ask", (route) => route.fulfill(refusal));
  await ask(page, "How long do refunds take?");
  await answers.last().getByText("too much in too short a time").waitFor();
  assert.equal(await page.getByLabel("Your question").inputValue(), "How long do refunds take?", "what was typed is not lost");
  await close();
});

test("what was said is there again after a reload, and a new conversation is empty", async () => {
  const { page, trouble, close } = await on(sites[0]);
  await ask(page, "How long do refunds take?");
  await page.reload();
  await page.getByRole("button", { name: "Ask a question" }).click();
  const answers = page.locator("lectern-chat .answer");
  await answers.first().getByText("10 business days").first().waitFor();
  assert.match(await answers.first().locator(".sources").innerText(), /\[1\] Refunds/);
  await ask(page, "And on public holidays?");
  assert.equal(await answers.count(), 2);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "New conversation" }).click();
  assert.equal(await answers.count(), 0);
  await page.reload();
  await page.getByRole("button", { name: "Ask a question" }).click();
  await ask(page, "How long do refunds take?");
  assert.equal(await answers.count(), 1);
  assert.deepEqual(trouble, []);
  await close();
});

test("whom their site vouches for reads more, and a page that cannot say who they are is told", async () => {
  const { page, close } = await on(sites[0]);
  const answers = page.locator("lectern-chat .answer");
  await ask(page, INTERNAL);
  assert.doesNotMatch(await answers.last().innerText(), /leave policy/i);
  const vouch = (claims) => page.evaluate((token) => { document.querySelector("lectern-chat").token = async () => token; }, signed(claims));
  await vouch({ sub: "ada", tier: "internal" });
  await page.getByRole("button", { name: "New conversation" }).click();
  await ask(page, INTERNAL);
  assert.match(await answers.last().innerText(), /leave policy/i);
  await vouch({ sub: "ada", tier: "restricted" });
  await ask(page, INTERNAL);
  await answers.last().getByText("could not say who you are").waitFor();
  assert.equal(await page.getByLabel("Your question").inputValue(), INTERNAL, "what was typed is not lost");
  await close();
});

/** As the shop's server would. */
function signed(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const words = `${part({ alg: "HS256", typ: "JWT" })}.${part({ exp: Math.floor(Date.now() / 1_000) + 300, ...claims })}`;
  return `${words}.${createHmac("sha256", SECRET).update(words).digest("base64url")}`;
}

test("a site that is not named asks nothing, and does not even get the script", async () => {
  const { context, close } = await visit({ at: house, path: "/docs" });
  const page = await context.newPage();
  const failed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/widget.js"));
  await page.goto(address(sites[1]));
  await failed;
  assert.equal(await page.evaluate(() => customElements.get("lectern-chat")), undefined);
  await close();
});
