/** Looks of the pages for whoever looks after the house, each in its states, held to what `looked-at.mjs` says. */

import { test } from "node:test";
import { lookedAt } from "./looked-at.mjs";
import { onDisk, upload } from "./shelf.mjs";
import { ask, person, visit } from "./stage.mjs";

const ADMIN = "chief@example.org";
const EDITOR = "lib@example.org";
const TITLE = "Roof garden rules ".repeat(16).trim();

const rows = (page) => page.locator("tbody tr").first().waitFor();

/** Of each page: where it stands, and how its state is reached. */
const STATES = {
  library: { path: "/library", reach: rows },
  "library-picked": {
    path: "/library",
    reach: async (page) => {
      await rows(page);
      await page.locator(".pick-box").first().check();
      await page.locator("#picked button").nth(1).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  "library-none": { path: "/library?q=nosuchthing", reach: (page) => page.locator(".empty").waitFor() },
  upload: {
    path: "/library",
    reach: async (page) => {
      await page.locator("#add-documents").click();
      await page.locator("#upload input[type=file]").setInputFiles([onDisk("looks 🚲.txt", "A bicycle.\n"), onDisk("looks-huge.txt", 50 * 1024 * 1024 + 1)]);
      await page.locator(".file").nth(1).waitFor();
    },
  },
  document: {
    path: "/library?q=Roof+garden",
    reach: async (page) => {
      await page.locator("a.name", { hasText: TITLE }).first().click();
      await page.locator(".chunk").first().waitFor();
    },
  },
  "document-readers": {
    path: "/library?q=Roof+garden",
    reach: async (page) => {
      await page.locator("a.name").first().click();
      await page.locator("[role=tab]").nth(4).click();
      await page.locator("#document form").waitFor();
    },
  },
  "document-label": {
    path: "/library?q=Roof+garden",
    reach: async (page) => {
      await page.locator("a.name").first().click();
      await page.locator("#relabel").click();
      await page.getByRole("dialog").waitFor();
    },
  },
  left: { path: "/library/left", reach: (page) => page.locator("#left .empty, #left tbody tr").first().waitFor() },
  sites: { path: "/library/sources", reach: (page) => page.locator(".line-card, .empty").first().waitFor() },
  "site-form": {
    path: "/library/sources",
    reach: async (page) => {
      await page.locator("#add-site").click();
      await page.locator("details.more summary").click();
    },
  },
  jobs: { path: "/jobs", reach: (page) => page.locator(".line-card").first().waitFor() },
  job: { path: "/jobs", reach: (page) => page.locator(".line-card").first().click().then(() => rows(page)) },
  "jobs-none": { path: "/jobs?kind=crawl&state=failed", reach: (page) => page.locator(".empty").waitFor() },
  schedules: { path: "/jobs/schedules", reach: (page) => page.locator("#schedules .line-card").first().waitFor() },
  "schedule-form": {
    path: "/jobs/schedules",
    reach: async (page) => {
      await page.locator("#schedules .line-card button").first().click();
      await page.getByRole("dialog").locator("select").selectOption("own");
    },
  },
  indexes: { path: "/jobs/indexes", reach: (page) => page.locator("#indexes > li").first().waitFor() },
  "index-begin": {
    path: "/jobs/indexes",
    reach: async (page) => {
      await page.locator("#begin-index").click();
      await page.getByRole("dialog").waitFor();
    },
  },
  "try-search": {
    path: "/insight/search",
    reach: async (page) => {
      await page.locator("#try-query").fill("How long do refunds take?");
      await page.locator("#try-query").press("Enter");
      await page.locator("#found table summary").first().click();
    },
  },
  insight: {
    path: "/insight",
    reach: async (page) => {
      await page.locator("#overview svg.plot").first().waitFor();
      await page.locator("#overview details summary").first().click();
      await page.locator("#overview table").waitFor();
    },
  },
  "open-questions": { path: "/insight/questions", reach: (page) => page.locator("#gaps .card").first().waitFor() },
  unused: { path: "/insight/unused", reach: (page) => page.locator("#unused .empty, #unused tbody tr").first().waitFor() },
  settings: { path: "/settings", reach: (page) => page.locator("#test-models").click().then(() => page.locator("#connections .line-card").first().waitFor()) },
  begin: {
    path: "/settings/begin",
    reach: async (page) => {
      await page.locator("#begin .chip").first().click();
      await page.locator("#begin .answer .source-line").first().waitFor();
    },
  },
  people: { path: "/people", reach: rows },
  invite: { path: "/people", reach: (page) => page.locator("#invite").click() },
  person: { path: "/people", reach: (page) => page.locator("a.name").first().click().then(() => page.locator("#rights").waitFor()) },
  groups: { path: "/people/groups", reach: rows },
  keys: { path: "/people/keys", reach: (page) => page.locator("#make-key").click() },
  simulator: {
    path: "/access",
    reach: async (page) => {
      await page.locator("#compare-question").fill("How long do refunds take?");
      await page.locator("#compare button[type=submit]").click();
      await page.locator(".pane").nth(1).waitFor();
    },
  },
  reads: {
    path: "/access/reads",
    reach: async (page) => {
      await page.locator("#reads-person").fill(EDITOR);
      const { documents } = await page.evaluate(async () => (await fetch("/api/v1/documents?limit=1")).json());
      await page.locator("#reads-document").fill(documents[0].document_id);
      await page.keyboard.press("Enter");
      await page.locator(".verdict").waitFor();
    },
  },
  audit: { path: "/access/audit", reach: rows },
  check: { path: "/access/check", reach: (page) => page.locator("#check-begin").waitFor() },
  spending: { path: "/insight/spending", reach: (page) => page.locator(".empty").waitFor() },
};

test("there are people, a group, questions and a document with a long title to look at", async () => {
  await person(EDITOR, "editor", "internal");
  const visitor = await visit();
  await ask(visitor.page, "How long do refunds take?");
  await ask(visitor.page, "What is the boiling point of tungsten?");
  await visitor.close();
  await person(ADMIN, "admin", "restricted");
  const { page, close } = await visit({ as: ADMIN, path: "/people/groups" });
  await page.locator("#group-form input").fill("quay-masters");
  await page.keyboard.press("Enter");
  await page.locator("tr", { hasText: "quay-masters" }).waitFor();
  await page.goto(new URL("/library", page.url()).href);
  await upload(page, [onDisk("roof-looks.html", `<html><head><title>${TITLE}</title></head><body><p>The roof garden closes at nine.</p></body></html>`)], { tier: "internal" });
  await close();
});

for (const [state, about] of Object.entries(STATES)) lookedAt(state, { ...about, as: ADMIN });
