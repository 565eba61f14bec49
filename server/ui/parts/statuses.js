// @ts-check
/** How jobs and their items stand, in words and colours. */

import { say } from "../words.js";
import { h } from "./element.js";

/** @type {Record<string, [import("../words.js").Key, string]>} */
const ITEMS = {
  queued: ["status.queued", ""], indexed: ["status.indexed", "good"], unchanged: ["status.unchanged", "good"],
  relabelled: ["status.relabelled", "good"], duplicate: ["status.duplicate", "accent"], opened: ["status.opened", "good"],
  failed: ["status.failed", "bad"], retired: ["status.retired", "warn"], waiting: ["status.waiting", ""], handed_in: ["status.handed_in", ""],
  duplicate_of: ["status.duplicate_of", "accent"], out_of_scope: ["status.out_of_scope", ""], trap: ["status.trap", ""],
  folder: ["status.folder", ""], robots: ["status.robots", "warn"], noindex: ["status.noindex", "warn"], gone: ["status.gone", "warn"],
  redirected_to: ["status.redirected_to", ""], too_large: ["status.too_large", "bad"], unsupported: ["status.unsupported", "bad"], held: ["status.held", "warn"],
};

/** @type {Record<string, [import("../words.js").Key, string]>} */
const JOBS = {
  open: ["job.open", ""], queued: ["job.queued", ""], running: ["job.running", "accent"], done: ["job.done", "good"],
  failed: ["job.failed", "bad"], cancelled: ["job.cancelled", "warn"],
};

export const JOB_STATES = Object.keys(JOBS);

const ENDED = ["done", "failed", "cancelled"];

/** @param {string} status */
export function statusName(status) {
  return ITEMS[status] ? say(ITEMS[status][0]) : status;
}

/** @param {string} status */
export function statusBadge(status) {
  return h("span", { class: `badge ${ITEMS[status]?.[1] ?? ""}` }, statusName(status));
}

/** @param {string} state of a job */
export function stateName(state) {
  return JOBS[state] ? say(JOBS[state][0]) : state;
}

/** @param {string} state of a job */
export function stateBadge(state) {
  return h("span", { class: `badge ${JOBS[state]?.[1] ?? ""}` }, stateName(state));
}

/** @param {string} state of a job */
export function hasEnded(state) {
  return ENDED.includes(state);
}
