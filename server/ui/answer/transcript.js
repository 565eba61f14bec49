// @ts-check
/** What was said in a conversation, for an editor who reads it: nothing here asks, judges or changes anything. */

import { h } from "../parts/element.js";
import { moment, say } from "../words.js";
import { replyView } from "./reply.js";
import { answerView } from "./told.js";
import { remembered } from "./wire.js";

/** @param {import("./wire.js").Turn[]} turns @param {import("./wire.js").Reply[]} replies */
export function transcript(turns, replies) {
  const parts = turns.flatMap((turn) => [turnOf(turn), ...replies.filter(({ after_turn }) => after_turn === turn.turn).map(replyView)]);
  const early = replies.filter(({ after_turn }) => !turns.some(({ turn }) => turn === after_turn)).map(replyView);
  return h("div", { class: "turns" }, early, parts);
}

/** @param {import("./wire.js").Turn} turn */
function turnOf(turn) {
  const view = answerView();
  view.show({ ...turn, ...remembered(turn), text: turn.answer, isComing: false });
  const asked = h("div", { class: "asked" }, h("p", { class: "question", dir: "auto" }, turn.question), h("span", { class: "quiet" }, moment(turn.asked_ms)));
  const head = h("h2", { class: "unseen" }, say("turn.asked"));
  return h("article", { class: "turn", "aria-label": say("turn.label", { question: turn.question.slice(0, 80) }) }, head, asked, view.node);
}
