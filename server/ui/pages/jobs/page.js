// @ts-check
/**
 * Jobs: what is being taken in and what was. Looked at again for as long as one of them runs and somebody sees the page. What
 * they are narrowed to stands in the address.
 *
 * @typedef {{job: string, kind: string, state: string, created_ms: number, updated_ms: number, own: boolean, note?: string | null,
 *   items: Record<string, number>}} Line
 */

import { call, sentence } from "../../api.js";
import { button, setBusy } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { select } from "../../parts/field.js";
import { whileItGoesOn } from "../../parts/live.js";
import { sections } from "../../parts/sections.js";
import { JOB_STATES, stateName } from "../../parts/statuses.js";
import { mayOpen } from "../../shell/me.js";
import { toast } from "../../shell/notices.js";
import { go } from "../../shell/router.js";
import { say } from "../../words.js";
import { JOB_KINDS, kindOf } from "./line.js";
import { jobList } from "./list.js";

const LOOK_MS = 2_000;
const NAMES = ["kind", "state"];

/** @param {import("../../shell/routes.js").Visit} visit @returns {Promise<import("../../shell/routes.js").Opened>} */
export async function open(visit) {
  const { main, left, params, path } = visit;
  if (path === "/jobs/schedules") return (await import("./schedules.js")).open(visit);
  if (path === "/jobs/indexes") return (await import("./indexes.js")).open(visit);
  if (params.job) return (await import("./job.js")).open(visit);
  const narrowed = narrowing(() => list.look().then(watch.begin, (error) => toast(sentence(error))));
  const list = jobList(narrowed.query);
  const watch = watching(list, left);
  const retry = button({ label: say("jobs.retry_all"), icon: "retry", press: () => retryFailed(null, retry) });
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("way.jobs")), retry), h("p", { class: "quiet" }, say("jobs.about")));
  fill(main, h("div", { class: "page", id: "jobs" }, head, jobSections("/jobs"), narrowed.node, list.node));
  await list.look();
  watch.begin();
  return { title: say("way.jobs") };
}

/** @param {string} here */
export function jobSections(here) {
  /** @type {[string, string][]} */
  const indexes = mayOpen("admin") ? [["/jobs/indexes", say("index.head")]] : [];
  return sections(say("way.jobs"), [["/jobs", say("way.jobs")], ["/jobs/schedules", say("schedules.head")], ...indexes], here);
}

/** @param {() => unknown} changed */
function narrowing(changed) {
  const start = new URLSearchParams(location.search);
  const chosen = new Map(NAMES.map((name) => [name, start.get(name) ?? ""]));
  const query = () => new URLSearchParams([...chosen].filter(([, value]) => value !== "")).toString();
  const choose = (/** @type {string} */ name) => (/** @type {string} */ value) => {
    chosen.set(name, value);
    const asked = query();
    history.replaceState(null, "", asked ? `?${asked}` : location.pathname);
    changed();
  };
  /** @param {string[]} all @param {(one: string) => string} named @returns {[string, string][]} */
  const options = (all, named) => [["", say("list.all")], ...all.map((one) => /** @type {[string, string]} */ ([one, named(one)]))];
  const node = h("div", { class: "filters even", role: "search", "aria-label": say("jobs.narrow") },
    select(say("jobs.kind"), options(JOB_KINDS, kindOf), chosen.get("kind") ?? "", choose("kind")),
    select(say("jobs.state"), options(JOB_STATES, stateName), chosen.get("state") ?? "", choose("state")));
  return { node, query };
}

/** Every two seconds while one runs; else when somebody comes back to the page. @param {ReturnType<typeof jobList>} list @param {AbortSignal} left */
function watching(list, left) {
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
  return { begin };
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
