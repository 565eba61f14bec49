// @ts-check
/**
 * Questions that had no good answer: declined, or judged as no help. Those of one meaning stand together, the most asked first:
 * each group is a document that is missing, or one that says it badly.
 *
 * @typedef {{record_id: string, question: string, declined: boolean, unhelpful: boolean, asked_ms: number}} Gap
 * @typedef {{question: string, asked: number, declined: number, unhelpful: number, last_ms: number, questions: Gap[]}} Group
 * @typedef {{groups: Group[], threshold: number, compared: number, left_out: number}} Gaps
 */

import { call, sentence } from "../../api.js";
import { fill, h } from "../../parts/element.js";
import { select } from "../../parts/field.js";
import { drawLatest } from "../../parts/latest.js";
import { empty } from "../../parts/list.js";
import { sliced } from "../../parts/slices.js";
import { moment, number, say } from "../../words.js";
import { insightSections } from "./page.js";

const SPANS = [7, 30, 90, 365];
const USUAL = 30;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main }) {
  const said = h("p", { class: "wrong", role: "alert" });
  const place = h("div", { class: "stack", id: "gaps" });
  const show = async (/** @type {number} */ days) => {
    said.textContent = "";
    const drawn = h("div", { class: "stack" });
    await drawLatest(place, drawn, call("GET", `/insight/questions?days=${days}`).then((reply) => fill(drawn, groups(reply))));
  };
  const spans = select(say("insight.span"), SPANS.map((n) => /** @type {[string, string]} */ ([String(n), say("insight.days", { n })])), String(USUAL),
    (value) => show(Number(value)).catch((error) => { said.textContent = sentence(error); }));
  const head = h("header", { class: "page-head" }, h("h1", {}, say("gaps.head")), h("p", { class: "quiet" }, say("gaps.about")));
  fill(main, h("div", { class: "page wide" }, head, insightSections("/insight/questions"), h("div", { class: "span" }, spans), said, place));
  await show(USUAL);
  return { title: say("gaps.head") };
}

/** @param {Gaps} gaps */
function groups({ groups: all, threshold, compared, left_out }) {
  if (all.length === 0) return empty("check", say("gaps.none"), say("gaps.none_about"));
  const list = h("ul", { class: "cards" });
  const foot = sliced(all, list, group);
  const how = [say("gaps.compared", { n: compared }), say("gaps.threshold", { threshold: number(Math.round(threshold * 100) / 100) }), left_out > 0 ? say("gaps.left_out", { n: left_out }) : null];
  return [list, foot, h("p", { class: "quiet" }, how.filter((one) => one !== null).join(" "))];
}

/** @param {Group} of */
function group({ question, asked, declined, unhelpful, last_ms, questions }) {
  const badges = [declined > 0 ? h("span", { class: "badge warn" }, say("gaps.declined", { n: declined })) : null, unhelpful > 0 ? h("span", { class: "badge bad" }, say("gaps.unhelpful", { n: unhelpful })) : null];
  const lines = questions.map((one) => h("li", {}, h("a", { href: `/insight/answers/${one.record_id}`, dir: "auto" }, one.question), " ", h("span", { class: "quiet" }, moment(one.asked_ms))));
  const more = asked > questions.length ? h("li", { class: "quiet" }, say("gaps.more", { n: asked - questions.length })) : null;
  return h("li", { class: "card stack" }, h("h2", { class: "asked-so", dir: "auto" }, question),
    h("p", { class: "row" }, h("span", {}, say("gaps.asked", { n: asked })), badges, h("span", { class: "quiet" }, say("gaps.last", { when: moment(last_ms) }))),
    h("details", { class: "more" }, h("summary", {}, say("gaps.questions")), h("ul", { class: "titles" }, lines, more)));
}
