// @ts-check
/** What the list of documents is narrowed to: words, tier, group, source, and its order. Kept in the address. */

import { call } from "../../api.js";
import { h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { TIERS, tierName } from "../../parts/label.js";
import { say } from "../../words.js";

const PAUSE_MS = 250;
const NAMES = ["q", "tier", "group", "source", "problems", "sort"];

/** @param {{groups: string[], left: AbortSignal, changed: () => unknown}} about */
export function filters({ groups, left, changed }) {
  const start = new URLSearchParams(location.search);
  const words = h("input", { type: "search", name: "q", id: "documents-search", maxlength: 200, autocomplete: "off", placeholder: say("library.search_hint"), value: start.get("q") });
  const any = /** @type {[string, string]} */ (["", say("list.all")]);
  const tier = options("tier", [any, ...TIERS.map((one) => /** @type {[string, string]} */ ([one, tierName(one)]))], start);
  const group = options("group", [any, ...groups.map((one) => /** @type {[string, string]} */ ([one, one]))], start);
  const source = options("source", [any], start);
  const problems = options("problems", [any, ["true", say("library.with_problems")]], start);
  const sort = options("sort", [["newest", say("library.newest")], ["title", say("library.by_title")]], start);
  const node = h("form", { class: "filters", role: "search" }, field(say("list.search"), words), field(say("label.tier"), tier),
    groups.length > 0 ? field(say("library.group"), group) : null, field(say("library.source"), source), field(say("library.problems"), problems), field(say("library.sort"), sort));
  const shown = [words, tier, group, source, problems, sort];

  const query = () => {
    const chosen = shown.filter(({ name, value }) => NAMES.includes(name) && value.trim() !== "" && value !== "newest");
    return new URLSearchParams(chosen.map(({ name, value }) => [name, value])).toString();
  };
  const isNarrow = () => [words, tier, group, source, problems].some(({ value }) => value.trim() !== "");
  const apply = () => {
    const asked = query();
    history.replaceState(null, "", asked ? `?${asked}` : location.pathname);
    changed();
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  node.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  words.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => { if (!left.aborted) apply(); }, PAUSE_MS); });
  for (const one of [tier, group, source, problems, sort]) one.addEventListener("change", apply);
  nameSources(source, start.get("source"));
  return { node, query, isNarrow };
}

/** @param {string} name @param {[string, string][]} all @param {URLSearchParams} start */
function options(name, all, start) {
  const made = h("select", { name }, all.map(([value, words]) => h("option", { value }, words)));
  const wanted = start.get(name);
  // What the address names and the list does not know yet stands for itself.
  if (wanted && !all.some(([value]) => value === wanted)) made.append(h("option", { value: wanted }, wanted));
  if (wanted) made.value = wanted;
  return made;
}

/** @param {HTMLSelectElement} select @param {string | null} chosen */
async function nameSources(select, chosen) {
  const { sources } = await call("GET", "/sources").catch(() => ({ sources: [] }));
  const made = sources.map((/** @type {{source: string, address: string}} */ one) => h("option", { value: one.source }, one.address));
  select.replaceChildren(h("option", { value: "" }, say("list.all")), ...made);
  select.value = chosen ?? "";
}
