// @ts-check
/** Who sees what, and who did what. Knows which of its pages is asked for, and none of them. */

import { sections } from "../../parts/sections.js";
import { say } from "../../words.js";

/** @param {import("../../shell/routes.js").Visit} visit @returns {Promise<import("../../shell/routes.js").Opened>} */
export async function open(visit) {
  const { path } = visit;
  if (path === "/access/reads") return (await import("./reads.js")).open(visit);
  if (path === "/access/audit") return (await import("./audit.js")).open(visit);
  return path === "/access/check" ? (await import("./check.js")).open(visit) : (await import("./simulator.js")).open(visit);
}

/** @param {string} here */
export function accessSections(here) {
  return sections(say("way.access"), [["/access", say("eyes.head")], ["/access/reads", say("reads.head")], ["/access/audit", say("audit.head")], ["/access/check", say("check.head")],
    ["/insight/spending", say("spending.head")]], here);
}
