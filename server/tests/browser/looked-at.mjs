/**
 * What every page is held to in each of its states, on a phone and on a wide screen, by day and by night, in both languages:
 * axe finds nothing, nothing overflows, the console is silent, and a picture of each is kept in target/screenshots.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { SCREENSHOTS, ownTrouble, visit, violations } from "./stage.mjs";

/** The longer words where there is less room. */
const LOOKS = [{ width: 360, locale: "de-DE" }, { width: 1_440, locale: "en-GB" }];

/** `path`: where the page stands; `as`: who looks at it; `reach`: how its state is reached. Both look at the same time. */
export function lookedAt(state, about) {
  describe(state, { concurrency: LOOKS.length }, () => LOOKS.forEach((look) => lookedAtBy(look, state, about)));
}

function lookedAtBy(look, state, { path = "/", as, reach }) {
  const language = look.locale.slice(0, 2);
  test(`${state}, in ${language}, ${look.width} px wide, by day and by night`, async () => {
    const { page, trouble, close } = await visit({ ...look, path, as, axe: true });
    await reach(page);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(SCREENSHOTS, `${state}-${colorScheme}-${language}-${look.width}.png`) });
      const wide = await page.evaluate(() => [document.documentElement, document.getElementById("main")].map((one) => one.scrollWidth - one.clientWidth));
      assert.deepEqual(wide, [0, 0], "the page scrolls sideways");
      assert.deepEqual(await violations(page), [], colorScheme);
    }
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.notEqual(await page.title(), "Lectern", "every page is called something");
    assert.deepEqual(ownTrouble(trouble), []);
    await close();
  });
}
