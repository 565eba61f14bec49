// @ts-check
/**
 * What the house was told: by its file, the environment and the command line, so that here it can be read and not changed; what it
 * is called and how it looks, which is set here; and whether the models are there.
 *
 * @typedef {{name: string, value: string | null, secret?: boolean}} Setting
 * @typedef {{name: string, settings: Setting[]}} Table
 */

import { call } from "../../api.js";
import { linkButton } from "../../parts/button.js";
import { fill, h, theirs } from "../../parts/element.js";
import { table } from "../../parts/list.js";
import { say } from "../../words.js";
import { branding } from "./branding.js";
import { connections } from "./connections.js";

/** What each table is about, by the beginning of its name. @type {Record<string, import("../../words.js").Key>} */
const ABOUT = {
  "": "settings.house", limits: "settings.limits", answers: "settings.answers", chat: "settings.chat", embedder: "settings.embedder", reranker: "settings.reranker", crawl: "settings.crawl",
  parsing: "settings.parsing", chunks: "settings.chunks", index: "settings.index", cache: "settings.cache", backup: "settings.backup", handoff: "settings.handoff", oidc: "settings.oidc", qdrant: "settings.qdrant", widget: "settings.widget", branding: "settings.branding",
};

/** @param {import("../../shell/routes.js").Visit} visit @returns {Promise<import("../../shell/routes.js").Opened>} */
export async function open(visit) {
  const { main, left, path } = visit;
  if (path === "/settings/begin") return (await import("./begin.js")).open(visit);
  /** @type {{version: string, tables: Table[], house: import("./branding.js").HouseSetting[]}} */
  const { version, tables, house } = await call("GET", "/settings");
  if (left.aborted) return { title: "" };
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("way.settings")), linkButton(say("begin.head"), "/settings/begin")),
    h("p", { class: "quiet" }, say("settings.about")), h("p", { class: "quiet" }, say("settings.version", { version })));
  const models = h("section", { class: "card stack" }, h("h2", {}, say("settings.models")), hasModel(tables) ? null : h("p", {}, say("settings.no_model")), connections());
  fill(main, h("div", { class: "page", id: "settings" }, head, branding(house), models, tables.map(section)));
  return { title: say("way.settings") };
}

/** Whether a language model is connected. @param {Table[]} tables */
export function hasModel(tables) {
  return tables.some(({ name }) => name === "chat");
}

/** @param {Table} of */
function section({ name, settings }) {
  const about = ABOUT[name.split(".")[0]];
  const model = name.split(".").slice(2).join(".");
  const title = [about ? say(about) : name, model].filter(Boolean).join(" · ");
  const { frame, body, row } = table(title, [{ title: say("settings.name") }, { title: say("settings.value"), class: "wide" }]);
  body.append(...settings.map((one) => row(h("code", {}, name ? `${name}.${one.name}` : one.name), value(one))));
  return h("section", { class: "stack" }, h("h2", {}, title), frame);
}

/** @param {Setting} setting */
function value({ value: told, secret }) {
  if (secret !== undefined) return h("span", { class: "quiet" }, say(secret ? "settings.secret" : "settings.unset"));
  return told === null || told === "" ? h("span", { class: "quiet" }, say("settings.unset")) : theirs(told);
}
