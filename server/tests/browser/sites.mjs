/** Sites as an editor meets them: one is added, read, looked into address by address, tested, and forgotten. */

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { House } from "./house.mjs";
import { PASSWORD, ask, newest, ownTrouble, visit } from "./stage.mjs";

const EDITOR = "sid@example.org";
const page = (title, text, links = []) => `<html><head><title>${title}</title></head><body><main><h1>${title}</h1><p>${text}</p>${links.map((href) => `<a href="${href}">${href}</a> `).join("")}</main></body></html>`;

/** What the site has; a test may take something away. */
const PAGES = new Map([
  ["/docs/", page("Harbour docs", "The harbour master answers the radio on channel twelve from six in the morning.", ["/docs/cranes", "/docs/private/x", "/docs/gone", "/other"])],
  ["/docs/cranes", page("Cranes", "A crane of the harbour lifts forty tonnes at most, and needs two people on the quay.")],
  ["/robots.txt", "User-agent: *\nDisallow: /docs/private\n"],
]);

test("a site is read, each address says what became of it, and it is forgotten", async () => {
  const site = createServer((request, response) => {
    const found = PAGES.get(request.url);
    response.writeHead(found ? 200 : 404, { "content-type": request.url === "/robots.txt" ? "text/plain" : "text/html" });
    response.end(found ?? "not here");
  });
  await new Promise((done) => site.listen(0, "127.0.0.1", done));
  const { port } = site.address();
  const at = await House.open(`[crawl]\nallow_networks = ["127.0.0.1/32"]\nports = [${port}]\ndelay_ms = 10\n`);
  try {
    await readAndForget(at, `http://127.0.0.1:${port}`);
  } finally {
    await at.close();
    await new Promise((done) => site.close(done));
  }
});

