// @ts-check
/**
 * What was said in a conversation, the newest at the end: read a part at a time, from the end backwards, and gone on with.
 * People's replies stand behind the turn after which they were said.
 *
 * @typedef {import("../../answer/wire.js").Turn} Turn
 * @typedef {import("../../answer/wire.js").Reply} Reply
 * @typedef {ReturnType<typeof turnView>} TurnView
 */

import { replyView } from "../../answer/reply.js";
import { sentence } from "../../api.js";
import { button, setBusy } from "../../parts/button.js";
import { h } from "../../parts/element.js";
import { say } from "../../words.js";
import * as archive from "./archive.js";
import { turnView } from "./turn.js";

/** Turns that are read at a time. */
const PART = 30;

/** @param {import("./turn.js").Doing} doing */
export function thread(doing) {
  const turns = h("div", { class: "turns" });
  const earlier = button({ label: say("thread.earlier"), kind: "small plain", press: () => before() });
  const said = h("p", { class: "wrong", role: "alert" });
  const node = h("section", { class: "thread", id: "thread", tabindex: 0, "aria-label": say("thread.label") }, h("div", { class: "column" }, earlier, said, turns));
  /** What stands on the page, by its number. @type {Map<number, HTMLElement>} */
  const shown = new Map();
  let id = "";
  let [first, last] = [0, 0];
  earlier.hidden = true;

  // Whoever scrolls up reads on without a press.
  new IntersectionObserver(([entry]) => { if (entry.isIntersecting && !earlier.hidden) before(); }, { root: node, rootMargin: "400px 0px 0px" }).observe(earlier);

  async function before() {
    if (first <= 1) return;
    const from = Math.max(0, first - 1 - PART);
    const limit = first - 1 - from;
    earlier.hidden = true;
    setBusy(earlier, true);
    try {
      const found = await archive.read(id, from, limit);
      const height = node.scrollHeight - node.scrollTop;
      turns.prepend(...found.said.map(remembered));
      place(found.replies);
      node.scrollTop = node.scrollHeight - height;
      first = from + 1;
    } catch (error) {
      said.textContent = sentence(error);
    } finally {
      setBusy(earlier, false);
      earlier.hidden = first <= 1;
    }
  }

  /** @param {Turn} turn */
  function remembered(turn) {
    const view = turnView(turn.question, doing);
    view.remembers(turn);
    shown.set(turn.turn, view.node);
    return view.node;
  }

  /** Each where it was said; those before what is read so far wait. @param {Reply[]} replies */
  function place(replies) {
    for (const reply of replies) {
      const mark = `${reply.after_turn}-${reply.said_ms}`;
      if (turns.querySelector(`[data-said="${mark}"]`)) continue;
      const after = shown.get(reply.after_turn);
      const made = replyView(reply);
      if (after) behindReplies(after).after(made);
      else if (reply.after_turn === 0 && first <= 1) turns.prepend(made);
    }
  }

  return {
    node,
    get id() { return id; },
    get last() { return last; },
    isEmpty: () => turns.childElementCount === 0,

    /** A conversation that has just begun. @param {string} fresh */
    begins(fresh) {
      [id, first, last] = [fresh, 1, 0];
    },
    clear() {
      turns.replaceChildren();
      shown.clear();
      said.textContent = "";
      earlier.hidden = true;
      [id, first, last] = ["", 0, 0];
    },
    /** Its end, and what is known of it. @param {string} wanted */
    async open(wanted) {
      id = wanted;
      let found = await archive.read(id, 0, PART);
      if (found.turns > PART) found = await archive.read(id, found.turns - PART, PART);
      if (id !== wanted) return null;
      turns.append(...found.said.map(remembered));
      first = found.said[0]?.turn ?? 1;
      last = found.said.at(-1)?.turn ?? 0;
      earlier.hidden = first <= 1;
      place(found.replies);
      node.scrollTop = node.scrollHeight;
      return found;
    },
    /** What came since, from another tab or from a person. */
    async more() {
      const wanted = id;
      const found = await archive.read(id, last, PART);
      if (id !== wanted) return null;
      for (const turn of found.said) if (!shown.has(turn.turn)) turns.append(remembered(turn));
      last = Math.max(last, found.said.at(-1)?.turn ?? 0);
      place(found.replies);
      return found;
    },
    /** @param {TurnView} view */
    asks(view) {
      for (const failed of turns.querySelectorAll(".is-failed")) failed.remove();
      for (const fresh of turns.querySelectorAll(".is-fresh")) fresh.classList.remove("is-fresh");
      view.node.classList.add("is-fresh");
      turns.append(view.node);
      node.scrollTo({ top: view.node.offsetTop - turns.offsetTop, behavior: "auto" });
    },
    /** It is kept under that number: what stood there was the same. @param {TurnView} view @param {number} turn */
    keeps(view, turn) {
      const other = shown.get(turn);
      if (other !== view.node) other?.remove();
      shown.set(turn, view.node);
      last = Math.max(last, turn);
      if (first === 0) first = turn;
    },
    /** @param {string} question */
    has: (question) => shown.get(last)?.querySelector(".question")?.textContent === question,
    /** @param {string} why */
    fails(why) { said.textContent = why; },
  };
}

/** @param {HTMLElement} turn */
function behindReplies(turn) {
  let at = turn;
  while (at.nextElementSibling instanceof HTMLElement && at.nextElementSibling.classList.contains("reply")) at = at.nextElementSibling;
  return at;
}
