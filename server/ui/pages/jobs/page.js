// @ts-check
/**
 * Jobs: what is being taken in and what was. Looked at again for as long as one of them runs and somebody sees the page.
 *
 * @typedef {{job: string, kind: string, state: string, created_ms: number, updated_ms: number, own: boolean, note?: string | null,
 *   items: Record<string, number>}} Line
 */

import { call, sentence } from "../../api.js";
import { button, setBusy } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { empty } from "../../parts/list.js";
import { whileItGoesOn } from "../../parts/live.js";
import { hasEnded } from "../../parts/statuses.js";
import { toast } from "../../shell/notices.js";
import { go } from "../../shell/router.js";
import { say } from "../../words.js";
import { jobLine } from "./line.js";

const LOOK_MS = 2_000;

/** @param {import("../../shell/routes.js").Visit} visit @returns {Promise<import("../../shell/routes.js").Opened>} */
export async function open(visit) {
  if (visit.params.job) return (await import("./job.js")).open(visit);
  const { main, left } = visit;
  const list = jobList();
  const retry = button({ label: say("jobs.retry_all"), icon: "retry", press: () => retryFailed(null, retry) });
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("way.jobs")), retry), h("p", { class: "quiet" }, say("jobs.about")));
  fill(main, h("div", { class: "page", id: "jobs" }, head, list.node));
  await list.look();
  watch(list, left);
  return { title: say("way.jobs") };
}

/** Every two seconds while one runs; else when somebody comes back to the page. @param {ReturnType<typeof jobList>} list @param {AbortSignal} left */
function watch(list, left) {
  let isWatching = false;
  const begin = async () => {
    if (isWatching || !list.isRunning()) return;
    isWatching = true;
    await whileItGoesOn(LOOK_MS, left, async () => (await list.look(), list.isRunning()));
    isWatching = false;
  };
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible" || isWatching) return;
    await list.look().catch(() => null);
    begin();
  }, { signal: left });
  begin();
}

function jobList() {
  /** @type {Map<string, {told: string, node: HTMLElement, line: Line}>} */
  const known = new Map();
  const lines = h("ul", { class: "cards" });
  const said = h("p", { class: "wrong", role: "alert" });
  const more = button({ label: say("more"), kind: "small", press: () => further() });
  const node = h("div", { class: "stack" }, lines, h("div", { class: "row" }, more, said));
  more.hidden = true;
  /** @type {string | null} */
  let next = null;

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
    const reply = await call("GET", "/jobs?limit=30");
    take(reply.jobs);
    if (known.size <= reply.jobs.length) next = reply.next;
    const all = [...known.values()].sort((a, b) => b.line.created_ms - a.line.created_ms).map((one) => one.node);
    if (all.length === 0) fill(node, empty("jobs", say("jobs.none"), say("jobs.none_about")));
    else if (all.some((one, at) => lines.children[at] !== one)) fill(lines, all);
    more.hidden = next === null;
  };
  const further = async () => {
    setBusy(more, true);
    try {
      const reply = await call("GET", `/jobs?limit=30&after=${encodeURIComponent(next ?? "")}`);
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

/** Of one job, or of all of the last days. @param {string | null} job @param {HTMLElement} pressed */
export async function retryFailed(job, pressed) {
  setBusy(pressed, true);
  try {
    const reply = await call("POST", "/jobs/retry", { job });
    if (reply.job) await go(`/jobs/${reply.job}`);
    else toast(say("jobs.nothing_failed"));
  } catch (error) {
    toast(sentence(error));
  } finally {
    setBusy(pressed, false);
  }
}
