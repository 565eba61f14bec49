// @ts-check
/** People, their groups, and the keys of programs. Knows which of its pages is asked for, and none of them. */

import { sections } from "../../parts/sections.js";
import { say } from "../../words.js";

/** @param {import("../../shell/routes.js").Visit} visit @returns {Promise<import("../../shell/routes.js").Opened>} */
export async function open(visit) {
  const { path, params } = visit;
  if (params.person) return (await import("./person.js")).open(visit);
  if (path === "/people/groups") return (await import("./groups.js")).open(visit);
  return path === "/people/keys" ? (await import("./keys.js")).open(visit) : (await import("./people.js")).open(visit);
}

/** @param {string} here */
export function peopleSections(here) {
  return sections(say("way.people"), [["/people", say("people.people")], ["/people/groups", say("people.groups")], ["/people/keys", say("people.keys")]], here);
}
