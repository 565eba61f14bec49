// @ts-check
/**
 * Builds of the index: the one that answers, those that are built beside it, and those that are kept to go back to. While one is
 * being built its job shows how far it is; once it was compared, what was found stands beside it.
 *
 * @typedef {{passes: boolean, reasons: string[], known: number, recall_before: number, recall_after: number, questions: number,
 *   agreement: number, unsure_before: number, unsure_after: number, wrong_points: number}} Verdict
 * @typedef {{generation: string, state: "live" | "building" | "ready" | "discarded", model: string, language: string,
 *   target_tokens: number | null, verdict: Verdict | null, created_ms: number, live_ms: number | null}} Build
 * @typedef {{job: string, state: string, stages: {name: string, done: number, total: number}[]}} Job
 */

import { call } from "../../api.js";
import { button } from "../../parts/button.js";
import { formDialog } from "../../parts/dialog.js";
import { fill, h, theirs } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { whileItGoesOn } from "../../parts/live.js";
import { why } from "../../parts/refusal.js";
import { announce, toast } from "../../shell/notices.js";
import { moment, number, percent, say } from "../../words.js";
import { jobSections } from "./page.js";

const LOOK_MS = 1_000;

/** @type {Record<Build["state"], [import("../../words.js").Key, string]>} */
const STATES = {
  live: ["index.live", "good"], building: ["index.building", "accent"], ready: ["index.ready", ""], discarded: ["index.discarded", "warn"],
};

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  const list = h("ul", { class: "cards", id: "indexes" });
  const behind = h("p", { class: "row", role: "status" });
  let isWatching = false;
  const look = async () => {
    const { generations, behind: isBehind } = await call("GET", "/generations");
    const job = generations.some((/** @type {Build} */ { state }) => state === "building") ? await building() : null;
    if (left.aborted) return false;
    const focused = document.activeElement?.getAttribute("data-deed");
    fill(behind, isBehind ? [icon("info"), say("index.behind")] : null);
    fill(list, generations.map((/** @type {Build} */ one) => card(one, job, watch)));
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-deed="${focused}"]`))?.focus();
    return job !== null;
  };
  const watch = async () => {
    if (isWatching) return;
    isWatching = true;
    await whileItGoesOn(LOOK_MS, left, look);
    isWatching = false;
    if (!left.aborted) announce(say("index.looked"));
  };
  const begin = button({ label: say("index.begin"), icon: "retry", kind: "primary", id: "begin-index", press: () => beginning(watch) });
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("index.head")), begin), h("p", { class: "quiet" }, say("index.about")));
  const goesOn = await look();
  fill(main, h("div", { class: "page" }, head, jobSections("/jobs/indexes"), behind, list));
  if (goesOn) watch();
  return { title: say("index.head") };
}

/** The job that builds. @returns {Promise<Job | null>} */
async function building() {
  const { jobs } = await call("GET", "/jobs?kind=reindex&limit=1");
  const job = jobs[0];
  return job && ["queued", "running"].includes(job.state) ? job : null;
}

/** @param {() => unknown} watch */
function beginning(watch) {
  const hold = h("input", { type: "checkbox", name: "hold" });
  formDialog({
    title: say("index.begin"), confirm: say("index.begin_now"), inWords: why,
    body: [h("p", {}, say("index.begin_text")), h("label", { class: "choice" }, hold, say("index.hold"))],
    send: async () => {
      await call("POST", "/generations", { hold: hold.checked });
      watch();
    },
  });
}

/** @param {Build} build @param {Job | null} job @param {() => unknown} watch */
function card(build, job, watch) {
  const { state, model, language, target_tokens: target, created_ms: created, live_ms: live, verdict } = build;
  const [name, colour] = STATES[state];
  const made = [language, target === null ? null : say("index.tokens", { n: target })].filter((one) => one !== null).join(" · ");
  const when = live === null ? say("index.begun", { when: moment(created) }) : say("index.went_live", { when: moment(live) });
  const about = h("div", { class: "stack" }, h("div", { class: "row" }, h("span", { class: "title" }, theirs(model)), h("span", { class: `badge ${colour}` }, say(name))),
    h("p", { class: "quiet" }, theirs(made), " · ", when), state === "building" ? progress(job) : null, verdict ? compared(verdict) : null);
  return h("li", { class: "card stack", "data-state": state, "data-generation": build.generation }, about, deeds(build, job, watch));
}

/** @param {Job | null} job */
function progress(job) {
  if (job === null) return h("p", { class: "quiet" }, say("index.stopped"));
  const last = job.stages.at(-1);
  const bar = h("progress", { max: Math.max(last?.total ?? 1, 1), value: last?.done ?? 0, "aria-label": say("index.progress") });
  const words = last && last.total > 0 ? h("span", { class: "quiet" }, theirs(last.name), ` ${number(last.done)} / ${number(last.total)}`) : null;
  return h("div", { class: "stack" }, bar, h("p", { class: "row" }, words, h("a", { href: `/jobs/${job.job}` }, say("index.job"))));
}

/** What both found, in a table that says before and now. @param {Verdict} verdict */
function compared(verdict) {
  const { passes, reasons, known, questions } = verdict;
  /** @type {[string, string, string][]} */
  const rows = [];
  if (known > 0) rows.push([say("index.recall", { n: known }), percent(verdict.recall_before), percent(verdict.recall_after)]);
  if (questions > 0) rows.push([say("index.unsure", { n: questions }), percent(verdict.unsure_before), percent(verdict.unsure_after)]);
  const table = rows.length === 0 ? null : h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": say("index.compared") }, h("table", { class: "table" }, h("caption", { class: "unseen" }, say("index.compared")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("index.measure")), h("th", { scope: "col" }, say("index.before")), h("th", { scope: "col" }, say("index.now")))),
    h("tbody", {}, rows.map(([what, before, now]) => h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, before), h("td", {}, now))))));
  const same = questions > 0 ? h("p", { class: "quiet" }, say("index.agreement", { share: percent(verdict.agreement) })) : null;
  return h("div", { class: "verdict stack" }, h("p", { class: `row ${passes ? "good" : "bad"}` }, icon(passes ? "check" : "warn"), h("strong", {}, passes ? say("index.passes") : say("index.fails"))),
    table, same, reasons.length > 0 ? h("ul", { class: "reasons" }, reasons.map((one) => h("li", {}, theirs(one)))) : null);
}

/** @param {Build} build @param {Job | null} job @param {() => unknown} watch */
function deeds({ generation, state, live_ms: live }, job, watch) {
  const press = (/** @type {string} */ deed, /** @type {import("../../words.js").Key} */ label, /** @type {string} */ kind, /** @type {() => unknown} */ done) => {
    const pressed = button({ label: say(label), kind, press: done });
    pressed.dataset.deed = `${deed}-${generation}`;
    return pressed;
  };
  const at = `/generations/${generation}`;
  const answer = live === null ? "index.promote" : "index.back";
  const promote = () => sure(answer, live === null ? "index.promote_text" : "index.back_text", "primary", () => call("POST", `${at}/promote`), watch);
  const discard = () => sure("index.discard", "index.discard_text", "danger", () => call("DELETE", at), watch);
  const stop = () => call("POST", `/jobs/${job?.job}/cancel`).then(watch, (error) => toast(why(error)));
  const all = [
    state === "ready" ? press("promote", answer, "primary", promote) : null,
    state === "building" && job !== null ? press("stop", "index.stop", "", stop) : null,
    state === "ready" || (state === "building" && job === null) ? press("discard", "index.discard", "plain", discard) : null,
  ].filter((one) => one !== null);
  return all.length === 0 ? null : h("div", { class: "row" }, all);
}

/**
 * @param {import("../../words.js").Key} title @param {import("../../words.js").Key} text @param {"primary" | "danger"} kind
 * @param {() => Promise<unknown>} deed @param {() => unknown} watch
 */
function sure(title, text, kind, deed, watch) {
  formDialog({
    title: say(title), confirm: say(title), kind, inWords: why, body: [h("p", {}, say(text))],
    send: async () => {
      await deed();
      await watch();
    },
  });
}
