// @ts-check
/** The list of jobs: the newest first, looked at again in place, so that what somebody reads or holds stays where it is. */

import { call, sentence } from "../../api.js";
import { button, setBusy } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { empty } from "../../parts/list.js";
import { hasEnded } from "../../parts/statuses.js";
import { say } from "../../words.js";
import { jobLine } from "./line.js";

/** @typedef {import("./page.js").Line} Line */

/** @param {() => string} query what it is narrowed to, in the words of an address */
export function jobList(query) {
  /** @type {Map<string, {told: string, node: HTMLElement, line: Line}>} */
  const known = new Map();
  const lines = h("ul", { class: "cards" });
  const none = h("div", {});
  const said = h("p", { class: "wrong", role: "alert" });
  const more = button({ label: say("more"), kind: "small", press: () => further() });
  const node = h("div", { class: "stack" }, lines, none, h("div", { class: "row" }, more, said));
  more.hidden = true;
  /** @type {string | null} */
  let next = null;
  let asked = query();

  const ask = (/** @type {string} */ after) => call("GET", `/jobs?limit=30${asked ? `&${asked}` : ""}${after}`);
  const take = (/** @type {Line[]} */ jobs) => {
    for (const line of jobs) {
      const told = JSON.stringify(line);
      const before = known.get(line.job);
      if (before?.told === told) continue;
      const made = jobLine(line);
      const hadFocus = before?.node.contains(document.activeElement);
      before?.node.replaceWith(made);
      known.set(line.job, { told, node: made, line });
      if (hadFocus) made.querySelector("a")?.focus();
    }
  };
  const look = async () => {
    const wanted = query();
    if (wanted !== asked) {
      asked = wanted;
      known.clear();
    }
    const reply = await ask("");
    if (asked !== wanted) return;
    take(reply.jobs);
    if (known.size <= reply.jobs.length) next = reply.next;
    const all = [...known.values()].sort((a, b) => b.line.created_ms - a.line.created_ms).map((one) => one.node);
    if (all.length !== lines.childElementCount || all.some((one, at) => lines.children[at] !== one)) fill(lines, all);
    if (all.length > 0) fill(none);
    else fill(none, asked ? empty("search", say("jobs.none_found"), say("jobs.none_found_about")) : empty("jobs", say("jobs.none"), say("jobs.none_about")));
    more.hidden = next === null;
  };
  const further = async () => {
    setBusy(more, true);
    const wanted = asked;
    try {
      const reply = await ask(`&after=${encodeURIComponent(next ?? "")}`);
      if (asked !== wanted) return;
      const fresh = reply.jobs.filter((/** @type {Line} */ { job }) => !known.has(job));
      take(reply.jobs);
      lines.append(...fresh.map((/** @type {Line} */ { job }) => known.get(job)?.node));
      next = reply.next;
      more.hidden = next === null;
    } catch (error) {
      said.textContent = sentence(error);
    } finally {
      setBusy(more, false);
    }
  };
  const isRunning = () => [...known.values()].some(({ line }) => !hasEnded(line.state));
  return { node, look, isRunning };
}
