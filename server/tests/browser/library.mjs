/** The library as an editor meets it: files go in, one is broken, labels change, and what is answered changes with them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { called, choose, fileRow, onDisk, upload } from "./shelf.mjs";
import { PASSWORD, ask, house, newest, ownTrouble, person, visit, violations } from "./stage.mjs";

const EDITOR = "lib@example.org";
const QUESTION = "What does a berth at the Quillmarsh jetty cost?";
const BERTHS = "# Berths at the Quillmarsh jetty\n\nA berth at the Quillmarsh jetty costs 47 euros a night.\n";
const TITLE = "Roof garden rules ".repeat(16).trim();

test("an editor hands in five files, sees why one is broken, and opens one to everybody", async () => {
  await person(EDITOR, "editor", "internal");
  const visitor = await visit();
  await ask(visitor.page, QUESTION);
  assert.ok(!(await newest(visitor.page).innerText()).includes("47 euros"), "nobody was told yet");

  const { page, trouble, close } = await visit({ as: EDITOR, path: "/library", width: 1_440 });
  const files = [
    onDisk("berths.md", BERTHS), onDisk("broken.pdf", "%PDF-1.7\n1 0 obj\n<<broken"), onDisk("bicycles 🚲.txt", "The bicycle shed opens at 6:30 every morning.\n"),
    onDisk("lockers.csv", "item,price\nlocker,3 euros\n"), onDisk("roof.html", `<html><head><title>${TITLE}</title></head><body><p>The roof garden closes at nine.</p></body></html>`),
  ];
  await upload(page, files, { tier: "internal" });
  assert.match(await page.locator("#upload-told").innerText(), /4 files are in the library\. 1 file was not taken in\./);
  assert.match(await fileRow(page, "broken.pdf").innerText(), /Not taken in[^]*damaged|damaged[^]*Not taken in/);
  assert.match(await fileRow(page, "bicycles 🚲.txt").innerText(), /In the library/);
  assert.equal(await page.locator(".file .badge.good").count(), 4);

  await ask(visitor.page, QUESTION);
  assert.ok(!(await newest(visitor.page).innerText()).includes("47 euros"), "it is internal");
  await fileRow(page, "berths.md").getByRole("link").click();
  await page.locator(".chunk").first().waitFor();
  assert.match(await page.locator(".chunk").first().innerText(), /Part 1[^]*47 euros a night/);
  await page.locator("#relabel").click();
  await page.getByRole("dialog").locator("select").selectOption("public");
  await page.getByRole("dialog").getByText("Everybody may read it, visitors too.").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#document .badge", { hasText: "Public" }).waitFor();

  await ask(visitor.page, QUESTION);
  assert.match(await newest(visitor.page).innerText(), /47 euros a night/);
  await page.getByRole("tab", { name: "Questions" }).click();
  await page.locator("td", { hasText: QUESTION }).first().waitFor();
  await page.getByRole("tab", { name: "Who may read" }).click();
  await page.getByText("Everybody may read it, visitors too.").waitFor();

  await page.goBack();
  await upload(page, [onDisk("berths.md", BERTHS.replace("47 euros", "52 euros"))], { tier: "public" });
  await ask(visitor.page, QUESTION);
  assert.match(await newest(visitor.page).innerText(), /52 euros a night/);

  await page.getByLabel("Search").fill("berths.md");
  await page.locator("#documents-count", { hasText: /^1 document/ }).waitFor();
  await page.locator("a.name").first().click();
  await page.getByRole("tab", { name: "Versions" }).click();
  await page.getByRole("heading", { name: "There is no former version" }).waitFor();
  await whatItSaidBefore(page.url());
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForURL((url) => url.pathname === "/library");
  await ask(visitor.page, QUESTION);
  assert.ok(!(await newest(visitor.page).innerText()).includes("euros a night"), "it is gone");
  await page.getByRole("link", { name: "Taken out" }).click();
  assert.match(await page.locator("#left tbody tr").first().innerText(), /Somebody took it out[^]*Public[^]*1 passage[^]*gone/);
  assert.deepEqual([...ownTrouble(visitor.trouble), ...ownTrouble(trouble)], []);
  await Promise.all([visitor.close(), close()]);
});

test("what is too large is told before it is sent", async () => {
  const { page, requests, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library" });
  await page.locator("#add-documents").click();
  assert.match(await page.locator("#upload").innerText(), /Up to 50 MB a file/);
  await choose(page, [onDisk("huge.txt", 50 * 1024 * 1024 + 1), onDisk("empty.txt", "")]);
  assert.match(await fileRow(page, "huge.txt").innerText(), /larger than 50 MB/);
  assert.match(await fileRow(page, "empty.txt").innerText(), /The file is empty/);
  assert.equal(await page.locator("#upload-send").isVisible(), false, "there is nothing to send");
  await choose(page, [onDisk("small.txt", "Umbrellas are lent at the gate.\n")]);
  await page.getByRole("button", { name: "Leave out small.txt" }).click();
  assert.equal(await page.locator("#upload-send").isVisible(), false);
  assert.ok(!requests.some((path) => path.endsWith("/upload")));
  assert.deepEqual(trouble, []);
  await close();
});

test("a sign-in that ends takes no file: signed in again, it goes on", async () => {
  const login = await person("lia@example.org", "editor", "internal");
  const { page, trouble, close } = await visit({ as: login, path: "/library" });
  await choose(page, [onDisk("umbrellas.txt", "Umbrellas are lent at the harbour gate.\n")], { tier: "customer" });
  const { sessions } = (await called(page, "GET", "/sessions")).reply;
  await called(page, "DELETE", `/sessions/${sessions.find(({ current }) => current).id}`);
  await page.locator("#upload-send").click();
  await page.locator(".file .wrong", { hasText: "Sign in first" }).waitFor();
  await page.locator(".banner button").click();
  await page.locator("#again-password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".banner").waitFor({ state: "detached" });
  assert.equal(await page.locator("#upload select").inputValue(), "customer", "nor the label");
  await page.locator("#upload-send").click();
  await page.locator(".file .badge.good").waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("names that would turn the page around are words", async () => {
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library", width: 360 });
  const name = `‮${"invoice ".repeat(20)}fdp.txt`;
  await upload(page, [onDisk(name, "The invoice desk is on the first floor.\n")], {});
  await page.locator(".file .badge.good").waitFor();
  assert.equal(await page.locator(".file .name bdi").first().textContent(), name.slice(1), "it reads as it is written");
  await page.getByLabel("Search").fill("Roof garden rules");
  await page.locator("#documents-count", { hasText: /^1 document/ }).waitFor();
  assert.equal(await page.locator("a.name").textContent(), TITLE);
  await page.locator("a.name").click();
  await page.getByRole("heading", { name: TITLE }).waitFor();
  const wide = await page.evaluate(() => document.getElementById("main").scrollWidth - document.getElementById("main").clientWidth);
  assert.equal(wide, 0);
  assert.deepEqual(trouble, []);
  await close();
});

test("what the list is narrowed to stands in the address, and is there after the way back", async () => {
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library" });
  await page.getByLabel("Tier", { exact: true }).last().selectOption("public");
  await page.getByLabel("Order").selectOption("title");
  await page.waitForURL(/\?tier=public&sort=title$/);
  const titles = async () => page.locator("a.name").allTextContents();
  await page.locator("#documents-count", { hasText: /^1?\d documents$/ }).waitFor();
  // The list before stands there until its follower comes.
  const inOrder = async () => (await titles()).every((title, at, all) => at === 0 || all[at - 1] <= title);
  for (let looked = 0; looked < 200 && !(await inOrder()); looked++) await page.waitForTimeout(50);
  const shown = await titles();
  assert.ok(shown.length > 5);
  assert.equal(await page.locator("tbody .badge.good").count(), shown.length);
  await page.locator("a.name").nth(2).click();
  await page.locator("#document").waitFor();
  await page.goBack();
  await page.locator("a.name").first().waitFor();
  assert.deepEqual(await titles(), shown);
  await page.getByLabel("Search").fill("no such document anywhere");
  await page.getByRole("heading", { name: "Nothing was found" }).waitFor();
  assert.deepEqual(trouble, []);
  await close();
});

test("many at once: other readers, and out; what cannot be done says why", async () => {
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library" });
  const names = ["one", "two", "three"].map((n) => onDisk(`many-${n}.md`, `# Many ${n}\n\nThe ${n} of many things.\n`));
  await upload(page, names, { tier: "internal" });
  // A page of its own: the one that took files in draws its list once more when they are done.
  await page.goto(`${new URL(page.url()).origin}/library?q=many-`);
  await page.locator("#documents-count", { hasText: /^3 documents/ }).waitFor();
  for (const one of ["one", "two"]) await page.getByLabel(`Pick "Many ${one}"`).check();
  await page.locator("#picked", { hasText: "2 documents are picked" }).getByRole("button", { name: "Change who may read" }).click();
  await page.getByRole("dialog").locator("select").selectOption("customer");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("tbody .badge.accent").nth(1).waitFor();

  await page.getByLabel("Pick all that are shown").check();
  await page.locator("#picked", { hasText: "3 documents are picked" }).getByRole("button", { name: "Read again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Read again" }).click();
  await page.getByText("3 documents are done.").waitFor();
  await page.getByLabel("Pick all that are shown").check();
  await page.locator("#picked", { hasText: "3 documents are picked" }).getByRole("button", { name: "Delete" }).click();
  const id = (await page.locator("a.name", { hasText: "Many two" }).getAttribute("href")).split("/").pop();
  assert.equal((await called(page, "DELETE", `/documents/${id}`)).status, 204, "somebody else was first");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").locator(".reasons li", { hasText: "Many two" }).waitFor();
  assert.equal(await page.locator(".reasons li").count(), 1);
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await page.getByRole("heading", { name: "Nothing was found" }).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a long list is leafed through: a reload and the way back show the page that was open, and what was picked stays picked", async () => {
  const names = Array.from({ length: 53 }, (_, n) => onDisk(`quay-${n}.txt`, `Quay ${n} is let by the day.\n`));
  await house.ingest("internal", names);
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library?q=quay-" });
  const rows = page.locator("tbody tr");
  const turned = async (press, to, count) => {
    await press();
    await page.locator(".leaves", { hasText: `Page ${to}` }).waitFor();
    assert.equal(await rows.count(), count);
  };
  await rows.nth(49).waitFor();
  assert.equal(await page.getByRole("button", { name: "Previous" }).isVisible(), false);
  const first = await page.locator("a.name").first().innerText();
  await page.locator(".pick-box").first().check();
  await turned(() => page.getByRole("button", { name: "Next" }).click(), 2, 3);
  assert.equal(await page.getByRole("button", { name: "Next" }).isVisible(), false);
  assert.equal(await page.locator("a.name:focus").count(), 1, "one goes on from the first of them");
  await page.getByLabel("Pick all that are shown").check();
  await page.locator("#picked", { hasText: "4 documents are picked" }).waitFor();
  await turned(() => page.getByRole("button", { name: "Previous" }).click(), 1, 50);
  assert.equal(await page.locator("a.name").first().innerText(), first);
  assert.equal(await page.locator(".pick-box:checked").count(), 1);

  await turned(() => page.getByRole("button", { name: "Next" }).click(), 2, 3);
  await turned(() => page.reload(), 2, 3);
  const last = await page.locator("a.name").last().innerText();
  await page.locator("a.name").last().click();
  await page.locator("#document").waitFor();
  await turned(() => page.goBack(), 2, 3);
  assert.equal(await page.locator("a.name").last().innerText(), last);

  await page.getByLabel("Pick all that are shown").check();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.locator("#documents-count", { hasText: /^50 documents/ }).waitFor();
  assert.equal(await rows.count(), 50, "nothing is left there, and what is before it is shown");
  assert.equal(await page.locator(".leaves button:visible").count(), 0);

  await page.evaluate((path) => history.replaceState({ trails: { [path]: ["AAAA"] } }, ""), "/documents?q=quay-");
  await page.reload();
  await rows.nth(49).waitFor();
  await page.getByLabel("Pick all that are shown").check();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "Nothing was found" }).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("what somebody else changed meanwhile is not changed unseen", async () => {
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library" });
  await upload(page, [onDisk("tides.md", "# Tides\n\nThe tide table hangs at the gate.\n")], { tier: "internal" });
  await page.locator(".file a").click();
  await page.locator("#relabel").click();
  const id = page.url().split("/").pop();
  assert.equal((await called(page, "PATCH", `/documents/${id}`, { tier: "customer" })).status, 200);
  await page.getByRole("dialog").locator("select").selectOption("public");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").locator(".wrong:not(:empty)").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator("#document .badge", { hasText: "Customer" }).waitFor();
  assert.equal((await called(page, "GET", `/documents/${id}`)).reply.tier, "customer");
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a long document comes in pages, each part with where it begins and ends", async () => {
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library" });
  const text = Array.from({ length: 150 }, (_, n) => `## Section ${n}\n\n${`Rule ${n} of the harbour says that boat ${n} waits. `.repeat(18)}\n`).join("\n");
  await upload(page, [onDisk("rules.md", `# Harbour rules\n\n${text}`)], { tier: "internal" });
  await page.locator(".file a").click();
  await page.locator(".chunk").nth(49).waitFor();
  assert.equal(await page.locator(".chunk").count(), 50);
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator(".chunk").nth(99).waitFor();
  const { reply } = await called(page, "GET", `/documents/${page.url().split("/").pop()}/chunks?limit=100`);
  const drawn = await page.locator(".chunk-text").allTextContents();
  assert.deepEqual(drawn, reply.chunks.map(({ text: part }) => part));
  assert.deepEqual(trouble, []);
  await close();
});

test("documents are found by what became of them, and what is done to many is done to those", async () => {
  const broken = onDisk("berth-plan.txt", "The berth plan is drawn on Mondays.\n");
  await house.ingest("internal", [broken]);
  onDisk("berth-plan.txt", "%PDF-1.7\n1 0 obj\n<<broken");
  await house.ingest("internal", [broken]).catch(() => null);
  await house.ingest("internal", [onDisk("veiled.html", "<html><head><title>Veiled quay</title></head><body><p>The quay is open.</p><p hidden>But not by night.</p></body></html>")]);
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library", width: 1_440 });
  await page.locator("tbody tr").first().waitFor();
  await page.getByLabel("State").selectOption("failed");
  await page.locator("#documents-count", { hasText: /^1 / }).waitFor();
  assert.match(page.url(), /state=failed/);
  await page.locator("tbody tr", { hasText: "berth-plan.txt" }).waitFor();
  await page.getByLabel("State").selectOption("waiting");
  await page.locator(".empty").waitFor();
  await page.goto(new URL("/library?problem=hidden+elements+left+out", page.url()).href);
  await page.locator("tbody tr", { hasText: "Veiled quay" }).waitFor();
  await page.getByLabel("Problems").locator("option", { hasText: /^hidden elements left out \(\d+\)$/ }).waitFor({ state: "attached" });
  assert.equal(await page.getByLabel("Problems").inputValue(), "hidden elements left out", "the address says what is chosen");
  const many = await page.locator("tbody tr").count();
  await page.locator("thead input").check();
  await page.locator("#picked").getByText(new RegExp(`^${many} `)).waitFor();
  await page.getByLabel("State").selectOption("failed");
  await page.locator(".empty").waitFor();
  assert.equal(await page.locator("#picked").isVisible(), false, "what is out of sight is not picked any more");
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

/** Former texts are for who reads everything: they may have had other readers. */
async function whatItSaidBefore(address) {
  const { page, trouble, close } = await visit({ as: await person("chief@example.org", "admin", "restricted"), path: new URL(address).pathname, axe: true });
  await page.getByRole("tab", { name: "Versions" }).click();
  await page.locator("#versions li").nth(1).waitFor();
  await page.locator("#versions summary").first().click();
  await page.locator(".changes").waitFor();
  assert.match(await page.locator(".changes del").innerText(), /47 euros/);
  assert.match(await page.locator(".changes ins").innerText(), /52 euros/);
  assert.deepEqual(await violations(page), []);
  await page.locator("#versions summary").nth(1).click();
  await page.locator("#versions li").nth(1).getByText("47 euros").waitFor();
  await page.locator("#read-again").click();
  await page.waitForURL(/\/jobs\//);
  await page.locator("tbody .badge", { hasText: "Unchanged" }).waitFor();
  await page.goto(new URL("/library?problems=true", page.url()).href);
  await page.getByLabel("Problems").selectOption("");
  await page.locator("tbody tr").first().waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
}
