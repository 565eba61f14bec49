// @ts-check
/**
 * The inbox: conversations that wait for a person, and those that are done. Looked at again whenever somebody comes back to
 * the page.
 *
 * @typedef {import("../../answer/wire.js").Handoff} Handoff
 */

import { fill, h } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { empty, paged } from "../../parts/list.js";
import { tabs } from "../../parts/tabs.js";
import { moment, say } from "../../words.js";
import { handoffView } from "./handoff.js";

/** @type {Record<string, import("../../words.js").Key>} */
const REASONS = { asked: "handoff.asked", failures: "handoff.failures", frustration: "handoff.frustration", matter: "handoff.matter" };

const LOOK_MS = 30_000;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open(visit) {
  if (visit.params.handoff) return handoffView(visit, visit.params.handoff, reasonOf);
  const { main, left } = visit;
  let redraw = () => {};
  const view = (/** @type {string} */ state) => (/** @type {HTMLElement} */ panel) => {
    redraw = () => list(panel, state);
    redraw();
  };
  const views = [{ title: say("inbox.open"), fill: view("open") }, { title: say("inbox.resolved"), fill: view("resolved") }];
  const head = h("header", { class: "page-head" }, h("h1", {}, say("way.inbox")), h("p", { class: "quiet" }, say("inbox.about")));
  fill(main, h("div", { class: "page", id: "inbox" }, head, tabs(say("way.inbox"), views)));
  const again = () => { if (document.visibilityState === "visible") redraw(); };
  document.addEventListener("visibilitychange", again, { signal: left });
  const timer = setInterval(again, LOOK_MS);
  left.addEventListener("abort", () => clearInterval(timer));
  return { title: say("way.inbox") };
}

/** @param {HTMLElement} panel @param {string} state */
async function list(panel, state) {
  const lines = h("ul", { class: "waiting" });
  const whole = h("div", {});
  const none = () => empty("inbox", say(state === "open" ? "inbox.none_open" : "inbox.none_resolved"), say("inbox.none_about"));
  const { foot, loaded } = paged({ path: `/inbox?state=${state}`, of: "handoffs", into: lines, draw: line, none, whole });
  whole.append(lines, foot);
  await loaded;
  // Drawn again while somebody reads: in one piece, and the focus stays where it was.
  const focused = panel.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
  fill(panel, whole);
  if (focused) /** @type {HTMLElement | null} */ (panel.querySelector(`a[href="${focused}"]`))?.focus();
}

/** @param {Handoff} handoff */
function line(handoff) {
  const isOpen = handoff.state === "open";
  const badge = h("span", { class: `badge ${isOpen ? "warn" : "good"}` }, say(isOpen ? "inbox.waits" : "inbox.done"));
  const when = handoff.resolved_ms ? say("inbox.resolved_at", { when: moment(handoff.resolved_ms) }) : say("inbox.since", { when: moment(handoff.begun_ms) });
  return h("li", {}, h("a", { class: "waiting-line", href: `/inbox/${handoff.id}` }, icon("hand"),
    h("span", { class: "about" }, h("span", { class: "title" }, reasonOf(handoff)), h("span", { class: "quiet" }, when)), badge));
}

/** @param {Handoff} handoff */
function reasonOf({ reason, matter }) {
  return say(REASONS[reason] ?? "handoff.asked", { matter: matter ?? "" });
}
