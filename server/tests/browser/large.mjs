/**
 * How the pages bear a large house, measured and printed, and no part of the gate: a library of 50,000 documents, a conversation of
 * 2,000 messages, and the time from the first byte to a page on which one can ask. The rows are copies of what the server itself
 * wrote, put into its SQLite file while it stands still. `make measure-pages` runs it; it needs `python3`.
 */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { house, person, visit } from "./stage.mjs";

const DOCUMENTS = 50_000;
const MESSAGES = 2_000;
const PAGES = 40;
const VISITS = 9;
const ADMIN = "chief@example.org";

/** Copies of the first document, without parts: nothing has to be embedded for a list. And of the first turn. */
const FILL = `
import sqlite3, sys, uuid
path, conversation, documents, turns = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
db = sqlite3.connect(path, isolation_level=None)
db.execute("BEGIN")
def copy(table, row, **changes):
    columns = [one[1] for one in db.execute(f"PRAGMA table_info({table})")]
    values = dict(zip(columns, row)) | changes
    marks = ", ".join("?" for _ in columns)
    db.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", [values[name] for name in columns])
document = db.execute("SELECT * FROM documents ORDER BY id LIMIT 1").fetchone()
live = db.execute("SELECT live_version, updated_ms FROM documents ORDER BY id LIMIT 1").fetchone()
version = db.execute("SELECT * FROM versions WHERE id = ?", live[:1]).fetchone()
origin = db.execute("SELECT * FROM origins WHERE document_id = (SELECT id FROM documents ORDER BY id LIMIT 1) LIMIT 1").fetchone()
for at in range(documents):
    new, text = str(uuid.uuid4()), str(uuid.uuid4())
    copy("documents", document, id=new, live_version=text, updated_ms=live[1] - at * 1000)
    problems = '["hidden elements left out: %d"]' % (at % 9) if at % 10 == 0 else "[]"
    copy("versions", version, id=text, document_id=new, title="Handbook, leaf %d" % at, problems=problems)
    copy("origins", origin, origin="/leaves/%d.md" % at, document_id=new)
turn = db.execute("SELECT * FROM turns WHERE conversation_id = ? AND ordinal = 1", (conversation,)).fetchone()
passages = db.execute("SELECT * FROM turn_passages WHERE conversation_id = ? AND turn = 1", (conversation,)).fetchall()
for at in range(2, turns + 1):
    copy("turns", turn, ordinal=at)
    for passage in passages:
        copy("turn_passages", passage, turn=at)
db.execute("UPDATE conversations SET turns = ? WHERE id = ?", (turns, conversation))
db.execute("COMMIT")
`;

