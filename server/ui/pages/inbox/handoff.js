// @ts-check
/** One conversation that was passed on: what was said, a reply to whoever asked, and that it is done. */

import { call, sentence } from "../../api.js";
import { transcript } from "../../answer/transcript.js";
import { button, linkButton, onSubmit, setBusy } from "../../parts/button.js";
import { keepDraft } from "../../parts/drafts.js";
import { fill, h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { toast } from "../../shell/notices.js";
import { moment, say } from "../../words.js";

/**
 * @param {import("../../shell/routes.js").Visit} visit @param {string} id
 * @param {(handoff: import("../../answer/wire.js").Handoff) => string} reasonOf
 */
export async function handoffView({ main, left }, id, reasonOf) {
  const page = h("div", { class: "page", id: "handoff-page" });
  const beside = h("aside", { id: "beside", hidden: true, "aria-label": say("source.beside") });
  fill(main, h("div", { class: "with-beside" }, h("div", { class: "scrolls" }, page), beside));

  const load = async () => {
    const found = await call("GET", `/inbox/${id}`);
    if (left.aborted) return;
    const isOpen = found.state === "open";
    const badge = h("span", { class: `badge ${isOpen ? "warn" : "good"}` }, say(isOpen ? "inbox.waits" : "inbox.done"));
    const head = h("header", { class: "page-head" }, h("div", { class: "row" }, linkButton(say("inbox.all"), "/inbox", { icon: "back", kind: "plain small" })),
      h("h1", { tabindex: -1 }, reasonOf(found)), h("p", { class: "row quiet" }, badge, say("inbox.since", { when: moment(found.begun_ms) })));
    fill(page, head, transcript(found.said, found.replies), isOpen ? answering() : h("p", { class: "quiet" }, say("inbox.is_done")));
  };

  /** The form, with what was being written. */
  const answering = () => {
    const text = h("textarea", { id: "reply", name: "reply", rows: 4, maxlength: 8_000, required: true, dir: "auto" });
    const said = h("p", { class: "wrong", role: "alert" });
    const resolve = button({ label: say("inbox.resolve"), icon: "check", press: () => act(resolve, said, async () => call("POST", `/inbox/${id}/resolve`)) });
    const form = h("form", { class: "card stack reply-form" }, field(say("inbox.reply"), text, say("inbox.reply_hint")), said,
      h("div", { class: "row" }, button({ label: say("inbox.send"), kind: "primary", type: "submit", icon: "send" }), resolve));
    const draft = keepDraft(form, `reply.${id}`);
    // One word for one text: sent twice, it is said once; another text is another reply.
    let [once, of] = ["", ""];
    onSubmit(form, said, async () => {
      if (of !== text.value) [once, of] = [word(), text.value];
      await call("POST", `/inbox/${id}/replies`, { text: text.value }, { "idempotency-key": once });
      draft.forget();
      toast(say("inbox.sent"));
      await load();
      page.querySelector("textarea")?.focus();
    }, sentence);
    return form;
  };

  /** @param {HTMLElement} pressed @param {HTMLElement} said @param {() => Promise<unknown>} deed */
  const act = async (pressed, said, deed) => {
    setBusy(pressed, true);
    try {
      await deed();
      await load();
      page.querySelector("h1")?.focus();
    } catch (error) {
      said.textContent = sentence(error);
      setBusy(pressed, false);
    }
  };

  await load();
  return { title: say("way.inbox") };
}

/** Drawn at random. */
function word() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
