// @ts-check
/** What was asked and how it went. Knows which of its pages is asked for, and none of them. */

import { sections } from "../../parts/sections.js";
import { say } from "../../words.js";

/** @param {import("../../shell/routes.js").Visit} visit @returns {Promise<import("../../shell/routes.js").Opened>} */
export async function open(visit) {
  const { path, params } = visit;
  if (params.answer) return (await import("./record.js")).recordView(visit, params.answer);
  if (path === "/insight/feedback") return (await import("./feedback.js")).open(visit);
  if (path === "/insight/search") return (await import("./search.js")).open(visit);
  if (path === "/insight/questions") return (await import("./questions.js")).open(visit);
  return path === "/insight/unused" ? (await import("./unused.js")).open(visit) : (await import("./overview.js")).open(visit);
}

/** @param {string} here */
export function insightSections(here) {
  return sections(say("way.insight"), [["/insight", say("insight.overview")], ["/insight/questions", say("gaps.head")], ["/insight/unused", say("unused.head")],
    ["/insight/feedback", say("insight.feedback")], ["/insight/search", say("try.head")]], here);
}
