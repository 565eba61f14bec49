/**
 * Looks of the pages for whoever asks and whoever answers, each in its states, held to what `looked-at.mjs` says; and how
 * somebody chooses what the pages look like.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { lookedAt } from "./looked-at.mjs";
import { answerWith, ask, newest, openSource, person, visit } from "./stage.mjs";

const LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3);
const TITLE = `🗄️ ${LONG.slice(0, 260)} 300 letters, and more 🧾 of them`;
const named = { n: 1, document_id: "00000000-0000-7000-8000-000000000000", title: TITLE, url: `https://handbook.example/${LONG}`, heading: LONG, page: 12 };
const cited = { ...named, quote: LONG, start: 0, end: LONG.length, passage: `${LONG} ${LONG}` };
const QUESTION = "How long do refunds take?";

const EDITOR = "ed@example.org";

/** Of each page: where it stands, who looks at it, and how its state is reached. */
const STATES = {
  empty: { reach: (page) => page.locator("#suggestions button").first().waitFor() },
  answer: { reach: (page) => ask(page, QUESTION) },
  "follow-up": { reach: (page) => ask(page, QUESTION).then(() => ask(page, "and for annual plans?")) },
  source: { reach: (page) => ask(page, QUESTION).then(() => openSource(page)) },
  feedback: {
    reach: async (page) => {
      await ask(page, QUESTION);
      await newest(page).locator("button[aria-pressed]").nth(1).click();
      await newest(page).locator("form.feedback").waitFor();
    },
  },
  declined: { reach: (page) => ask(page, "What is the boiling point of tungsten?") },
  handoff: { reach: (page) => ask(page, "I want to talk to a human").then(() => page.locator("#handoff:visible").waitFor()) },
  unreachable: {
    reach: async (page) => {
      await page.route("**/api/v1/ask", (route) => route.abort());
      await page.route("**/readyz", (route) => route.abort());
      await ask(page, QUESTION);
    },
  },
  long: {
    reach: async (page) => {
      await answerWith(page, { reply: { answer: `${LONG} [1]`, citations: [cited], sources: [named] } });
      await ask(page, LONG);
    },
  },
  gone: { path: "/c/00000000-0000-7000-8000-000000000000", reach: (page) => page.locator(".thread .wrong:not(:empty)").waitFor() },
  absent: { path: "/inbox/a/b/c", reach: (page) => page.locator("h1").waitFor() },
  shut: { path: "/inbox", reach: (page) => page.locator("h1").waitFor() },
  "sign-in": { path: "/sign-in", reach: (page) => page.locator("#login:focus").waitFor() },
  "dead-link": { path: "/join#lnk_x", reach: (page) => page.locator("#purpose.wrong").waitFor() },
  docs: {
    path: "/docs",
    reach: async (page) => {
      await page.locator("#docs summary").nth(1).click();
      await page.locator("#docs .inside").waitFor();
    },
  },
  "ask-signed-in": { as: EDITOR, reach: (page) => ask(page, QUESTION) },
  inbox: { path: "/inbox", as: EDITOR, reach: (page) => page.locator(".waiting a").first().waitFor() },
  "inbox-done": {
    path: "/inbox",
    as: EDITOR,
    reach: (page) => page.locator("[role=tab]").nth(1).click().then(() => page.locator(".empty, .waiting-line .badge.good").first().waitFor()),
  },
  transcript: {
    path: "/inbox",
    as: EDITOR,
    reach: (page) => page.locator(".waiting a").first().click().then(() => page.locator("#reply").waitFor()),
  },
  "feedback-list": { path: "/insight/feedback", as: EDITOR, reach: (page) => page.locator("#feedback td a").first().waitFor() },
  record: {
    path: "/insight/feedback",
    as: EDITOR,
    reach: async (page) => {
      await page.locator("#feedback td a").first().click();
      await page.locator("#record table").waitFor();
    },
  },
  account: { path: "/account", as: EDITOR, reach: (page) => page.locator("#stays li").first().waitFor() },
  "account-menu": { path: "/account", as: EDITOR, reach: (page) => page.locator("#account").click().then(() => page.locator(".menu-list:visible").waitFor()) },
};

test("somebody looks after what is asked", async () => {
  await person(EDITOR, "editor", "internal");
});

for (const [state, about] of Object.entries(STATES)) lookedAt(state, about);

test("looks and language are chosen once, and stay", async () => {
  const { page, trouble, close } = await visit({ locale: "fr-FR" });
  assert.equal(await page.locator("html").getAttribute("lang"), "en", "where neither is spoken");
  await page.locator("#question").fill("halb geschrieben");
  await page.getByRole("button", { name: "Appearance and language" }).click();
  await page.getByLabel("Dark").check();
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByLabel("Deutsch").click();
  await page.locator("html[lang=de]").waitFor();
  await page.getByRole("heading", { name: "Was möchten Sie wissen?" }).waitFor();
  assert.equal(await page.locator("#question").inputValue(), "halb geschrieben");
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), dark);
  await page.reload();
  await page.getByRole("heading", { name: "Was möchten Sie wissen?" }).waitFor();
  assert.deepEqual(trouble, []);
  await close();
});

test("whoever asks for little motion gets none", async () => {
  const { page, close } = await visit();
  const moving = await page.evaluate(() => document.getAnimations().length);
  assert.equal(moving, 0);
  await close();
});
