// @ts-check
/** One person: what they may do and read, where they are signed in, their keys, and the ways out. */

import { call } from "../../api.js";
import { button, linkButton, onSubmit } from "../../parts/button.js";
import { formDialog } from "../../parts/dialog.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { OF_READERS, knownGroups, labelFields } from "../../parts/label.js";
import { why } from "../../parts/refusal.js";
import { toast } from "../../shell/notices.js";
import { go } from "../../shell/router.js";
import { day, moment, say } from "../../words.js";
import { linkOnce, roleField } from "./invite.js";
import { keyTable } from "./key-table.js";
import { stateOf } from "./roles.js";

/** @typedef {import("./people.js").Person} Person */
/** @typedef {{id: string, current: boolean, way: string, address: string, agent: string, created_ms: number, seen_ms: number}} Stay */

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left, params }) {
  const path = `/people/${encodeURIComponent(params.person)}`;
  const [first, groups] = await Promise.all([/** @type {Promise<Person>} */ (call("GET", path)), knownGroups()]);
  if (left.aborted) return { title: "" };
  const page = h("div", { class: "page", id: "person" });
  fill(main, page);
  const draw = (/** @type {Person} */ person) => {
    const again = async () => draw(await call("GET", path));
    const back = h("div", { class: "row" }, linkButton(say("people.people"), "/people", { icon: "back", kind: "plain small" }));
    const head = h("header", { class: "page-head" }, back, h("h1", { dir: "auto", tabindex: -1 }, person.name || person.login),
      h("p", { class: "row" }, stateOf(person.state), h("span", { class: "quiet" }, theirs(person.login), " · ", say("people.since", { when: day(person.created_ms) }))), deeds(person, path, again));
    fill(page, head, rights(person, groups, path, again), stays(path), keys(person));
  };
  draw(first);
  return { title: first.name || first.login };
}

/** @param {Person} person @param {string[]} groups @param {string} path @param {() => Promise<void>} again */
function rights(person, groups, path, again) {
  const name = h("input", { name: "name", maxlength: 100, value: person.name, autocomplete: "off" });
  const { role, about } = roleField(person.role);
  const label = labelFields(person, groups, OF_READERS);
  const said = h("p", { class: "wrong", role: "alert" });
  const form = h("form", { class: "card stack", id: "rights" }, h("h2", {}, say("people.rights")),
    h("div", { class: "two" }, h("div", { class: "stack" }, field(say("people.name"), name), field(say("people.role"), role), about), label.node), said,
    h("div", { class: "row" }, button({ label: say("save"), kind: "primary", type: "submit" })));
  onSubmit(form, said, async () => {
    const change = changed(person, { name: name.value.trim(), role: role.value, ...label.value() });
    if (Object.keys(change).length > 0) await call("PATCH", path, change);
    toast(say("people.saved"));
    await again();
    document.querySelector("h1")?.focus();
  }, why);
  return form;
}

/** Only what is other than it was: what somebody else changed meanwhile stays. @param {Person} before @param {Pick<Person, "name" | "role" | "tier" | "groups">} now */
function changed(before, now) {
  const keys = /** @type {(keyof typeof now)[]} */ (Object.keys(now));
  return Object.fromEntries(keys.filter((key) => JSON.stringify(sorted(before[key])) !== JSON.stringify(sorted(now[key]))).map((key) => [key, now[key]]));
}

/** @param {string | string[]} value */
function sorted(value) {
  return Array.isArray(value) ? [...value].sort() : value;
}

/** @param {Person} person @param {string} path @param {() => Promise<void>} again */
function deeds(person, path, again) {
  const made = h("div", { role: "status" });
  const link = button({
    label: say(person.has_password ? "people.reset" : "people.link_again"), icon: "key",
    press: () => formDialog({
      title: say("people.link_again"), body: [h("p", {}, say("people.link_text"))], confirm: say("people.link_make"), inWords: why,
      send: async () => {
        const { url } = await call("POST", `${path}/link`);
        fill(made, linkOnce(person.login, url));
      },
    }),
  });
  const isOut = person.state === "suspended";
  const suspend = button({
    label: say(isOut ? "people.activate" : "people.suspend"), icon: isOut ? "check" : "stop",
    press: () => formDialog({
      title: say(isOut ? "people.activate" : "people.suspend"), body: [h("p", {}, say(isOut ? "people.activate_text" : "people.suspend_text"))],
      confirm: say(isOut ? "people.activate" : "people.suspend"), kind: isOut ? "primary" : "danger", inWords: why,
      send: async () => { await call("PATCH", path, { state: isOut ? "active" : "suspended" }); await again(); },
    }),
  });
  const remove = button({
    label: say("delete"), icon: "trash", kind: "danger",
    press: () => formDialog({
      title: say("people.remove"), body: [h("p", {}, theirs(person.login)), h("p", {}, say("people.remove_text"))], confirm: say("delete"), kind: "danger", inWords: why,
      send: async () => {
        await call("DELETE", path);
        toast(say("people.removed"));
        setTimeout(() => go("/people"));
      },
    }),
  });
  return [h("div", { class: "row" }, link, suspend, remove), made];
}

/** @param {string} path */
function stays(path) {
  const list = h("ul", { class: "stack" });
  const said = h("p", { class: "wrong", role: "alert" });
  const out = button({
    label: say("people.sign_out"), kind: "small", icon: "out",
    press: async () => {
      await call("DELETE", `${path}/sessions`).then(({ ended }) => toast(say("people.signed_out", { n: ended })), (error) => { said.textContent = why(error); });
      load();
    },
  });
  const load = async () => {
    try {
      const { sessions } = await call("GET", `${path}/sessions`);
      out.hidden = sessions.length === 0;
      fill(list, sessions.length === 0 ? h("li", { class: "quiet" }, say("people.no_stays")) : sessions.map(stayLine));
    } catch (error) {
      said.textContent = why(error);
    }
  };
  load();
  return h("section", { class: "card stack" }, h("div", { class: "apart" }, h("h2", {}, say("people.stays")), out), list, said);
}

/** @param {Stay} stay */
function stayLine({ agent, address, seen_ms }) {
  return h("li", {}, h("p", {}, theirs(agent.slice(0, 160))), h("p", { class: "quiet" }, address, " · ", moment(seen_ms)));
}

/** @param {Person} person */
function keys({ id }) {
  const list = keyTable(`/keys?owner=${id}`, false);
  list.load();
  return h("section", { class: "stack" }, h("h2", {}, say("people.keys")), list.node);
}
