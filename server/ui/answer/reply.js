// @ts-check
/** What a person said in a conversation that was passed on. */

import { h } from "../parts/element.js";
import { icon } from "../parts/icons.js";
import { moment, say } from "../words.js";

/** @param {import("./wire.js").Reply} reply */
export function replyView({ after_turn, text, said_ms }) {
  const head = h("p", { class: "reply-head" }, icon("account"), h("strong", {}, say("reply.from")), h("span", { class: "quiet" }, moment(said_ms)));
  return h("article", { class: "reply", "data-said": `${after_turn}-${said_ms}` }, head, h("p", { class: "reply-text", dir: "auto" }, text));
}