const { page: begun, close: done } = await visit({ as: await person(ADMIN, "admin", "restricted") });
await begun.locator("#question").fill("How long do refunds take?");
await begun.keyboard.press("Enter");
await begun.waitForURL(/\/c\//);
await begun.locator(".answer[aria-busy=false]").waitFor({ state: "attached" });
const conversation = begun.url().split("/").pop();
await done();
await house.stop();
await promisify(execFile)("python3", ["-c", FILL, join(house.data, "lectern.db"), conversation, String(DOCUMENTS), String(MESSAGES / 2)]);
await house.start();

/** What stalled a page since it was last asked: the longest task. */
async function watched(page) {
  await page.evaluate(() => {
    globalThis.stalls = [];
    new PerformanceObserver((list) => globalThis.stalls.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
  });
  return async () => page.evaluate(() => Math.round(Math.max(0, ...globalThis.stalls.splice(0))));
}

/** Scroll what is scrolled from here to the end and back, a third of a screen a frame; the longest frame, and the typical one. */
async function scrolled(page, selector) {
  return page.evaluate(async (selector) => {
    let box = document.querySelector(selector);
    while (box !== document.scrollingElement && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement ?? document.scrollingElement;
    const frame = () => new Promise((go) => requestAnimationFrame(go));
    const frames = [];
    const step = Math.max(box.clientHeight / 3, (box.scrollHeight - box.clientHeight) / 300);
    for (const way of [1, -1]) {
      for (let before = NaN, at = performance.now(); box.scrollTop !== before;) {
        before = box.scrollTop;
        box.scrollTop += way * step;
        const now = await frame();
        frames.push(now - at);
        at = now;
      }
    }
    frames.sort((a, b) => a - b);
    return { longest: Math.round(frames.at(-1)), typical: Math.round(frames[Math.floor(frames.length / 2)]), frames: frames.length };
  }, selector);
}

/** @param {string} what @param {Record<string, number>} figures in milliseconds, if they do not say otherwise */
const tell = (what, figures) => console.log(`${what}: ${Object.entries(figures).map(([name, value]) => `${name} ${value}`).join(", ")}`);
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** From the first byte of the frame until one can ask: the box is there, and takes what is typed. */
async function toUsable() {
  const times = [];
  for (let at = 0; at < VISITS; at++) {
    const { page, close } = await visit();
    await page.addInitScript(() => {
      new MutationObserver(() => { if (document.querySelector("#question")) globalThis.usable ??= performance.now(); }).observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    await page.locator("#question").waitFor();
    times.push(await page.evaluate(() => globalThis.usable - performance.getEntriesByType("navigation")[0].responseStart));
    await close();
  }
  return times.map(Math.round);
}

async function library() {
  const { page, close } = await visit({ as: ADMIN, path: "/account", width: 1_440 });
  const stall = await watched(page);
  const way = page.getByRole("link", { name: "Library", exact: true }).first();
  const usable = await timed(() => way.click(), () => page.locator("tbody tr").nth(49).waitFor());
  tell(`library of ${DOCUMENTS} documents, opened`, { usable, "longest stall": await stall() });
  const pages = [];
  for (let at = 1; at <= PAGES; at++) {
    const next = page.getByRole("button", { name: "Next" });
    pages.push(await timed(() => next.click(), () => page.locator(".leaves", { hasText: `Page ${at + 1}` }).waitFor()));
  }
  tell(`${PAGES} pages turned`, { median: median(pages), slowest: Math.max(...pages), "longest stall": await stall() });
  const { longest, typical, frames } = await scrolled(page, "#library");
  tell(`page ${PAGES + 1} scrolled, to its end and back`, { frames, "typical frame": typical, "longest frame": longest, "longest stall": await stall() });
  const filtered = await timed(() => page.getByLabel("State", { exact: true }).selectOption("failed"), () => page.locator(".empty").waitFor());
  const searched = await timed(() => page.goto(`${house.origin}/library?q=leaf+4999`), () => page.locator("tbody tr").nth(9).waitFor());
  tell("narrowed", { "by state": filtered, "by words": searched });
  await close();
}

async function talk() {
  const { page, close } = await visit({ as: ADMIN, path: "/account" });
  const stall = await watched(page);
  const follow = (to) => page.evaluate((to) => { const link = Object.assign(document.createElement("a"), { href: to }); document.body.append(link); link.click(); }, to);
  const usable = await timed(() => follow(`/c/${conversation}`), () => page.locator(".turn .actions button").first().waitFor());
  tell(`conversation of ${MESSAGES} messages, opened`, { usable, "longest stall": await stall() });
  const pages = [];
  for (let shown = await page.locator(".turn").count(); shown < MESSAGES / 2; shown = await page.locator(".turn").count()) {
    const more = shown;
    pages.push(await timed(
      () => page.locator("#thread").evaluate((thread) => { thread.scrollTop = 1; thread.scrollTop = 0; }),
      () => page.waitForFunction((more) => document.querySelectorAll(".turn").length > more, more),
    ));
  }
  tell("all of it, from the end to the beginning", { pages: pages.length, median: median(pages), slowest: Math.max(...pages), "longest stall": await stall() });
  const { longest, typical, frames } = await scrolled(page, "#thread");
  tell("scrolled through it and back", { frames, "typical frame": typical, "longest frame": longest, "longest stall": await stall() });
  await page.locator("#question").fill("and for annual plans?");
  tell("typed at its end", { "longest stall": await stall() });
  await close();
}

/** @param {() => Promise<unknown>} act @param {() => Promise<unknown>} come */
async function timed(act, come) {
  const from = performance.now();
  await act();
  await come();
  return Math.round(performance.now() - from);
}

const times = await toUsable();
tell(`ask page, ${VISITS} times`, { median: median(times), slowest: Math.max(...times) });
await library();
await talk();
