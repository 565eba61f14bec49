// @ts-check
/** What the list of documents is narrowed to: words, tier, group, source, what became of it on the way in, and its order. Kept in the address. */

import { call } from "../../api.js";
import { h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { TIERS, tierName } from "../../parts/label.js";
import { place } from "../../parts/place.js";
import { say } from "../../words.js";

const PAUSE_MS = 250;
const NAMES = ["q", "tier", "group", "source", "state", "problem", "sort"];
/** Of the problems, any. The server takes it by another name than one of them. */
const ANY_PROBLEM = "any";

/** @param {{groups: string[], left: AbortSignal, changed: () => unknown}} about */
export function filters({ groups, left, changed }) {
  const start = new URLSearchParams(location.search);
  const words = h("input", { type: "search", name: "q", id: "documents-search", maxlength: 200, autocomplete: "off", placeholder: say("library.search_hint"), value: start.get("q") });
  const any = /** @type {[string, string]} */ (["", say("list.all")]);
  const tier = options("tier", [any, ...TIERS.map((one) => /** @type {[string, string]} */ ([one, tierName(one)]))], start);
  const group = options("group", [any, ...groups.map((one) => /** @type {[string, string]} */ ([one, one]))], start);
  const source = options("source", [any], start);
  const state = options("state", [any, ["ready", say("library.ready")], ["waiting", say("library.waiting")], ["failed", say("library.failed")]], start);
  if (start.get("problems") === "true") start.set("problem", ANY_PROBLEM);
  const problem = options("problem", [any, [ANY_PROBLEM, say("library.with_problems")]], start);
  const sort = options("sort", [["newest", say("library.newest")], ["title", say("library.by_title")]], start);
  const node = h("form", { class: "filters", role: "search" }, field(say("list.search"), words), field(say("label.tier"), tier),
    groups.length > 0 ? field(say("library.group"), group) : null, field(say("library.source"), source), field(say("library.state"), state), field(say("library.problems"), problem), field(say("library.sort"), sort));
  const shown = [words, tier, group, source, state, problem, sort];

  const query = () => {
    const chosen = shown.filter(({ name, value }) => NAMES.includes(name) && value.trim() !== "" && value !== "newest");
    const asked = chosen.map(({ name, value }) => (name === "problem" && value === ANY_PROBLEM ? ["problems", "true"] : [name, value]));
    return new URLSearchParams(asked).toString();
  };
  const isNarrow = () => [words, tier, group, source, state, problem].some(({ value }) => value.trim() !== "");
  const apply = () => {
    const asked = query();
    history.replaceState(null, "", asked ? `?${asked}` : location.pathname);
    changed();
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  node.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  words.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => { if (!left.aborted) apply(); }, PAUSE_MS); });
  for (const one of [tier, group, source, state, problem, sort]) one.addEventListener("change", apply);
  nameSources(source, start.get("source"));
  nameProblems(problem);
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
  const made = sources.map((/** @type {{source: string, address: string}} */ one) => h("option", { value: one.source }, place(one.address)));
  select.replaceChildren(h("option", { value: "" }, say("list.all")), ...made);
  select.value = chosen ?? "";
}

/** Those that there are, with how many documents have each. @param {HTMLSelectElement} select */
async function nameProblems(select) {
  const { problems } = await call("GET", "/insight/problems").catch(() => ({ problems: [] }));
  const chosen = select.value;
  const known = problems.map((/** @type {{problem: string, documents: number}} */ { problem, documents }) => h("option", { value: problem }, say("library.problem_of", { problem, documents })));
  const own = [...select.options].filter(({ value }) => value === "" || value === ANY_PROBLEM || (value === chosen && !problems.some((/** @type {{problem: string}} */ { problem }) => problem === value)));
  select.replaceChildren(...own, ...known);
  select.value = chosen;
}
