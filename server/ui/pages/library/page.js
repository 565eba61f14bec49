// @ts-check
/** The library: what is in it, and where it comes from. Knows which of its pages is asked for, and none of them. */

import { sections } from "../../parts/sections.js";
import { say } from "../../words.js";

/** @param {import("../../shell/routes.js").Visit} visit @returns {Promise<import("../../shell/routes.js").Opened>} */
export async function open(visit) {
  const { path, params } = visit;
  if (params.document) return (await import("./document.js")).open(visit);
  if (params.source) return (await import("./source.js")).open(visit);
  if (path === "/library/left") return (await import("./left.js")).open(visit);
  return path === "/library/sources" ? (await import("./sources.js")).open(visit) : (await import("./documents.js")).open(visit);
}

/** @param {string} here */
export function librarySections(here) {
  return sections(say("way.library"), [["/library", say("library.documents")], ["/library/sources", say("library.sources")], ["/library/left", say("left.tab")]], here);
}
