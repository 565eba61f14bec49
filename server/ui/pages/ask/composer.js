// @ts-check
/** The question box. What is typed is kept at every letter, so that a reload, a lost session or a lost server takes nothing. */

import { button, setBusy } from "../../parts/button.js";
import { h } from "../../parts/element.js";
import { say } from "../../words.js";
import { draft, setDraft } from "./kept.js";

const LONGEST = 4_000;
const TOLD_FROM = 3_500;

/** @param {{ask: (question: string) => void, stop: () => void}} doing */
export function composer({ ask, stop }) {
  const question = h("textarea", { id: "question", name: "question", rows: 1, maxlength: LONGEST, required: true, dir: "auto", autocomplete: "off", placeholder: say("ask.placeholder"), "aria-label": say("ask.label"), "aria-describedby": "promise" });
  const send = button({ label: say("ask.send"), icon: "send", bare: true, kind: "primary", type: "submit", id: "send" });
  const halt = button({ label: say("ask.stop"), icon: "stop", bare: true, id: "stop", press: stop });
  halt.hidden = true;
  const left = h("span", { class: "quiet", role: "status" });
  const promise = h("p", { id: "promise", class: "quiet" }, say("ask.promise"));
  const form = h("form", { id: "ask", class: "composer" }, h("div", { class: "box" }, question, send, halt), h("div", { class: "apart" }, promise, left));
  /** @type {string | null} */
  let conversation = null;
  let isAsking = false;

  const changed = () => {
    setDraft(conversation, question.value);
    left.textContent = question.value.length >= TOLD_FROM ? say("ask.left", { n: LONGEST - question.value.length }) : "";
    // Where the style sheet's `field-sizing` is not known.
    if (!CSS.supports("field-sizing", "content")) question.rows = Math.min(8, question.value.split("\n").length);
  };
  const submit = () => {
    question.value = question.value.trim();
    if (isAsking || !form.reportValidity()) return;
    const asked = question.value;
    question.value = "";
    changed();
    ask(asked);
  };
  question.addEventListener("input", changed);
  question.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });

  return {
    node: form,
    focus: () => question.focus(),
    /** The box of another conversation, with what was being written there. @param {string | null} id */
    for(id) {
      conversation = id;
      question.value = draft(id);
      changed();
    },
    /** What is in it now belongs to this conversation, which has just begun. @param {string} id */
    goesOnIn(id) {
      setDraft(conversation, "");
      conversation = id;
      changed();
    },
    /** Text to be asked again, unless something else is being written. @param {string} text */
    offer(text) {
      if (question.value.trim() !== "") return;
      question.value = text;
      changed();
    },
    /** Text to be changed and asked anew. @param {string} text */
    edit(text) {
      question.value = text;
      changed();
      question.focus();
      question.setSelectionRange(text.length, text.length);
    },
    /** @param {boolean} asking */
    set asking(asking) {
      const hadFocus = document.activeElement === send || document.activeElement === halt;
      isAsking = asking;
      setBusy(send, asking);
      send.hidden = asking;
      halt.hidden = !asking;
      if (hadFocus) (asking ? halt : send).focus();
    },
  };
}
