// @ts-check
/** A site: how it stands, what can be done with it, what a crawl would do with an address, and what became of each. */

import { Refused, call } from "../../api.js";
import { button, linkButton, onSubmit } from "../../parts/button.js";
import { formDialog } from "../../parts/dialog.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { steps } from "../../parts/grounds.js";
import { icon } from "../../parts/icons.js";
import { knownGroups, labelBadges, labelFields, readersOf } from "../../parts/label.js";
import { whileItGoesOn } from "../../parts/live.js";
import { isPath, place } from "../../parts/place.js";
import { why } from "../../parts/refusal.js";
import { often, planDialog } from "../../parts/schedule.js";
import { mayOpen } from "../../shell/me.js";
import { toast } from "../../shell/notices.js";
import { go } from "../../shell/router.js";
import { moment, say } from "../../words.js";
import { ledger } from "./ledger.js";
import { isGoingOn, summary } from "./sources.js";

/** @typedef {import("./sources.js").Source} Source */

const LOOK_MS = 2_000;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left, params }) {
  const path = `/sources/${encodeURIComponent(params.source)}`;
  const [first, groups] = await Promise.all([/** @type {Promise<Source>} */ (call("GET", path)), knownGroups()]);
  if (left.aborted) return { title: "" };
  const [state, told, planned] = [h("div", { class: "stack" }), h("div", {}), h("p", { class: "quiet", id: "planned" })];
  const pages = ledger(path);
  let isWatched = false;
  const draw = (/** @type {Source} */ source) => {
    fill(told, standing(source));
    fill(state, problems(source.problems), held(source, path, look));
  };
  const look = async () => {
    const source = await call("GET", path);
    draw(source);
    await pages.look();
    if (isGoingOn(source) && !isWatched) watch();
    return source;
  };
  const watch = async () => {
    isWatched = true;
    await whileItGoesOn(LOOK_MS, left, async () => isGoingOn(await look()));
    isWatched = false;
  };
  const head = h("header", { class: "page-head" }, h("div", { class: "row" }, linkButton(say("library.sources"), "/library/sources", { icon: "back", kind: "plain small" })),
    h("h1", { dir: "auto" }, theirs(place(first.address))), told, planned, deeds(first, groups, path, look));
  fill(main, h("div", { class: "page wide", id: "source" }, head, state, explain(first, path), pages.node));
  draw(first);
  schedule(first, planned);
  pages.look();
  if (isGoingOn(first)) watch();
  return { title: place(first.address) };
}

/** @param {Source} source */
function standing(source) {
  const link = isPath(source.address) ? null : h("a", { href: source.address, target: "_blank", rel: "noopener noreferrer" }, icon("open"), " ", say("source.web"));
  return h("div", { class: "stack" }, h("p", { class: "row" }, source.crawling ? h("span", { class: "badge accent" }, say("sites.crawling")) : null, labelBadges(source)),
    h("p", { class: "quiet", role: "status" }, summary(source)), h("p", { class: "quiet" }, readersOf(source), " ", link));
}

/** When it is read by itself, beside the words that say so. @param {Source} source @param {HTMLElement} told */
async function schedule(source, told) {
  const { schedules } = await call("GET", "/schedules").catch(() => ({ schedules: [] }));
  /** @type {import("../../parts/schedule.js").Schedule | undefined} */
  const now = schedules.find((/** @type {{schedule: string}} */ one) => one.schedule === source.source);
  const isOn = now?.enabled ?? false;
  const change = button({
    label: say("schedules.when"), icon: "history", kind: "plain small", id: "plan-site",
    press: () => planDialog({ title: say("schedules.when"), expression: now?.expression ?? "every 1 d", enabled: now?.enabled ?? true, name: () => source.source, saved: () => schedule(source, told) }),
  });
  const hadFocus = told.contains(document.activeElement);
  fill(told, now && isOn ? [say("sites.planned", { often: often(now.expression) }), " ", now.next_ms === null ? "" : say("schedules.next", { when: moment(now.next_ms) })] : say("sites.unplanned"), " ", change);
  if (hadFocus) change.focus();
}

