// @ts-check
/**
 * Whether the models are there: each is asked something short when somebody wants to know.
 *
 * @typedef {{role: string, model: string, works: boolean, took_ms: number, note: string | null}} Connection
 */

import { call } from "../../api.js";
import { button, setBusy } from "../../parts/button.js";
import { fill, h, theirs } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { why } from "../../parts/refusal.js";
import { announce } from "../../shell/notices.js";
import { say } from "../../words.js";

/** @type {Record<string, import("../../words.js").Key>} */
const ROLES = { embedding: "settings.embedding", answers: "settings.wording", rewrites: "settings.rewriting" };

export function connections() {
  const told = h("div", { role: "status", id: "connections" });
  const test = button({
    label: say("settings.test"), icon: "jobs", id: "test-models",
    press: async () => {
      setBusy(test, true);
      fill(told, h("p", { class: "row quiet" }, h("span", { class: "dots" }, h("i"), h("i"), h("i")), say("settings.testing")));
      try {
        const { connections: found } = await call("POST", "/settings/test");
        fill(told, h("ul", { class: "cards" }, found.map(connection)));
        announce(say(found.every((/** @type {Connection} */ { works }) => works) ? "settings.all_there" : "settings.some_missing"));
      } catch (error) {
        fill(told, h("p", { class: "wrong" }, why(error)));
      } finally {
        setBusy(test, false);
      }
    },
  });
  return [h("div", { class: "row" }, test), told];
}

/** @param {Connection} of */
function connection({ role, model, works, took_ms, note }) {
  const state = h("span", { class: `badge ${works ? "good" : "bad"}` }, say(works ? "settings.works" : "settings.fails"));
  return h("li", { class: "line-card" }, icon(works ? "check" : "warn"), h("span", { class: "about" }, h("span", { class: "title" }, ROLES[role] ? say(ROLES[role]) : role),
    h("span", { class: "quiet" }, theirs(model), " · ", say("record.ms", { n: took_ms })), note ? h("span", { class: "quiet" }, theirs(note)) : null), state);
}
