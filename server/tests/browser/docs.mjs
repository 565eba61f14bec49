/** The page of the API: every route of the description, by keyboard alone, by day and by night. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { SCREENSHOTS, house, violations, visit } from "./stage.mjs";

/** The page of the API with its routes on it. */
async function docs(options = {}) {
  const visited = await visit(options);
  await visited.page.goto(`${house.origin}/docs`);
  await visited.page.locator("#docs details").first().waitFor();
  return visited;
}

test("every route of the description is on the page, and nothing runs from elsewhere", async () => {
  const { page, trouble, close } = await docs();
  const { paths } = await (await fetch(`${house.origin}/openapi.json`)).json();
  const expected = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
  assert.equal(await page.locator("#docs details").count(), expected);
  for (const summary of await page.locator("#docs summary").all()) await summary.click();
  assert.equal(await page.locator("#docs .inside").count(), expected);
  assert.ok(!(await page.locator("main").innerText()).includes("undefined"));
  assert.deepEqual(trouble, []);
  await close();
});

test("a route is found, opened and copied with the keyboard", async () => {
  const { page, trouble, close } = await docs();
  await page.locator("#filter").focus();
  await page.keyboard.type("post /api/v1/search");
  await page.getByText("1 route", { exact: true }).waitFor();
  const route = page.locator("#docs details:visible");
  while (!(await route.locator("summary").evaluate((one) => one === document.activeElement))) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const inside = await route.locator(".inside").innerText();
  for (const words of ["Who may", "query: string", `curl -X POST '${house.origin}/api/v1/search'`]) assert.ok(inside.includes(words), inside);
  await page.keyboard.press("Tab");
  while (!(await route.locator("button").evaluate((one) => one === document.activeElement))) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await route.getByText(/^(Copied|Select it, and copy)$/).waitFor();
  assert.deepEqual(trouble, []);
  await close();
});

for (const width of [360, 1_440]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the API, ${colorScheme}, ${width} px wide`, async () => {
      const { page, close } = await docs({ width, colorScheme, axe: true });
      await page.locator("#docs summary").nth(1).click();
      await page.screenshot({ path: join(SCREENSHOTS, `docs-${colorScheme}-${width}.png`) });
      const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
      assert.equal(overflow, 0, "the page scrolls sideways");
      assert.deepEqual(await violations(page), []);
      await close();
    });
  }
}
