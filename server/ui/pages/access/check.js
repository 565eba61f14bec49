// @ts-check
/** Whether anything leaks: marked documents are planted and sought by every way, now. */

import { call } from "../../api.js";
import { button, setBusy } from "../../parts/button.js";
import { fill, h, theirs } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { why } from "../../parts/refusal.js";
import { moment, say } from "../../words.js";
import { accessSections } from "./page.js";

/** @param {import("../../shell/routes.js").Visit} visit */
export function open({ main, left }) {
  const told = h("div", { role: "status", id: "check-told" });
  const begin = button({
    label: say("check.begin"), icon: "access", kind: "primary", id: "check-begin",
    press: async () => {
      setBusy(begin, true);
      fill(told, h("p", { class: "row quiet" }, h("span", { class: "dots" }, h("i"), h("i"), h("i")), say("check.seeking")));
      try {
        const found = await call("POST", "/self-check");
        if (!left.aborted) fill(told, outcome(found));
      } catch (error) {
        fill(told, h("p", { class: "wrong" }, why(error)));
      } finally {
        setBusy(begin, false);
      }
    },
  });
  const head = h("header", { class: "page-head" }, h("h1", {}, say("check.head")), h("p", { class: "quiet" }, say("check.about")));
  fill(main, h("div", { class: "page wide", id: "check" }, head, accessSections("/access/check"), h("section", { class: "card stack" }, h("div", { class: "row" }, begin), told)));
  return { title: say("check.head") };
}

/** @param {{at: string, probes: number, leaks: number, remarks: string[]}} found */
function outcome({ at, probes, leaks, remarks }) {
  const isFine = leaks === 0 && remarks.length === 0;
  return h("div", { class: "verdict" }, h("p", { class: `row ${isFine ? "good" : "bad"}` }, icon(isFine ? "check" : "warn"), h("strong", {}, leaks === 0 ? say("check.no_leak") : say("check.leaks", { n: leaks }))),
    h("p", { class: "quiet" }, say("check.probes", { n: probes }), " ", moment(Date.parse(at))), remarks.length > 0 ? h("ul", { class: "reasons" }, remarks.map((one) => h("li", {}, theirs(one)))) : null);
}
