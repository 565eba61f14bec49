// @ts-check
/** The conversations beside the thread: one's own, found by their words, called otherwise, taken along, or forgotten. */

import { sentence } from "../../api.js";
import { button, linkButton, setBusy } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { item, menu } from "../../parts/menu.js";
import { person } from "../../shell/me.js";
import { toast } from "../../shell/notices.js";
import { onNews } from "../../shell/others.js";
import { day, language, say } from "../../words.js";
import * as archive from "./archive.js";

const TYPING_MS = 250;
const DAY_MS = 24 * 3_600_000;

/** @typedef {import("./archive.js").Listed} Listed */

/** @param {{gone: (id: string) => void, left: AbortSignal}} about `gone` when one was forgotten */
export function sidebar({ gone, left }) {
  const search = h("input", { type: "search", id: "find-conversation", autocomplete: "off", maxlength: 200, placeholder: say("conversations.search"), "aria-label": say("conversations.search"), class: "input" });
  const all = h("div", { class: "conversations", id: "conversations" });
  const more = button({ label: say("more"), kind: "small plain", press: () => load(next) });
  more.hidden = true;
  const node = h("div", { class: "side" },
    linkButton(say("conversations.new"), "/", { icon: "plus" }), search, all, more,
    person() ? null : h("p", { class: "quiet about-side" }, say("conversations.visitor")));
  /** @type {string | null} */
  let next = null;
  let here = "";
  /** @type {Listed[]} */
  let listed = [];
  let loads = 0;

  async function load(/** @type {string | null} */ after = null) {
    const mine = ++loads;
    setBusy(more, true);
    try {
      const found = await archive.list(search.value.trim(), after);
      if (mine !== loads) return;
      listed = after ? [...listed, ...found.conversations] : found.conversations;
      next = found.next;
      more.hidden = !next;
      draw();
    } catch (error) {
      if (mine === loads) fill(all, h("p", { class: "wrong quiet" }, sentence(error)));
    } finally {
      setBusy(more, false);
    }
  }

  function draw() {
    if (listed.length === 0) {
      fill(all, h("p", { class: "quiet" }, say(search.value ? "conversations.none_found" : "conversations.none")));
      return;
    }
    /** @type {Map<string, Listed[]>} */
    const groups = new Map();
    for (const one of listed) groups.set(dayOf(one.used_ms), [...(groups.get(dayOf(one.used_ms)) ?? []), one]);
    fill(all, [...groups].map(([name, those]) => h("section", {}, h("h2", {}, name), h("ul", { class: "lines" }, those.map(row)))));
    mark();
  }

  function mark() {
    for (const link of all.querySelectorAll("a")) {
      if (link.getAttribute("href") === `/c/${here}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** @param {Listed} one */
  function row(one) {
    const title = one.title || say("conversations.untitled");
    const opener = button({ label: say("conversations.menu", { title }), icon: "more", bare: true, kind: "plain small" });
    const things = menu(opener, () => [
      item(say("rename"), "edit", async () => (await dialogs()).renameDialog(one, load)),
      item(say("export.markdown"), "download", () => take(one.id, "markdown")),
      item(say("export.json"), "download", () => take(one.id, "json")),
      item(say("delete"), "trash", async () => (await dialogs()).deleteDialog(one, () => { load(); gone(one.id); }), "danger"),
    ]);
    return h("li", { class: "line" }, h("a", { href: `/c/${one.id}`, dir: "auto", title }, title), things);
  }

  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(load, TYPING_MS);
  });
  onNews(({ what }) => { if (what !== "person") load(); }, left);
  load();
  return {
    node,
    reload: () => load(),
    /** @param {string} id */
    at(id) {
      here = id;
      mark();
    },
  };
}

/** They come when one is first opened. */
const dialogs = () => import("./dialogs.js");

/** @param {string} id @param {"markdown" | "json"} format */
function take(id, format) {
  archive.exportAs(id, format).catch((error) => toast(sentence(error)));
}

/** Today and yesterday by their names. @param {number} ms */
function dayOf(ms) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = ms >= midnight ? 0 : Math.ceil((midnight - ms) / DAY_MS);
  if (days > 1) return days < 8 ? say("days.week") : new Intl.DateTimeFormat(language, { month: "long", year: "numeric" }).format(ms) || day(ms);
  const name = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day");
  return name[0].toUpperCase() + name.slice(1);
}
