/**
 * Answers on their way, from a house with a language model: told as they come, gone on with after a reload and when the line
 * was down, stopped; marked where they are not borne out; text, whatever is in them.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { House } from "./house.mjs";
import { Model } from "./model.mjs";
import { SCREENSHOTS, newest, ownTrouble, settled, visit } from "./stage.mjs";

const QUESTION = "How long do refunds take?";
const BORNE_OUT = "Refunds take up to 10 business days to reach your account once we have approved them [1]. ";
const FALSE = "Refunds take up to 3 business days to reach your account once approved [1]. ";
const REST = "We send the money back the same way you paid [1].\n\n- **First:** ask the Owner.\n- Then wait.\n";

let model;
let house;
before(async () => {
  model = await Model.open();
  house = await House.open(model.settings);
});
after(async () => {
  await house?.close();
  await model?.close();
});

/** The question is asked, and this much of the answer is there. */
async function asked(page, words) {
  await page.locator("#question").fill(QUESTION);
  await page.keyboard.press("Enter");
  await newest(page).locator(".words", { hasText: words }).waitFor();
}

test("an answer comes word by word, without a jump, and what is not borne out is marked", async () => {
  model.says(BORNE_OUT + FALSE + REST, { stopAt: 32 });
  const { page, trouble, close } = await visit({ at: house, width: 1_440 });
  await page.evaluate(() => {
    globalThis.shifts = 0;
    new PerformanceObserver((list) => list.getEntries().forEach(({ value, hadRecentInput }) => { globalThis.shifts += hadRecentInput ? 0 : value; }))
      .observe({ type: "layout-shift", buffered: false });
  });
  await asked(page, "approved them");
  assert.equal(await newest(page).locator(".answer").getAttribute("aria-busy"), "true");
  assert.equal(await newest(page).locator(".actions").innerText(), "", "what is not done cannot be judged");
  await newest(page).locator("button.cite").waitFor();
  await newest(page).locator("button.cite").focus();
  model.goOn();
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement?.className), "cite", "what stood there still stands there");
  const doubt = newest(page).locator(".doubt.unsupported");
  assert.equal(await doubt.textContent(), "Refunds take up to 3 business days to reach your account once approved.");
  assert.match(await newest(page).locator(".notes").innerText(), /In the words of a language model[^]*scripted[^]*Do not rely on it/);
  assert.equal(await newest(page).locator("li strong").textContent(), "First:");
  assert.ok((await page.evaluate(() => globalThis.shifts)) < 0.01, "nothing jumped");
  await page.screenshot({ path: join(SCREENSHOTS, "unsupported.png") });
  const told = () => Promise.all([doubt.textContent(), newest(page).locator(".notes").innerText(), newest(page).locator(".words").innerText()]);
  const before = await told();
  await newest(page).getByRole("button", { name: "This did not help" }).click();
  await newest(page).locator("form.feedback").waitFor();
  await page.reload();
  await doubt.waitFor();
  assert.deepEqual(await told(), before, "after a reload it is marked and worded as before");
  assert.equal(await newest(page).getByRole("button", { name: "This did not help" }).getAttribute("aria-pressed"), "true");
  assert.deepEqual(trouble, []);
  await close();
});

