// @ts-check
/** Groups: what documents are kept for and people are in. */

import { call } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { formDialog } from "../../parts/dialog.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { empty, table } from "../../parts/list.js";
import { why } from "../../parts/refusal.js";
import { toast } from "../../shell/notices.js";
import { number, say } from "../../words.js";
import { peopleSections } from "./page.js";

/** @typedef {{name: string, members: number, documents: number}} Group */

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main }) {
  const list = h("div", { class: "stack" });
  const load = async () => {
    const { groups } = await call("GET", "/groups");
    fill(list, groups.length === 0 ? empty("people", say("groups.none"), say("groups.none_about")) : rows(groups, load));
  };
  const head = h("header", { class: "page-head" }, h("h1", {}, say("people.groups")), h("p", { class: "quiet" }, say("groups.about")));
  fill(main, h("div", { class: "page wide", id: "groups" }, head, peopleSections("/people/groups"), addForm(load), list));
  await load();
  return { title: say("people.groups") };
}

/** @param {() => Promise<void>} done */
function addForm(done) {
  const name = h("input", { name: "group", required: true, maxlength: 64, autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
  const said = h("p", { class: "wrong", role: "alert" });
  const form = h("form", { class: "card stack", id: "group-form" }, field(say("groups.name"), name, say("groups.name_hint")), said, h("div", { class: "row" }, button({ label: say("groups.add"), kind: "primary", type: "submit" })));
  onSubmit(form, said, async () => {
    await call("POST", "/groups", { name: name.value.trim() });
    form.reset();
    toast(say("groups.added"));
    await done();
    name.focus();
  }, why);
  return form;
}

/** @param {Group[]} groups @param {() => Promise<void>} again */
function rows(groups, again) {
  const { frame, body, row } = table(say("people.groups"), [{ title: say("groups.name"), class: "wide" }, { title: say("groups.members"), class: "number" }, { title: say("groups.documents"), class: "number" }, { title: say("delete") }]);
  body.append(...groups.map((group) => row(theirs(group.name), number(group.members), number(group.documents), removal(group, again))));
  return frame;
}

/** @param {Group} group @param {() => Promise<void>} again */
function removal({ name, members, documents }, again) {
  return button({
    label: say("delete"), kind: "small danger",
    press: () => formDialog({
      title: say("groups.remove", { name }), body: [h("p", {}, say("groups.remove_text")), h("p", { class: "quiet" }, say("groups.counts", { members, documents }))], confirm: say("delete"), kind: "danger", inWords: why,
      send: async () => { await call("DELETE", `/groups/${encodeURIComponent(name)}`); toast(say("groups.removed")); await again(); },
    }),
  });
}
