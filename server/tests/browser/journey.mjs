/** A visitor's journey: ask, open the source at the quote, ask a follow-up, say that it helped. On a phone and on a wide screen. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, house, newest, openSource, visit } from "./stage.mjs";

for (const width of [360, 1_440]) {
  test(`a visitor asks, reads the source, asks on and says that it helped, ${width} px wide`, async () => {
    const { page, trouble, close } = await visit({ width });
    await ask(page, "How long do refunds take?");
    await openSource(page);
    const chosen = page.locator("mark.is-chosen");
    assert.match(await chosen.textContent(), /10 business days/);
    assert.equal(await page.locator("dialog.sheet").count(), width < 1_000 ? 1 : 0, "a dialog where there is no room beside");
    assert.match(await page.locator(".source-head").innerText(), /Refunds\n+How long refunds take[^]*refunds\.md/);
    await page.locator(".source").getByRole("button", { name: "Close" }).click();
    await page.locator(".source").waitFor({ state: "detached" });

    await ask(page, "and for annual plans?");
    assert.match(await newest(page).locator(".notes").innerText(), /Searched for: refunds: and for annual plans\?/);
    assert.equal(await page.locator(".turn").count(), 2, "it is the same conversation");
    assert.ok(await newest(page).locator("blockquote.quoted table").count(), "a quoted table is a table");

    const answers = [];
    page.on("response", (response) => response.url().includes("/feedback") && answers.push([response.request().method(), response.status()]));
    const helped = newest(page).getByRole("button", { name: "This helped" });
    await helped.click();
    await page.getByText("Thank you.").first().waitFor();
    assert.equal(await helped.getAttribute("aria-pressed"), "true");
    assert.deepEqual(answers, [["PUT", 204]]);
    const takenBack = page.waitForResponse((response) => response.request().method() === "DELETE");
    await helped.click();
    await takenBack;
    assert.equal(await helped.getAttribute("aria-pressed"), "false", "and takes it back");

    await newest(page).getByRole("button", { name: "This did not help" }).click();
    await newest(page).getByLabel("Incomplete").check();
    await newest(page).locator("textarea").fill("What of monthly plans?");
    await newest(page).locator("form.feedback button[type=submit]").click();
    await newest(page).locator("form.feedback").waitFor({ state: "detached" });
    assert.deepEqual(answers.map(([method]) => method), ["PUT", "DELETE", "PUT", "PUT"]);
    assert.deepEqual(trouble, []);

    const address = page.url();
    await page.reload();
    await page.locator(".turn").nth(1).waitFor();
    assert.equal(page.url(), address);
    assert.equal(await page.locator("blockquote.quoted").first().locator("button.cite").count(), 1, "what was quoted still is");
    assert.equal(await page.evaluate((origin) => location.origin === origin, house.origin), true);
    await close();
  });
}
