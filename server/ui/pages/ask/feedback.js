// @ts-check
/** Whether an answer helped, and why not. Said at the first press; reason and comment are added to it. */

import { call, sentence } from "../../api.js";
import { button } from "../../parts/button.js";
import { h } from "../../parts/element.js";
import { toast } from "../../shell/notices.js";
import { say } from "../../words.js";

/** @param {string} record the answer's @param {boolean | null} before what was said of it so far */
export function feedback(record, before) {
  const path = `/answers/${record}/feedback`;
  const place = h("div", { class: "feedback-place" });
  const yes = button({ label: say("feedback.yes"), icon: "thumb-up", bare: true, kind: "plain small", press: () => judge(true) });
  const no = button({ label: say("feedback.no"), icon: "thumb-down", bare: true, kind: "plain small", press: () => judge(false) });
  /** @type {boolean | null} */
  let said = before;
  mark();

  function mark() {
    yes.setAttribute("aria-pressed", String(said === true));
    no.setAttribute("aria-pressed", String(said === false));
  }

  /** The same once more takes it back. @param {boolean} helpful */
  async function judge(helpful) {
    const former = said;
    said = said === helpful ? null : helpful;
    mark();
    place.replaceChildren();
    try {
      if (said === null) await call("DELETE", path);
      else await call("PUT", path, { helpful });
      if (said === true) toast(say("feedback.thanks"));
      if (said === false) ask();
    } catch (error) {
      said = former;
      mark();
      toast(sentence(error));
    }
  }

  async function ask() {
    const { whyForm } = await import("./why.js");
    place.replaceChildren(whyForm(path, done));
    place.querySelector("input")?.focus();
  }

  function done() {
    place.replaceChildren();
    no.focus();
  }

  return { buttons: [yes, no], place };
}
