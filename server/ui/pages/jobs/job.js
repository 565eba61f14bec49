// @ts-check
/**
 * One job: how far it is and how long it may take yet, what became of each item and why, and what failed once more.
 *
 * @typedef {import("../../parts/jobs.js").Item} Item
 * @typedef {import("../../parts/jobs.js").Job} Job
 */

import { call, sentence } from "../../api.js";
import { button, linkButton } from "../../parts/button.js";
import { fill, h, theirs } from "../../parts/element.js";
import { readJob } from "../../parts/jobs.js";
import { whileItGoesOn } from "../../parts/live.js";
import { hasEnded, stateBadge } from "../../parts/statuses.js";
import { announce, toast } from "../../shell/notices.js";
import { moment, say } from "../../words.js";
import { itemTable } from "./items.js";
import { countsIn, decided, kindOf, progressOf } from "./line.js";
import { pace } from "./pace.js";
import { retryFailed } from "./page.js";

const LOOK_MS = 2_000;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left, params }) {
  const state = h("div", { class: "stack" });
  const items = itemTable();
  const happened = h("div");
  const rate = pace();
  let told = 0;
  const first = await readJob(params.job);
  if (left.aborted) return { title: "" };
  const draw = (/** @type {Job} */ job) => {
    const counts = job.counts ?? counted(job.items);
    rate.saw(decided(counts));
    const hadFocus = state.contains(document.activeElement);
    fill(state, standing(job, counts, rate.now()), deeds(job, counts, look));
    const log = job.log ?? [];
    if (log.length !== told) fill(happened, story(log));
    told = log.length;
    if (hadFocus) state.querySelector("button")?.focus();
    items.tell(job.items);
  };
  const look = async () => {
    const job = await readJob(params.job);
    draw(job);
    return job;
  };
  const back = h("div", { class: "row" }, linkButton(say("way.jobs"), "/jobs", { icon: "back", kind: "plain small" }));
  const title = first.kind ? kindOf(first.kind) : say("jobs.one");
  const head = h("header", { class: "page-head" }, back, h("h1", {}, title), first.created_ms ? h("p", { class: "quiet" }, moment(first.created_ms)) : null);
  fill(main, h("div", { class: "page wide", id: "job" }, head, state, happened, items.node));
  draw(first);
  if (!hasEnded(first.state)) {
    whileItGoesOn(LOOK_MS, left, async () => {
      const job = await look();
      if (hasEnded(job.state)) announce(countsIn(job.counts ?? counted(job.items)));
      return !hasEnded(job.state);
    });
  }
  return { title };
}

/** @param {Item[]} items @returns {Record<string, number>} */
function counted(items) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** @param {Job} job @param {Record<string, number>} counts @param {{eachMs: number, leftMs: number} | null} pace */
function standing({ state, note, stages }, counts, pace) {
  const rate = pace && say("jobs.rate", { n: Math.max(1, Math.round(60_000 / pace.eachMs)) });
  const left = pace && (pace.leftMs < 60_000 ? say("jobs.left_seconds") : say("jobs.left", { n: Math.ceil(pace.leftMs / 60_000) }));
  return h("div", { class: "card stack" }, h("p", { class: "row" }, stateBadge(state), h("span", {}, countsIn(counts)), pace && h("span", { class: "quiet" }, `${rate} · ${left}`)),
    note ? h("p", { class: "quiet" }, note) : null, hasEnded(state) ? null : progressOf(counts), stagesOf(stages ?? []));
}

/** Where the server tells them. @param {NonNullable<Job["stages"]>} stages */
function stagesOf(stages) {
  if (stages.length === 0) return null;
  const told = (/** @type {{done: number, total: number}} */ { done, total }) => (total > 0 ? say("jobs.part", { n: done, all: total }) : say("jobs.items", { n: done }));
  const bar = (/** @type {{name: string, done: number, total: number}} */ { name, done, total }) => (total > 0 ? h("progress", { max: total, value: done, "aria-label": name }) : null);
  return h("dl", { class: "facts" }, stages.map((stage) => h("div", {}, h("dt", {}, theirs(stage.name)), h("dd", {}, told(stage), bar(stage)))));
}

/** @type {Record<string, import("../../words.js").Key>} */
const EVENTS = {
  begun: "jobs.log.begun", taken_over: "jobs.log.taken_over", handed_back: "jobs.log.handed_back", set_back: "jobs.log.set_back",
  stop_asked: "jobs.log.stop_asked", done: "jobs.log.done", failed: "jobs.log.failed", cancelled: "jobs.log.cancelled",
};

/** What happened to it. @param {NonNullable<Job["log"]>} log */
function story(log) {
  if (log.length === 0) return null;
  const line = (/** @type {{at_ms: number, event: string, why: string | null}} */ { at_ms, event, why }) =>
    h("li", {}, h("span", { class: "quiet" }, `${moment(at_ms)} · `), EVENTS[event] ? say(EVENTS[event]) : event, why ? h("span", { class: "quiet" }, ": ", theirs(why)) : null);
  return h("details", { class: "more", id: "job-log", open: log.some(({ why }) => why) }, h("summary", {}, say("jobs.log")), h("ol", { class: "inside stack" }, log.map(line)));
}

/** @param {Job} job @param {Record<string, number>} counts @param {() => Promise<unknown>} look */
function deeds(job, counts, look) {
  const retry = button({ label: say("jobs.retry"), icon: "retry", press: () => retryFailed(job.job, retry) });
  const stop = button({
    label: say("jobs.stop"), icon: "stop",
    press: async () => {
      await call("POST", `/jobs/${job.job}/cancel`).then(look).catch((error) => toast(sentence(error)));
    },
  });
  const isStoppable = job.stop_asked === false && !hasEnded(job.state);
  const isFailed = hasEnded(job.state) && (counts.failed ?? 0) > 0;
  return h("div", { class: "row" }, isFailed ? retry : null, isStoppable ? stop : null, job.stop_asked && !hasEnded(job.state) ? h("span", { class: "quiet" }, say("jobs.stopping")) : null);
}