test("a reload in the middle goes on with the answer", async () => {
  model.says(BORNE_OUT + REST, { stopAt: 20 });
  const { page, trouble, close } = await visit({ at: house });
  const before = model.asked;
  await asked(page, "approved them");
  await page.reload();
  await newest(page).locator(".words", { hasText: "approved them" }).waitFor();
  assert.equal(await page.locator("h1:visible").textContent(), QUESTION);
  model.goOn();
  await newest(page).locator(".words", { hasText: "Then wait." }).waitFor();
  await settled(page);
  assert.equal(model.asked, before + 1, "it is not asked again");
  assert.equal(await page.locator(".turn").count(), 1);
  await page.reload();
  await newest(page).locator(".words", { hasText: "Then wait." }).waitFor();
  assert.equal(await page.locator(".turn").count(), 1, "and it was kept once");
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("an answer whose line was cut goes on where it was", async () => {
  model.says(BORNE_OUT + REST, { stopAt: 20 });
  const { page, requests, close } = await visit({ at: house });
  // The browser hears the beginning from the server, and then nothing more of that request.
  await page.evaluate(() => {
    const real = globalThis.fetch;
    globalThis.fetch = async (...about) => {
      const response = await real(...about);
      if (about[0] !== "/api/v1/ask") return response;
      const [heard] = [response.body.getReader()];
      let sum = 0;
      const body = new ReadableStream({
        async pull(controller) {
          const { value, done } = await heard.read();
          sum += value?.length ?? 0;
          if (done) return controller.close();
          controller.enqueue(value);
          if (sum > 3_000) controller.error(new TypeError("network error"));
        },
      });
      return new Response(body, response);
    };
  });
  await asked(page, "Refunds");
  model.goOn();
  await newest(page).locator(".words", { hasText: "Then wait." }).waitFor();
  await settled(page);
  assert.ok(requests.some((path) => path.startsWith("/api/v1/streams/")), "it came back for the rest");
  const words = await newest(page).locator(".words").innerText();
  assert.equal(words.split("approved them").length, 2, `nothing is told twice: ${words}`);
  await close();
});

test("what is stopped stays as far as it was told", async () => {
  model.says(BORNE_OUT + REST, { stopAt: 20 });
  const { page, trouble, close } = await visit({ at: house });
  await asked(page, "approved them");
  await newest(page).locator("button.cite").waitFor();
  await page.locator("#stop").click();
  await newest(page).locator(".note", { hasText: "Stopped before its end" }).waitFor();
  await settled(page);
  assert.ok(!(await newest(page).innerText()).includes("Then wait."));
  model.goOn();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a server that ends in the middle of an answer: the question is kept, and asked again when it is back", async () => {
  model.says(BORNE_OUT + REST, { stopAt: 20 });
  const { page, trouble, close } = await visit({ at: house });
  await asked(page, "approved them");
  await house.stop("SIGKILL");
  await newest(page).locator(".status", { hasText: "The line is down" }).waitFor();
  await page.locator(".banner", { hasText: "cannot be reached" }).waitFor();
  await house.start();
  await newest(page).locator(".status", { hasText: "The answer was cut off" }).waitFor();
  assert.equal(await page.locator("#question").inputValue(), QUESTION);
  model.says(BORNE_OUT + REST);
  await newest(page).getByRole("button", { name: "Try again" }).click();
  await newest(page).locator(".words", { hasText: "Then wait." }).waitFor();
  await settled(page);
  assert.equal(await page.locator(".turn").count(), 1);
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a model's words are text, whatever is in them", async () => {
  const picture = "<img src=x onerror=window.owned=1>";
  const script = "<script>window.owned=1<\/script>";
  const turned = "\u202Eevil\u202C \u2067rtl\u2069";
  model.says(`${BORNE_OUT}${picture} ${script} [here](javascript:window.owned=1) [9] ${turned}\n\n> ${picture}\n\n| ${script} | b |\n|---|---|\n| \`${picture}\` | **${script}** |\n\n\`\`\`\n${picture}\n`);
  const { page, trouble, close } = await visit({ at: house });
  await asked(page, "approved them");
  await settled(page);
  const shown = await newest(page).locator(".words").innerText();
  for (const words of [picture, script]) assert.ok(shown.split(words).length > 2, shown);
  assert.equal(await newest(page).locator(".words :is(a, img, script, iframe)").count(), 0);
  assert.equal(await newest(page).locator(".words button.cite").count(), 1, "a marker of nothing is no marker");
  assert.equal(await page.evaluate(() => "owned" in window), false);
  assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069]/, "nothing of it is turned around");
  const apart = await newest(page).locator(".words p").evaluateAll((all) => all.map((one) => getComputedStyle(one).unicodeBidi));
  assert.deepEqual([...new Set(apart)], ["isolate"], "what turns a text around turns nothing beside it");
  assert.deepEqual(trouble, []);
  await close();
});
