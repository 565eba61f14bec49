/**
 * What every test plays on: one server, one browser, a fresh page for each visit that keeps a list of what went wrong.
 *
 * CHROMIUM names the browser.
 */

import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { House, ROOT } from "./house.mjs";

export const SCREENSHOTS = join(ROOT, "target/screenshots");
const AXE = fileURLToPath(new URL("node_modules/axe-core/axe.min.js", import.meta.url));
const WAIT_MS = 15_000;
/** Whatever the browser wants for itself, from wherever, it does not get. */
const ALONE = ["--disable-background-networking", "--disable-component-update", "--no-first-run"];
const NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

export const house = await House.open();
const browser = await launched();
after(async () => {
  await browser.close();
  await house.close();
});

/** A page with the question box, once it knows who is there. `trouble`: what the console said and what was asked of anybody else. */
export async function visit({ width = 1_000, colorScheme = "light", axe = false } = {}) {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, reducedMotion: "reduce" });
  if (axe) await context.addInitScript({ path: AXE });
  const trouble = [];
  const requests = [];
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && trouble.push(line.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  context.on("request", (request) => {
    const url = new URL(request.url());
    requests.push(url.pathname);
    if (url.origin !== house.origin) trouble.push(`a request left the origin: ${url}`);
  });
  const loaded = await page.goto(house.origin);
  await page.locator("#account:not(:empty)").waitFor();
  return { page, trouble, requests, loaded, close: () => context.close() };
}

/** Type the question, press Enter, wait until the page shows what came back. */
export async function ask(page, question) {
  await page.locator("#question").fill(question);
  await page.keyboard.press("Enter");
  await settled(page);
}

/** Something is said, and it is not that it is being looked for. */
export async function settled(page) {
  await page.locator("#answer:not(:empty)").waitFor();
  await page.locator("#ask button:not([aria-disabled])").waitFor();
}

/** Answer the next questions in the server's place. */
export async function answerWith(page, response) {
  await page.route("**/api/v1/ask", (route) => route.fulfill(response));
}

/** What axe objects to, each as one line. */
export async function violations(page) {
  const found = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
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
