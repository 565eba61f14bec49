// @ts-check
/**
 * What begins by itself: sites that are read again, and what the house does for itself. Each can be switched off, changed and,
 * where somebody set it up, taken away.
 *
 * @typedef {import("../../parts/schedule.js").Schedule} Schedule
 * @typedef {{source: string, address: string}} Site
 */

import { call } from "../../api.js";
import { button } from "../../parts/button.js";
import { formDialog } from "../../parts/dialog.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { empty } from "../../parts/list.js";
import { place } from "../../parts/place.js";
import { why } from "../../parts/refusal.js";
import { often, planDialog } from "../../parts/schedule.js";
import { announce, toast } from "../../shell/notices.js";
import { moment, say } from "../../words.js";
import { kindIcon, kindOf } from "./line.js";
import { jobSections } from "./page.js";

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  const list = h("ul", { class: "cards", id: "schedules" });
  /** @type {Schedule[]} */
  let all = [];
  const look = async () => {
    all = (await call("GET", "/schedules")).schedules;
    if (!left.aborted) draw();
  };
  const draw = () => {
    const focused = document.activeElement?.getAttribute("data-deed");
    if (all.length === 0) fill(list, h("li", {}, empty("jobs", say("schedules.none"), say("schedules.none_about"))));
    else fill(list, all.map((one) => line(one, look)));
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-deed="${focused}"]`))?.focus();
  };
  const add = button({ label: say("schedules.add"), icon: "plus", kind: "primary", id: "add-schedule", press: () => plan(all, look) });
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("schedules.head")), add), h("p", { class: "quiet" }, say("schedules.about")));
  await look();
  fill(main, h("div", { class: "page" }, head, jobSections("/jobs/schedules"), list));
  return { title: say("schedules.head") };
}

/** A site that begins by itself from now on. @param {Schedule[]} all @param {() => Promise<void>} look */
async function plan(all, look) {
  const { sources } = await call("GET", "/sources").catch(() => ({ sources: [] }));
  const free = sources.filter((/** @type {Site} */ { source }) => !all.some(({ schedule }) => schedule === source));
  if (free.length === 0) return toast(say("schedules.all_planned"));
  const site = h("select", { name: "site" }, free.map((/** @type {Site} */ { source, address }) => h("option", { value: source }, place(address))));
  return planDialog({
    title: say("schedules.add"), expression: "every 1 d", enabled: true, name: () => site.value,
    above: field(say("schedules.site"), site), saved: look,
  });
}

/** @param {Schedule} planned @param {() => Promise<void>} look */
function line(planned, look) {
  const { schedule, kind, address, expression, enabled } = planned;
  const name = address === null ? kindOf(kind) : place(address);
  const flip = h("input", { type: "checkbox", checked: enabled, "data-deed": `flip-${schedule}`, change: () => change(planned, flip, look) });
  const isOn = h("label", { class: "choice" }, flip, say("schedules.on"), h("span", { class: "unseen" }, name));
  const edit = button({
    label: say("schedules.change_one", { name }), icon: "edit", bare: true, kind: "plain small",
    press: () => planDialog({ title: say("schedules.when"), expression, enabled, name: () => schedule, saved: look }),
  });
  const away = address === null ? null : button({ label: say("schedules.remove_one", { name }), icon: "trash", bare: true, kind: "plain small", press: () => remove(planned, look) });
  edit.dataset.deed = `edit-${schedule}`;
  const title = address === null ? h("span", { class: "title" }, name) : h("a", { class: "title", href: `/library/sources/${schedule}` }, theirs(name));
  const about = h("span", { class: "about" }, title, h("span", {}, often(expression)), h("span", { class: "quiet" }, times(planned)));
  return h("li", { class: "line-card" }, icon(kindIcon(kind)), about, h("span", { class: "row" }, isOn, edit, away));
}

/** @param {Schedule} planned */
function times({ next_ms, last_ms, last_job }) {
  const last = last_ms === null ? say("schedules.never") : say("schedules.last", { when: moment(last_ms) });
  const job = last_job === null ? null : [" (", h("a", { href: `/jobs/${last_job}` }, say("schedules.last_job")), ")"];
  return h("span", {}, next_ms === null ? null : `${say("schedules.next", { when: moment(next_ms) })} · `, last, job);
}

/** @param {Schedule} planned @param {HTMLInputElement} flip @param {() => Promise<void>} look */
async function change({ schedule, expression }, flip, look) {
  try {
    await call("PUT", `/schedules/${encodeURIComponent(schedule)}`, { expression, enabled: flip.checked });
    announce(say("schedules.saved"));
    await look();
  } catch (error) {
    flip.checked = !flip.checked;
    toast(why(error));
  }
}

/** @param {Schedule} planned @param {() => Promise<void>} look */
function remove({ schedule, address }, look) {
  formDialog({
    title: say("schedules.remove_title"), confirm: say("schedules.remove"), kind: "danger", inWords: why,
    body: [h("p", {}, theirs(place(address ?? ""))), h("p", {}, say("schedules.remove_text"))],
    send: async () => {
      await call("DELETE", `/schedules/${encodeURIComponent(schedule)}`);
      await look();
    },
  });
}
