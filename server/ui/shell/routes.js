// @ts-check
/**
 * Every page: its paths, who finds it worth opening, and the module that it is made by, which comes when it is first opened.
 * The server serves the frame for each of these paths (`http/access.rs`).
 *
 * @typedef {{path: string, params: Record<string, string>, main: HTMLElement, left: AbortSignal, isFirst: boolean}} Visit
 * @typedef {{title: string, moved?: (visit: Visit) => string | Promise<string>}} Opened what stands in the tab, and for pages
 *   that go from one of their own paths to another by themselves, how
 * @typedef {{open: (visit: Visit) => Opened | Promise<Opened>}} Page
 * @typedef {{paths: string[], least: import("./me.js").Least, load: () => Promise<Page>, styles?: string[],
 *   way?: {name: import("../words.js").Key, icon: import("../parts/icons.js").Icon}}} Route
 */

import { withWords } from "../words.js";

/** @type {Route[]} */
export const ROUTES = [
  {
    paths: ["/", "/c/{conversation}"],
    least: "anyone",
    load: () => import("../pages/ask/page.js"),
    styles: ["ask.css", "answer.css"],
    way: { name: "way.ask", icon: "ask" },
  },
  {
    paths: ["/inbox", "/inbox/{handoff}"],
    least: "editor",
    load: () => import("../pages/inbox/page.js"),
    styles: ["answer.css", "inbox.css"],
    way: { name: "way.inbox", icon: "inbox" },
  },
  {
    paths: ["/insight", "/insight/questions", "/insight/unused", "/insight/feedback", "/insight/search", "/insight/answers/{answer}"],
    least: "editor",
    load: () => withWords(["labels", "insight"], () => import("../pages/insight/page.js")),
    styles: ["answer.css", "desk.css", "insight.css"],
    way: { name: "way.insight", icon: "insight" },
  },
  {
    paths: ["/library", "/library/sources", "/library/left", "/library/sources/{source}", "/library/documents/{document}"],
    least: "editor",
    load: () => withWords(["labels", "library", "schedules"], () => import("../pages/library/page.js")),
    styles: ["desk.css", "library.css"],
    way: { name: "way.library", icon: "library" },
  },
  {
    paths: ["/jobs", "/jobs/schedules", "/jobs/indexes", "/jobs/{job}"],
    least: "editor",
    load: () => withWords(["labels", "jobs", "schedules", "indexes"], () => import("../pages/jobs/page.js")),
    styles: ["desk.css"],
    way: { name: "way.jobs", icon: "jobs" },
  },
  {
    paths: ["/people", "/people/groups", "/people/keys", "/people/{person}"],
    least: "admin",
    load: () => withWords(["labels", "people"], () => import("../pages/people/page.js")),
    styles: ["desk.css"],
    way: { name: "way.people", icon: "people" },
  },
  {
    paths: ["/access", "/access/reads", "/access/audit", "/access/check"],
    least: "admin",
    load: () => withWords(["labels", "access"], () => import("../pages/access/page.js")),
    styles: ["answer.css", "desk.css", "access.css"],
    way: { name: "way.access", icon: "access" },
  },
  {
    paths: ["/insight/spending"],
    least: "admin",
    load: () => withWords(["labels", "access"], () => import("../pages/access/spending.js")),
    styles: ["desk.css", "access.css"],
  },
  {
    paths: ["/settings", "/settings/begin"],
    least: "admin",
    load: () => withWords(["labels", "settings"], () => import("../pages/settings/page.js")),
    styles: ["answer.css", "desk.css", "settings.css"],
  },
  { paths: ["/account"], least: "reader", load: () => import("../pages/account.js") },
  { paths: ["/sign-in"], least: "anyone", load: () => import("../pages/sign-in.js") },
  { paths: ["/join"], least: "anyone", load: () => import("../pages/join.js") },
  { paths: ["/docs"], least: "anyone", load: () => import("../pages/docs/page.js"), styles: ["docs.css"] },
];

/** Pages that somebody may need who is not let in. */
export const OPEN_TO_ALL = ["/sign-in", "/join", "/docs"];

/**
 * The route of a path, with what stands in its braces.
 *
 * @param {string} path @returns {{route: Route, params: Record<string, string>} | null}
 */
export function routeOf(path) {
  for (const route of ROUTES) {
    for (const pattern of route.paths) {
      const params = matched(pattern.split("/"), path.split("/"));
      if (params) return { route, params };
    }
  }
  return null;
}

/** @param {string[]} pattern @param {string[]} path */
function matched(pattern, path) {
  if (pattern.length !== path.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [at, part] of pattern.entries()) {
    if (!part.startsWith("{")) {
      if (part !== path[at]) return null;
    } else if (path[at]) {
      params[part.slice(1, -1)] = path[at];
    } else return null;
  }
  return params;
}