test("a folder of the server is followed: an admin adds it, and each file says what became of it", async () => {
  const shelf = mkdtempSync(join(tmpdir(), "shelf-"));
  mkdirSync(join(shelf, "deep"));
  writeFileSync(join(shelf, "pilots.md"), "# Pilots\n\nA pilot of the Zoutkade comes aboard at the second buoy.\n");
  writeFileSync(join(shelf, "deep", "tide times.txt"), "High water stands for twenty minutes.\n");
  writeFileSync(join(shelf, "photo.png"), Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
  const at = await House.open(`[crawl]\nfolders = ["${shelf}"]\n`);
  try {
    const { page: seen, trouble, close } = await joined(at, "ada@example.org", "admin");
    await seen.goto(`${at.origin}/library/sources`);
    await seen.locator("#add-site").click();
    await seen.locator("#site-url").fill("/etc");
    await seen.locator("#site-form button[type=submit]").click();
    await seen.locator("#site-form .wrong", { hasText: "crawl.folders" }).waitFor();
    await seen.locator("#site-url").fill(shelf);
    await seen.locator("#site-form select").first().selectOption("customer");
    await seen.locator("#site-form button[type=submit]").click();
    await seen.waitForURL(/\/library\/sources\/[0-9a-f-]+$/);
    await seen.getByText("2 pages in the library · read once").waitFor();
    const became = async (file, badge) => seen.locator("#ledger tr", { hasText: file }).locator(".badge", { hasText: badge }).first().waitFor();
    await became("pilots.md", "In the library");
    await became(join(shelf, "deep", "tide times.txt"), "In the library");
    await became("deep/", "Folder");
    await became("photo.png", "Cannot be read");
    await seen.locator("#test-url").fill(join(shelf, "pilots.md"));
    await seen.locator("#explain button[type=submit]").click();
    await seen.locator("#explain .verdict", { hasText: "It would be asked for." }).waitFor();
    const editor = await joined(at, "ed@example.org", "editor");
    await editor.page.goto(seen.url());
    await editor.page.getByText("Admins read a folder again").waitFor();
    await editor.close();
    await seen.locator("#ledger a.name", { hasText: "tide" }).click();
    await seen.getByRole("heading", { name: "tide times" }).waitFor();
    await seen.goto(at.origin);
    await ask(seen, "Where does a pilot of the Zoutkade come aboard?");
    assert.match(await newest(seen).innerText(), /second buoy/);
    assert.deepEqual(ownTrouble(trouble), []);
    await close();
  } finally {
    await at.close();
    rmSync(shelf, { recursive: true });
  }
});

/** Somebody with an account at another house, in a browser of their own. */
async function joined(at, login, role) {
  const visited = await visit({ at, path: `/join#${await at.invite(login, role, "restricted")}`, width: 1_440 });
  for (const id of ["#password", "#again"]) await visited.page.locator(id).fill(PASSWORD);
  await visited.page.locator("form button[type=submit]").click();
  await visited.page.locator("#account").waitFor();
  return visited;
}

/** The site is planned from its page, changed among the schedules, switched off, and unplanned. */
async function planIt(seen, at, origin) {
  await seen.goto(`${at.origin}/library/sources`);
  await seen.locator(".line-card").click();
  await seen.locator("#planned", { hasText: "Read when somebody says so." }).waitFor();
  await seen.locator("#plan-site").click();
  await seen.getByRole("dialog").getByLabel("How often").selectOption("every 6 h");
  await seen.getByRole("button", { name: "Save" }).click();
  await seen.locator("#planned", { hasText: "Read by itself every 6 hours; next" }).waitFor();

  await seen.goto(`${at.origin}/jobs/schedules`);
  const line = seen.locator("#schedules li", { hasText: `${origin}/docs/` });
  await line.getByText("every 6 hours").waitFor();
  assert.equal(await seen.locator("#schedules li").count(), 1, "what the house does for itself is the admins'");
  await line.getByRole("button", { name: "Change when" }).click();
  const dialog = seen.getByRole("dialog");
  await dialog.getByLabel("How often").selectOption("otherwise");
  await dialog.locator("[name=expression]").fill("61 3 * * *");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.locator(".wrong", { hasText: "minute: \"61\"" }).waitFor();
  await dialog.locator("[name=expression]").fill("30 3 * * mon-fri");
  await dialog.getByRole("button", { name: "Save" }).click();
  await line.getByText("30 3 * * mon-fri").waitFor();
  await line.getByLabel("On").uncheck();
  await line.getByText("next").waitFor({ state: "detached" });
  await seen.reload();
  assert.equal(await line.getByLabel("On").isChecked(), false, "it stays off");
  await line.getByRole("button", { name: "Take away" }).click();
  await dialog.getByRole("button", { name: "Take away" }).click();
  await seen.getByRole("heading", { name: "Nothing begins by itself" }).waitFor();

  await seen.locator("#add-schedule").click();
  await dialog.getByLabel("Site").selectOption({ label: `${origin}/docs/` });
  await dialog.getByRole("button", { name: "Save" }).click();
  await line.getByText("every day").waitFor();
  await seen.locator("#add-schedule").click();
  await seen.getByText("Every site is planned").first().waitFor();
}

async function readAndForget(at, origin) {
  const link = await at.invite(EDITOR, "editor", "internal");
  const { page: seen, trouble, close } = await visit({ at, path: `/join#${link}`, width: 1_440 });
  await seen.locator("#password").fill(PASSWORD);
  await seen.locator("#again").fill(PASSWORD);
  await seen.locator("form button[type=submit]").click();
  await seen.locator("#question").waitFor();
  await seen.goto(`${at.origin}/library/sources`);
  await seen.getByRole("heading", { name: "Nothing is read by itself yet" }).waitFor();

  await seen.locator("#add-site").click();
  await seen.locator("#site-url").fill(`${origin}/docs/`);
  await seen.getByText("More about how it is read").click();
  await seen.locator("[name=depth]").fill("3");
  await seen.reload();
  assert.equal(await seen.locator("#site-url").inputValue(), `${origin}/docs/`, "what was typed is there after a reload");
  assert.equal(await seen.locator("[name=depth]").inputValue(), "3");
  await seen.locator("#site-form button[type=submit]").click();
  await seen.waitForURL(/\/library\/sources\/[0-9a-f-]+$/);
  await seen.getByText("2 pages in the library · read once").waitFor({ timeout: 60_000 });
  await seen.locator("#ledger tbody tr").nth(4).waitFor();

  await seen.getByRole("button", { name: "Kept off by robots.txt 1" }).click();
  assert.match(await seen.locator("#ledger tbody").innerText(), /\/docs\/private\/x/);
  assert.equal(await seen.locator("#ledger tbody tr").count(), 1);
  await seen.getByRole("button", { name: "All 5" }).click();
  await seen.getByLabel("Search in addresses and reasons").fill("404");
  assert.match(await seen.locator("#ledger tbody").innerText(), /\/docs\/gone/);
  await seen.locator("#test-url").fill(`${origin}/docs/private/y`);
  await seen.getByRole("button", { name: "Test an address" }).click();
  await seen.getByText("It would not be asked for.").waitFor();
  await seen.locator("#explain .grounds .bad", { hasText: "Disallow: /docs/private" }).waitFor();

  await seen.goto(at.origin);
  await ask(seen, "How much does a crane of the harbour lift?");
  assert.match(await newest(seen).innerText(), /forty tonnes/);
  await seen.goto(`${at.origin}/library/sources`);
  await seen.locator(".line-card").click();
  await seen.locator("#ledger a.name", { hasText: "cranes" }).click();
  await seen.locator("#relabel").click();
  await seen.getByRole("dialog").locator("select").selectOption("public");
  await seen.getByRole("button", { name: "Save" }).click();
  await seen.getByRole("dialog").locator(".wrong", { hasText: "A site brings this document" }).waitFor();
  await seen.getByRole("button", { name: "Cancel" }).click();

  await planIt(seen, at, origin);
  await seen.goto(`${at.origin}/library/sources`);
  await seen.locator(".line-card").click();
  await seen.getByRole("button", { name: "Delete" }).click();
  await seen.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await seen.getByRole("heading", { name: "Nothing is read by itself yet" }).waitFor();
  await seen.goto(at.origin);
  await seen.getByRole("button", { name: "New question" }).or(seen.getByRole("link", { name: "New question" })).first().click();
  await ask(seen, "How much does a crane of the harbour lift?");
  assert.ok(!(await newest(seen).innerText()).includes("forty tonnes"));
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
}
