// @ts-check
/**
 * Asking: the thread in the middle, the question box below it, one's conversations on one side, and the open source on the
 * other. Goes from one conversation to another by itself.
 */

import { Refused, call, sentence } from "../../api.js";
import { closeSource } from "../../answer/opening.js";
import { button } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { greeting } from "../../shell/house.js";
import { connection } from "../../shell/notices.js";
import { onNews } from "../../shell/others.js";
import { entitle, go } from "../../shell/router.js";
import { say } from "../../words.js";
import { asker } from "./asker.js";
import { composer } from "./composer.js";
import { handoffs } from "./handoffs.js";
import { pending, setPending } from "./kept.js";
import { sidebar } from "./sidebar.js";
import { thread } from "./thread.js";

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open(visit) {
  const { main, left } = visit;
  const heading = h("h1", { dir: "auto" });
  const hello = h("div", { class: "hello" }, h("h1", { dir: "auto" }, greeting() ?? say("hello")), h("p", { class: "quiet" }, say("hello.about")));
  const suggestions = h("div", { class: "suggestions", id: "suggestions" });
  const said = thread({ ask: (question) => asking.ask(question), retry: (question) => asking.ask(question), edit: (question) => box.edit(question), passOn: () => waiting.passOn() });
  const box = composer({ ask: (question) => asking.ask(question), stop: () => asking.stop() });
  const side = sidebar({ gone: (id) => { if (id === said.id) go("/"); }, left });
  const waiting = handoffs(said);
  const asking = asker({ said, box, waiting, began: (id, title) => { isNew(false); fill(heading, title); side.at(id); side.reload(); }, ended: side.reload });
  const aside = h("aside", { class: "aside", "aria-label": say("conversations") }, side.node);
  const head = h("header", { class: "thread-head" }, drawer(aside, side.node, left), heading, button({ label: say("conversations.new"), icon: "plus", bare: true, kind: "plain only-small", press: () => go("/") }));
  const middle = h("div", { class: "middle" }, head, hello, said.node, waiting.node, box.node, suggestions);
  const beside = h("aside", { id: "beside", hidden: true, "aria-label": say("source.beside") });
  fill(main, h("div", { class: "ask" }, aside, middle, beside));

  /** @param {boolean} isIt */
  function isNew(isIt) {
    middle.classList.toggle("is-new", isIt);
    hello.hidden = suggestions.hidden = !isIt;
    said.node.hidden = isIt;
    heading.hidden = isIt;
  }

  /** @param {string | undefined} id @param {boolean} isFirst @returns {Promise<string>} the title */
  async function show(id, isFirst) {
    asking.leave();
    closeSource();
    said.clear();
    waiting.clear();
    box.for(id ?? null);
    isNew(!id);
    side.at(id ?? "");
    if (!id) {
      suggest(suggestions, (question) => asking.ask(question));
      // Whoever was quicker than the page keeps the focus.
      if (!isFirst || document.activeElement === document.body) box.focus();
      takeUp(null);
      return say("way.ask");
    }
    try {
      const found = await said.open(id);
      if (!found) return "";
      const coming = pending();
      const title = found.title || (coming?.conversation === id && coming.question.slice(0, 120)) || say("conversations.untitled");
      fill(heading, title);
      waiting.are(found.handoff ?? null);
      takeUp(id);
      return title;
    } catch (error) {
      if (error instanceof Refused && error.code === "not_found") said.fails(say("conversations.gone"));
      else said.fails(sentence(error));
      fill(heading, say("conversations.untitled"));
      return say("conversations.untitled");
    }
  }

  /** What a reload cut off goes on, or is offered again. @param {string | null} id */
  function takeUp(id) {
    const left = pending();
    if (!left || left.conversation !== id) return;
    if (left.stream) asking.resume(left.question, left.stream);
    else if (id && said.has(left.question)) setPending(null);
    else {
      setPending(null);
      box.offer(left.question);
    }
  }

  onNews((news) => { if (news.what === "conversation" && news.id === said.id && !asking.isBusy) waiting.look(); }, left);
  connection.addEventListener("back", () => { if (said.id && !asking.isBusy) waiting.look(); side.reload(); }, { signal: left });
  left.addEventListener("abort", () => {
    asking.leave();
    waiting.clear();
    closeSource();
  });
  const title = await show(visit.params.conversation, visit.isFirst);
  return {
    title,
    moved: async (/** @type {import("../../shell/routes.js").Visit} */ next) => {
      const moved = await show(next.params.conversation, false);
      entitle(moved);
      return moved;
    },
  };
}

/** Where there is no room beside the thread, the conversations come in a dialog. @param {HTMLElement} aside @param {HTMLElement} list @param {AbortSignal} left */
function drawer(aside, list, left) {
  const dialog = h("dialog", { class: "drawer", "aria-label": say("conversations") });
  const close = button({ label: say("close"), icon: "close", bare: true, kind: "plain small", press: () => dialog.close() });
  dialog.addEventListener("close", () => {
    aside.append(list);
    dialog.remove();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || (event.target instanceof Element && event.target.closest("a"))) dialog.close();
  });
  left.addEventListener("abort", () => dialog.close());
  return button({
    label: say("conversations"),
    icon: "history",
    bare: true,
    kind: "plain only-small",
    press: () => {
      fill(dialog, h("div", { class: "drawer-head" }, close), list);
      document.body.append(dialog);
      dialog.showModal();
    },
  });
}

/** @param {HTMLElement} into @param {(question: string) => void} ask */
async function suggest(into, ask) {
  fill(into);
  const found = await call("GET", "/suggestions").catch(() => ({ suggestions: [] }));
  const chips = found.suggestions.map((/** @type {{question: string, title: string}} */ { question, title }) =>
    h("li", {}, h("button", { type: "button", class: "chip", dir: "auto", title, click: () => ask(question) }, question)));
  if (chips.length > 0) fill(into, h("h2", { class: "quiet" }, say("suggestions")), h("ul", { class: "chips row" }, chips));
}
