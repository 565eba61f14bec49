/**
 * Looks: every state of the page, on a phone and on a wide screen, by day and by night. axe finds nothing, nothing
 * overflows, and a picture of each is kept in target/screenshots.
 */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SCREENSHOTS, answerWith, ask, visit, violations } from "./stage.mjs";

const LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3);
const named = { n: 1, title: LONG, url: `https://handbook.example/${LONG}`, heading: LONG, page: 12 };
const cited = { ...named, quote: LONG, start: 0, passage: `${LONG} ${LONG}` };

/** How each state is reached. */
const STATES = {
  empty: async () => {},
  answer: (page) => ask(page, "How long do refunds take?"),
  declined: (page) => ask(page, "What is the boiling point of tungsten?"),
  unreachable: async (page) => {
    await page.route("**/api/v1/ask", (route) => route.abort());
    await ask(page, "How long do refunds take?");
  },
  long: async (page) => {
    await answerWith(page, { json: { answer: LONG, declined: false, citations: [cited] } });
    await ask(page, LONG);
  },
};

mkdirSync(SCREENSHOTS, { recursive: true });
for (const width of [360, 1_440]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [state, reach] of Object.entries(STATES)) {
      test(`${state}, ${colorScheme}, ${width} px wide`, async () => {
        const { page, close } = await visit({ width, colorScheme, axe: true });
        await reach(page);
        await page.screenshot({ path: join(SCREENSHOTS, `${state}-${colorScheme}-${width}.png`), fullPage: true });
        const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
        assert.equal(overflow, 0, "the page scrolls sideways");
        assert.deepEqual(await violations(page), []);
        await close();
      });
    }
  }
}