/** @param {Source} source @param {string[]} groups @param {string} path @param {() => Promise<Source>} look */
function deeds(source, groups, path, look) {
  const said = h("p", { class: "wrong", role: "alert" });
  // With nothing said of how, what is known of the site stays as it is.
  const begin = (/** @type {{tier: string, groups: string[]}} */ { tier, groups: kept }) => call("POST", "/sources", { url: source.address, tier, groups: kept });
  const crawl = button({
    label: say("sites.again"), icon: "retry",
    press: async () => {
      said.textContent = "";
      await call("GET", path).then(begin).then(() => toast(say("sites.begun")), (error) => { said.textContent = why(error); });
      await look().catch(() => null);
    },
  });
  const relabel = button({
    label: say("label.change"), icon: "access",
    press: async () => {
      const chosen = labelFields(await call("GET", path), groups);
      formDialog({
        title: say("label.change"), body: [h("p", {}, say("sites.relabel_text")), chosen.node], confirm: say("save"), inWords: why,
        send: async () => { await begin(chosen.value()); await look(); },
      });
    },
  });
  const forget = button({
    label: say("delete"), icon: "trash", kind: "danger",
    press: () => formDialog({
      title: say("sites.forget"), body: [h("p", {}, theirs(place(source.address))), h("p", {}, say("sites.forget_text"))], confirm: say("delete"), kind: "danger", inWords: why,
      send: async () => {
        const { retired } = await call("DELETE", path);
        toast(say("sites.retired", { n: retired }));
        setTimeout(() => go("/library/sources"));
      },
    }),
  });
  const isForAdmins = isPath(source.address) && !mayOpen("admin");
  const all = isForAdmins ? [h("p", { class: "quiet" }, say("sites.admins_alone")), forget] : [crawl, relabel, forget];
  return [h("div", { class: "row" }, all), said];
}

/** What the last crawl would take out, and did not without somebody's word. @param {Source} source @param {string} path @param {() => Promise<unknown>} look */
function held({ verdicts }, path, look) {
  const n = verdicts.held ?? 0;
  if (n === 0) return null;
  const confirm = button({
    label: say("sites.confirm"), kind: "danger",
    press: () => formDialog({
      title: say("sites.confirm"), body: [h("p", {}, say("sites.held_text", { n }))], confirm: say("sites.confirm"), kind: "danger", inWords: why,
      send: async () => {
        const { retired } = await call("POST", `${path}/confirm`);
        toast(say("sites.retired", { n: retired }));
        await look();
      },
    }),
  });
  return h("section", { class: "card remarks" }, h("h2", {}, icon("warn"), " ", say("sites.held", { n })), h("p", {}, say("sites.held_text", { n })), h("div", { class: "row" }, confirm));
}

/** @param {string[]} all */
function problems(all) {
  if (all.length === 0) return null;
  return h("section", { class: "card remarks" }, h("h2", {}, icon("warn"), " ", say("sites.problems")), h("ul", {}, all.map((one) => h("li", {}, theirs(one)))));
}

/** @param {Source} source @param {string} path */
function explain({ address }, path) {
  const [type, asked, hint] = isPath(address) ? ["text", say("sites.test_path"), say("sites.test_path_hint")] : ["url", say("sites.test_url"), say("sites.test_hint")];
  const url = h("input", { type, name: "url", required: true, maxlength: 2_000, id: "test-url", autocapitalize: "none", spellcheck: "false" });
  const said = h("p", { class: "wrong", role: "alert" });
  const told = h("div", { role: "status" });
  const form = h("form", { class: "card stack", id: "explain" }, h("h2", {}, say("sites.test")), field(asked, url, hint), said,
    h("div", { class: "row" }, button({ label: say("sites.test"), type: "submit" })), told);
  onSubmit(form, said, async () => {
    fill(told);
    const { fetched, findings } = await call("POST", `${path}/explain`, { url: url.value.trim() });
    if (!Array.isArray(findings)) throw new Refused("unreadable", say("error.unreadable"));
    const grounds = findings.map((/** @type {{subject: string, passes: boolean, sentence: string}} */ one) => ({ rule: one.subject, holds: one.passes, sentence: one.sentence }));
    fill(told, h("div", { class: "verdict" }, h("p", { class: `row ${fetched ? "good" : "bad"}` }, icon(fetched ? "check" : "close"), h("strong", {}, say(fetched ? "sites.would" : "sites.would_not"))), steps(grounds)));
  }, why);
  return form;
}
