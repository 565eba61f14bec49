/**
 * What every test plays on: one server, one browser, a fresh page for each visit that keeps a list of what went wrong, and
 * people who are signed in.
 *
 * CHROMIUM names the browser.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { House, ROOT } from "./house.mjs";

export const SCREENSHOTS = join(ROOT, "target/screenshots");
export const PASSWORD = "a quiet harbour";
const AXE = fileURLToPath(new URL("node_modules/axe-core/axe.min.js", import.meta.url));
/** Patience, not a bound: a machine that does other things besides is slow. */
const WAIT_MS = 60_000;
/** Whatever the browser wants for itself, from wherever, it does not get. */
const ALONE = ["--disable-background-networking", "--disable-component-update", "--no-first-run"];
const NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

mkdirSync(SCREENSHOTS, { recursive: true });
export const house = await House.open();
const browser = await launched();
after(async () => {
  await browser.close();
  await house.close();
});

/** What a browser holds of those who signed in, by their login. */
const states = new Map();

/**
 * A page, once it knows who is there. `trouble`: what the console said and what was asked of anybody else. `as` is the login
 * of somebody whom `person` made; `at` another house.
 */
export async function visit(about = {}) {
  const { width = 1_000, height = 800, colorScheme = "light", locale = "en-GB", axe = false, path = "/", as, at = house, beside } = about;
  const looks = { colorScheme, locale, viewport: { width, height }, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] };
  const context = beside ?? (await browser.newContext({ ...looks, storageState: states.get(as) }));
  if (axe) await context.addInitScript({ path: AXE });
  const trouble = [];
  const requests = [];
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && trouble.push(line.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol === "blob:") return;
    requests.push(url.pathname);
    if (url.origin !== at.origin) trouble.push(`a request left the origin: ${url}`);
  });
  const loaded = await page.goto(at.origin + path);
  await page.locator("#main > *").first().waitFor();
  return { page, context, trouble, requests, loaded, close: () => context.close() };
}

/** Somebody with an account, made as the operator makes them, and signed in once. */
export async function person(login, role, tier) {
  if (states.has(login)) return login;
  const link = await house.invite(login, role, tier);
  const joined = await fetch(`${house.origin}/api/v1/links/redeem`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ link, name: login.split("@")[0], password: PASSWORD }),
  });
  if (!joined.ok) throw new Error(await joined.text());
  return signIn(login);
}

/** In a browser of their own. */
async function signIn(login) {
  const { page, context, close } = await visit({ path: "/sign-in" });
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("#account").waitFor();
  states.set(login, await context.storageState());
  await close();
  return login;
}

/** Type the question, press Enter, wait until the answer is there. */
export async function ask(page, question) {
  await page.locator("#question").fill(question);
  await page.keyboard.press("Enter");
  await settled(page);
}

/** Something came of the last question, and nothing is being asked. */
export async function settled(page) {
  await page.locator(".turn").last().locator(".answer[aria-busy=false]").waitFor({ state: "attached" });
  await page.locator("#send:not([aria-disabled])").waitFor();
}

/** The newest question with its answer. */
export function newest(page) {
  return page.locator(".turn").last();
}

/** Open the first source of the newest answer, and wait for its text. */
export async function openSource(page) {
  await newest(page).locator(".source-line").first().click();
  await page.locator(".source-text .line").first().waitFor();
}

/** Answer the next questions in the server's place: with a reply, told in one piece, or with whatever a response may be. */
export async function answerWith(page, { reply, ...response }) {
  const told = reply && { contentType: "text/event-stream", body: events(reply) };
  await page.route("**/api/v1/ask", (route) => route.fulfill({ ...told, ...response }));
}

function events(reply) {
  const done = { declined: false, citations: [], mode: "extractive", model: "none", record_id: null, ...reply };
  const stream = "00000000-0000-4000-8000-000000000000";
  const sources = { stream, sources: done.sources ?? [] };
  const all = [["sources", sources], ["delta", { text: done.answer }], ["done", done]];
  return all.map(([event, data], at) => `id: ${stream}.${at + 1}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join("");
}

/** What axe objects to, each as one line. */
export async function violations(page) {
  const found = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

/** Chromium itself logs refusals and what it cannot fetch; they are not the page's trouble. */
export function ownTrouble(trouble) {
  return trouble.filter((line) => !line.startsWith("Failed to load resource"));
}

async function launched() {
  try {
    return await chromium.launch({
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      chromiumSandbox: process.getuid?.() !== 0,
      args: [...ALONE, NOBODY_ELSE],
      env: { ...process.env, HOME: house.folder },
    });
  } catch (error) {
    await house.close();
    throw error;
  }
}
