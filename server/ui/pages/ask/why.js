// @ts-check
/** Why an answer did not help: a reason, and words of one's own. */

import { call, sentence } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { keepDraft } from "../../parts/drafts.js";
import { h } from "../../parts/element.js";
import { choices, chosenOf, field } from "../../parts/field.js";
import { toast } from "../../shell/notices.js";
import { say } from "../../words.js";

/** @param {string} path where it is said @param {() => void} done */
export function whyForm(path, done) {
  const reasons = choices(say("feedback.why"), [
    ["wrong", say("reason.wrong")], ["outdated", say("reason.outdated")], ["incomplete", say("reason.incomplete")],
    ["unclear", say("reason.unclear")], ["other", say("reason.other")],
  ], null);
  const comment = h("textarea", { name: "comment", rows: 2, maxlength: 2_000, dir: "auto" });
  const wrong = h("p", { class: "wrong", role: "alert" });
  const foot = h("div", { class: "row" }, button({ label: say("feedback.send"), kind: "primary small", type: "submit" }),
    button({ label: say("feedback.skip"), kind: "plain small", press: () => { draft.forget(); done(); } }));
  const form = h("form", { class: "feedback stack" }, reasons, field(say("feedback.comment"), comment), wrong, foot);
  const draft = keepDraft(form, path);
  onSubmit(form, wrong, async () => {
    const reason = chosenOf(reasons);
    await call("PUT", path, { helpful: false, ...(reason && { reason }), ...(comment.value.trim() && { comment: comment.value.trim() }) });
    draft.forget();
    toast(say("feedback.thanks"));
    done();
  }, sentence);
  return form;
}
