/** Joining: the first admin's link leads in, by keyboard; signing out and in again; what goes wrong is said aloud. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { House } from "./house.mjs";
import { PASSWORD, SCREENSHOTS, ownTrouble, visit, violations } from "./stage.mjs";

// A house that nobody looks after yet.
const house = await House.open();
after(() => house.close());

const link = () => /\/join#(lnk_[\w-]+)/.exec(readFileSync(house.log, "utf8"))?.[1];

test("the first admin joins, signs out and signs in again, with nothing but the keyboard", async () => {
  const { page, trouble, requests, close } = await visit({ axe: true, at: house });
  await page.locator("#sign-in-link").waitFor();
  await page.goto(`${house.origin}/join#${link()}`);
  await page.locator("#login:focus").waitFor();
  assert.match(await page.locator("#purpose").innerText(), /becomes its admin/);
  assert.deepEqual(await violations(page), []);
  await page.keyboard.type("ada@example.org");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ada <b>Lovelace</b>");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Tab");
  await page.keyboard.type("a quiet harbor");
  await page.keyboard.press("Enter");
  await page.locator("#said", { hasText: "not the same" }).waitFor();
  await page.screenshot({ path: join(SCREENSHOTS, "join.png"), fullPage: true });
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");

  await page.waitForURL(`${house.origin}/settings/begin`);
  await page.locator("#account", { hasText: "Ada <b>Lovelace</b>" }).waitFor();
  await firstSteps(page);
  await page.waitForURL(`${house.origin}/`);
  assert.equal(await page.locator("#account b").count(), 0, "a name is text");
  await page.locator("#question").waitFor();
  await page.screenshot({ path: join(SCREENSHOTS, "signed-in.png"), fullPage: true });
  assert.deepEqual(await violations(page), []);
  assert.equal(await page.evaluate(() => document.cookie), "", "no script reads the cookie");
  await page.locator("#account").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign out" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#sign-in-link").focus();
  await page.keyboard.press("Enter");
  await page.locator("#login:focus").waitFor();
  await page.keyboard.type("ada@example.org");
  await page.keyboard.press("Tab");
  await page.keyboard.type("not the harbour");
  await page.keyboard.press("Enter");
  await page.locator("#said", { hasText: "the name or the password is wrong" }).waitFor();
  assert.equal(await page.locator("#said").getAttribute("role"), "alert");
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: join(SCREENSHOTS, "sign-in.png"), fullPage: true });
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("#account").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("#sign-in-link").waitFor();
  assert.ok(!requests.some((path) => path.includes("lnk_")), "the link is in no address that is asked for");
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

/** A question is tried on the handbook, what is missing is said, and one goes on to the questions. */
async function firstSteps(page) {
  await page.getByRole("heading", { level: 1, name: "Welcome to your library" }).waitFor();
  const done = () => page.locator(".step .mark.good").count();
  assert.equal(await done(), 1, "one is in, and nothing else is done");
  assert.match(await page.locator("#begin").innerText(), /\d\d documents are there[^]*lectern\.toml/);
  await page.locator("#begin-question").focus();
  await page.keyboard.type("How long do refunds take?");
  await page.keyboard.press("Enter");
  await page.locator("#begin .answer", { hasText: "10 business days" }).waitFor();
  assert.equal(await done(), 2);
  await page.locator("#begin button.cite").first().click();
  await page.locator("mark.is-chosen").waitFor();
  await page.keyboard.press("Escape");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("link", { name: "To the questions" }).focus();
  await page.keyboard.press("Enter");
}

test("a link that was used, or is none, is said to be dead", async () => {
  const { page, trouble, close } = await visit({ width: 360, at: house });
  for (const dead of [link(), "", "lnk_x", "<img src=x onerror=alert(1)>"]) {
    await page.goto("about:blank");
    await page.goto(`${house.origin}/join#${dead}`);
    await page.locator("#purpose.wrong", { hasText: "does not work any more" }).waitFor();
    assert.equal(await page.locator("#join").isVisible(), false);
  }
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("whoever has to wait is told for how long", async () => {
  const { page, close } = await visit({ width: 360, colorScheme: "dark", at: house });
  const error = { code: "too_many", message: "too many wrong guesses: wait 900 seconds" };
  await page.route("**/api/v1/sessions", (route) =>
    route.fulfill({ status: 429, headers: { "retry-after": "900" }, json: { error } }));
  await page.goto(`${house.origin}/sign-in`);
  await page.locator("#login").fill("ada");
  await page.locator("#password").fill("x");
  await page.keyboard.press("Enter");
  await page.locator("#said", { hasText: "wait 900 seconds (about 15 minutes)" }).waitFor();
  await page.screenshot({ path: join(SCREENSHOTS, "sign-in-wait.png"), fullPage: true });
  await close();
});
