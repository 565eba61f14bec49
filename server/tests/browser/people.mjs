/** People, groups and keys as an admin meets them: invited, changed, put out; refusals in words; secrets told once. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PASSWORD, house, ownTrouble, person, visit } from "./stage.mjs";

const ADMIN = "chief@example.org";

test("somebody is invited, comes in by the link, gets other rights, and is put out", async () => {
  await person(ADMIN, "admin", "restricted");
  const { page, trouble, close } = await visit({ as: ADMIN, path: "/people", width: 1_440 });
  const login = `new-${Date.now()}@example.org`;
  await page.locator("#invite").click();
  await page.locator("#invite-login").fill(login);
  await page.reload();
  assert.equal(await page.locator("#invite-login").inputValue(), login, "what was typed is there after a reload");
  await page.locator("#invite-form select[name=tier]").selectOption("customer");
  await page.locator("#invite-form button[type=submit]").click();
  const link = await page.locator(".once input").inputValue();
  assert.match(link, /\/join#lnk_/);
  await page.locator("#invite-login").fill(login);
  await page.locator("#invite-form button[type=submit]").click();
  await page.locator("#invite-form .wrong", { hasText: `Somebody signs in as "${login}" already.` }).waitFor();

  const guest = await visit({ path: new URL(link).pathname + new URL(link).hash });
  await guest.page.locator("#password").fill(PASSWORD);
  await guest.page.locator("#again").fill(PASSWORD);
  await guest.page.locator("form button[type=submit]").click();
  await guest.page.locator("#account").waitFor();
  assert.equal(await guest.page.locator(".way").count(), 0, "a reader has one page");

  await page.locator("#people-search").fill(login);
  await page.locator("tbody tr").filter({ hasText: login }).getByRole("link").click();
  await page.locator("#rights select[name=role]").selectOption("editor");
  await page.locator("#rights").getByRole("button", { name: "Save" }).click();
  await page.locator(".toast", { hasText: "It holds from now on" }).waitFor();
  await guest.page.reload();
  await guest.page.getByRole("link", { name: "Library" }).first().click();
  await guest.page.getByRole("heading", { name: "Library" }).waitFor();

  await page.getByRole("button", { name: "Suspend" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
  await page.locator("#person .badge", { hasText: "suspended" }).waitFor();
  await guest.page.reload();
  await guest.page.locator("#sign-in-link").waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForURL((url) => url.pathname === "/people");
  await page.locator("#people-search").fill(login);
  await page.getByRole("heading", { name: "There is nobody of that login" }).waitFor();
  assert.deepEqual([...ownTrouble(trouble), ...ownTrouble(guest.trouble)], []);
  await Promise.all([close(), guest.close()]);
});

test("the last admin stays one, and is told so in their language", async () => {
  const { page, trouble, close } = await visit({ as: await person(ADMIN, "admin", "restricted"), path: "/people", locale: "de-DE" });
  await page.locator("tbody tr").filter({ hasText: ADMIN }).getByRole("link").click();
  await page.locator("#rights select[name=role]").selectOption("reader");
  await page.locator("#rights button[type=submit]").click();
  await page.locator("#rights .wrong", { hasText: "Sonst hat niemand Adminrechte." }).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a group is added once, given to somebody, and removed", async () => {
  const { page, trouble, close } = await visit({ as: await person(ADMIN, "admin", "restricted"), path: "/people/groups" });
  const group = `crew-${Date.now()}`;
  const name = page.locator("#group-form input");
  await name.fill("Not A Group!");
  await page.keyboard.press("Enter");
  await page.locator("#group-form .wrong", { hasText: "lower-case letters" }).waitFor();
  await name.fill(group);
  await page.keyboard.press("Enter");
  await page.locator("tr", { hasText: group }).waitFor();
  await name.fill(group);
  await page.keyboard.press("Enter");
  await page.locator("#group-form .wrong", { hasText: `There is a group "${group}" already.` }).waitFor();
  await page.goto(`${house.origin}/people`);
  await page.locator("tbody tr").filter({ hasText: ADMIN }).getByRole("link").click();
  await page.locator("#rights").getByLabel(group).check();
  await page.locator("#rights button[type=submit]").click();
  await page.locator(".toast").waitFor();
  await page.goto(`${house.origin}/people/groups`);
  assert.match(await page.locator("tr", { hasText: group }).innerText(), /\s1\s+0\s/);
  await page.locator("tr", { hasText: group }).getByRole("button").click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.locator("tr", { hasText: group }).waitFor({ state: "detached" });
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a key opens what it is for, is shown once, and opens nothing when it is revoked", async () => {
  const { page, trouble, close } = await visit({ as: await person(ADMIN, "admin", "restricted"), path: "/people/keys" });
  await page.locator("#make-key").click();
  await page.locator("#key-form [name=name]").fill("nightly import");
  await page.getByLabel("It reads only a part of what its owner reads").check();
  await page.locator("#key-form select").selectOption("public");
  await page.locator("#key-form button[type=submit]").click();
  const secret = await page.locator(".once input").inputValue();
  const me = () => fetch(`${house.origin}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await (await me()).json()).tier, "public");
  const row = page.locator("tr", { hasText: "nightly import" }).first();
  assert.match(await row.innerText(), /Ask and read[^]*Public/);
  assert.ok(!(await page.locator("table").innerText()).includes(secret));
  await page.reload();
  assert.equal(await page.locator(".once").count(), 0, "it is not shown again");
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.locator(".toast").waitFor();
  assert.equal((await me()).status, 401);
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("editors find no way to people, nor to access", async () => {
  const { page, close } = await visit({ as: await person("ed2@example.org", "editor", "internal") });
  assert.deepEqual(await page.locator(".way").allTextContents(), ["Ask", "Inbox", "Insight", "Library", "Jobs"]);
  for (const path of ["/people", "/people/keys", "/insight/spending"]) {
    await page.goto(house.origin + path);
    await page.getByRole("heading", { name: "This is not for you" }).waitFor();
  }
  await close();
});
