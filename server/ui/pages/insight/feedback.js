// @ts-check
/**
 * What people thought of answers.
 *
 * @typedef {{record_id: string, question: string, declined: boolean, helpful: boolean, reason: string, comment: string,
 *   given_ms: number}} Entry
 */

import { fill, h, theirs } from "../../parts/element.js";
import { empty, leafed, table } from "../../parts/list.js";
import { tabs } from "../../parts/tabs.js";
import { moment, say } from "../../words.js";
import { insightSections } from "./page.js";

/** @type {Record<string, import("../../words.js").Key>} */
const REASONS = {
  wrong: "reason.wrong", outdated: "reason.outdated", incomplete: "reason.incomplete", unclear: "reason.unclear", other: "reason.other",
};

/** @param {import("../../shell/routes.js").Visit} visit */
export function open(visit) {
  const view = (/** @type {string} */ query) => (/** @type {HTMLElement} */ panel) => list(panel, query);
  const views = [
    { title: say("insight.all"), fill: view("") },
    { title: say("insight.unhelpful"), fill: view("?helpful=false") },
    { title: say("insight.helpful"), fill: view("?helpful=true") },
  ];
  const head = h("header", { class: "page-head" }, h("h1", {}, say("insight.feedback")), h("p", { class: "quiet" }, say("insight.about")));
  fill(visit.main, h("div", { class: "page wide", id: "feedback" }, head, insightSections("/insight/feedback"), tabs(say("insight.feedback"), views)));
  return { title: say("insight.feedback") };
}

/** @param {HTMLElement} panel @param {string} query */
function list(panel, query) {
  const { frame, body, row } = table(say("insight.feedback"), [
    { title: say("insight.question"), class: "wide" }, { title: say("insight.judged") }, { title: say("insight.comment"), class: "wide" }, { title: say("insight.when") },
  ]);
  const draw = (/** @type {Entry} */ entry) => row(question(entry), judged(entry), theirs(entry.comment), moment(entry.given_ms));
  const none = () => empty("insight", say("insight.none"), say("insight.none_about"));
  const { foot } = leafed({ path: `/feedback${query}`, of: "feedback", into: body, draw, none, whole: panel });
  panel.append(frame, foot);
}

/** @param {Entry} entry */
function question({ record_id, question: asked, declined }) {
  const link = h("a", { href: `/insight/answers/${record_id}`, dir: "auto" }, asked);
  return h("span", {}, link, declined ? [" ", h("span", { class: "badge" }, say("insight.declined"))] : null);
}

/** @param {Entry} entry */
function judged({ helpful, reason }) {
  const why = REASONS[reason] ? h("span", { class: "quiet" }, " ", say(REASONS[reason])) : null;
  return h("span", {}, h("span", { class: `badge ${helpful ? "good" : "bad"}` }, say(helpful ? "insight.yes" : "insight.no")), why);
}
