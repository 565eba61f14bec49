// @ts-check
/**
 * The log of what was done: narrowed by who, what, to what and when; paged, and given whole as a file.
 *
 * @typedef {{number: number, at_ms: number, actor: string, person?: string, what: string, object_kind?: string, object_id?: string,
 *   detail: any, address: string}} Deed
 */

import { call } from "../../api.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { drawLatest } from "../../parts/latest.js";
import { empty, leafed, table } from "../../parts/list.js";
import { moment, number, say } from "../../words.js";
import { DEEDS, deedName } from "./deeds.js";
import { accessSections } from "./page.js";

/** Where a thing has a page of its own. @type {Record<string, string>} */
const PAGES = { document: "/library/documents/", source: "/library/sources/", job: "/jobs/", person: "/people/" };
const DAY_MS = 24 * 3_600 * 1_000;
const PAUSE_MS = 300;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  const logins = await known();
  const actor = h("input", { name: "actor", type: "search", maxlength: 254, autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
  const what = h("select", { name: "what" }, h("option", { value: "" }, say("list.all")), DEEDS.map((deed) => h("option", { value: deed }, deedName(deed))));
  const object = h("input", { name: "object", type: "search", maxlength: 300, spellcheck: "false", autocomplete: "off" });
  const [since, until] = [h("input", { name: "since", type: "date" }), h("input", { name: "until", type: "date" })];
  const list = h("div", { class: "stack" });
  const save = h("a", { class: "button", download: "audit.jsonl", id: "audit-export" }, icon("download"), h("span", {}, say("audit.export")));
  const redraw = () => {
    const asked = query({ actor: actor.value.trim(), what: what.value, object: object.value.trim(), since: since.value, until: until.value && dayAfter(until.value) });
    save.setAttribute("href", `/api/v1/audit/export${asked}`);
    return draw(list, asked, logins);
  };
  const filters = h("form", { class: "filters even", role: "search", submit: (/** @type {Event} */ event) => { event.preventDefault(); redraw(); } },
    field(say("audit.actor"), actor), field(say("audit.what"), what), field(say("audit.object"), object), field(say("audit.since"), since), field(say("audit.until"), until));
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("audit.head")), save), h("p", { class: "quiet" }, say("audit.about")));
  fill(main, h("div", { class: "page wide", id: "audit" }, head, accessSections("/access/audit"), filters, list));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const later = () => { clearTimeout(typing); typing = setTimeout(() => { if (!left.aborted) redraw(); }, PAUSE_MS); };
  for (const one of [actor, object]) one.addEventListener("input", later);
  for (const one of [what, since, until]) one.addEventListener("change", redraw);
  await redraw();
  return { title: say("audit.head") };
}

/** Logins by id, of the first of the people; of others the id stands. @returns {Promise<Map<string, string>>} */
async function known() {
  const { people } = await call("GET", "/people?limit=200").catch(() => ({ people: [] }));
  return new Map(people.map((/** @type {{id: string, login: string}} */ { id, login }) => [id, login]));
}

/** @param {Record<string, string>} chosen */
function query(chosen) {
  const asked = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value !== "")).toString();
  return asked ? `?${asked}` : "";
}

/** "Until" a day is with that day. @param {string} day */
function dayAfter(day) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** @param {HTMLElement} list @param {string} asked @param {Map<string, string>} logins */
async function draw(list, asked, logins) {
  const { frame, body, row } = table(say("audit.head"), [
    { title: say("audit.number"), class: "number less" }, { title: say("audit.when"), class: "when" }, { title: say("audit.actor") }, { title: say("audit.what") }, { title: say("audit.object") },
    { title: say("audit.detail"), class: "wide" }, { title: say("audit.address"), class: "less" },
  ]);
  frame.classList.add("stacks");
  const whole = h("div", { class: "stack" });
  const lines = (/** @type {Deed} */ deed) => row(number(deed.number), moment(deed.at_ms), actorOf(deed, logins), deedName(deed.what), objectOf(deed, logins), detailOf(deed.detail), deed.address);
  const none = () => empty("search", say("audit.none"), say("audit.none_about"));
  const { foot, loaded } = leafed({ path: `/audit${asked}`, of: "deeds", into: body, draw: lines, none, whole });
  whole.append(frame, foot);
  await drawLatest(list, whole, loaded);
}

/** @param {Deed} deed @param {Map<string, string>} logins */
function actorOf({ actor, person }, logins) {
  if (!person) return theirs(actor);
  return h("a", { href: `/people/${person}` }, theirs(logins.get(person) ?? `${person.slice(0, 8)}…`));
}

/** @param {Deed} deed @param {Map<string, string>} logins */
function objectOf({ object_kind, object_id }, logins) {
  if (!object_kind) return "";
  const name = logins.get(object_id ?? "") ?? `${object_kind} ${(object_id ?? "").slice(0, 40)}`;
  const page = PAGES[object_kind];
  return page && object_id ? h("a", { href: page + object_id }, theirs(name)) : theirs(name);
}

/** @param {any} detail */
function detailOf(detail) {
  const text = typeof detail === "string" ? detail : JSON.stringify(detail);
  return text === "{}" ? "" : h("code", { dir: "ltr" }, text);
}
