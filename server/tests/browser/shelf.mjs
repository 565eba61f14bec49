/** What tests about the library share: files to hand in, the panel that takes them, and asking the server beside the page. */

import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { house } from "./stage.mjs";

/** A file on the disk, as a person has it: by its name and what it says, or by its name and how long it is. */
export function onDisk(name, content) {
  const folder = join(house.folder, "files");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, typeof content === "number" ? "" : content);
  if (typeof content === "number") truncateSync(path, content);
  return path;
}

/** Open the panel, choose files and, unless it is said otherwise, a tier. */
export async function choose(page, paths, { tier } = {}) {
  if (!(await page.locator("#upload").isVisible())) await page.locator("#add-documents").click();
  await page.locator("#upload input[type=file]").setInputFiles(paths);
  if (tier) await page.locator("#upload select").selectOption(tier);
}

/** And wait until it is said of each what became of it. */
export async function upload(page, paths, about) {
  await choose(page, paths, about);
  await page.locator("#upload-send").click();
  await page.locator("#upload-told a").waitFor({ timeout: 60_000 });
}

export function fileRow(page, name) {
  return page.locator(".file", { has: page.getByText(name, { exact: true }) });
}

/** As whoever is signed in on the page. */
export function called(page, method, path, body) {
  return page.evaluate(async (asked) => {
    const headers = asked.body ? { "content-type": "application/json" } : {};
    const response = await fetch(`/api/v1${asked.path}`, { method: asked.method, headers, body: asked.body && JSON.stringify(asked.body) });
    return { status: response.status, reply: await response.json().catch(() => null) };
  }, { method, path, body });
}
