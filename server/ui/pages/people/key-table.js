// @ts-check
/**
 * Keys of programs in a table, each with the way to revoke it.
 *
 * @typedef {{id: string, owner: string, owner_login: string, name: string, prefix: string, scopes: string[], tier: string | null,
 *   groups: string[], ends_ms: number | null, used_ms: number | null, created_ms: number}} Key
 */

import { call } from "../../api.js";
import { button } from "../../parts/button.js";
import { formDialog } from "../../parts/dialog.js";
import { fill, h, theirs } from "../../parts/element.js";
import { labelBadges } from "../../parts/label.js";
import { empty, table } from "../../parts/list.js";
import { why } from "../../parts/refusal.js";
import { sliced } from "../../parts/slices.js";
import { toast } from "../../shell/notices.js";
import { day, moment, say } from "../../words.js";
import { scopeName } from "./roles.js";

/** @param {string} path @param {boolean} withOwner */
export function keyTable(path, withOwner) {
  const node = h("div", { class: "stack" });
  const load = async () => {
    try {
      const { keys } = await call("GET", path);
      fill(node, keys.length === 0 ? empty("key", say("keys.none"), say("keys.none_about")) : rows(keys, withOwner, load));
    } catch (error) {
      fill(node, h("p", { class: "wrong" }, why(error)));
    }
  };
  return { node, load };
}

/** @param {Key[]} keys @param {boolean} withOwner @param {() => Promise<void>} again */
function rows(keys, withOwner, again) {
  const owner = withOwner ? [{ title: say("keys.owner") }] : [];
  const { frame, body, row } = table(say("people.keys"), [{ title: say("keys.name"), class: "wide" }, ...owner, { title: say("keys.scopes") }, { title: say("people.reads") }, { title: say("keys.used") }, { title: say("keys.ends") }, { title: say("keys.revoke") }]);
  frame.classList.add("stacks");
  const foot = sliced(keys, body, (key) => row(...cells(key, withOwner), revoke(key, again)));
  return [frame, foot];
}

/** @param {Key} key @param {boolean} withOwner @returns {(Node | string)[]} */
function cells(key, withOwner) {
  const name = h("div", {}, h("strong", {}, theirs(key.name)), h("p", { class: "quiet" }, h("code", {}, `${key.prefix}…`)));
  const owner = withOwner ? [h("a", { href: `/people/${key.owner}` }, theirs(key.owner_login))] : [];
  const reads = key.tier === null ? say("keys.as_owner") : labelBadges({ tier: key.tier, groups: key.groups });
  const used = key.used_ms === null ? say("keys.never") : moment(key.used_ms);
  return [name, ...owner, key.scopes.map(scopeName).join(", "), reads, used, key.ends_ms === null ? say("keys.endless") : day(key.ends_ms)];
}

/** @param {Key} key @param {() => Promise<void>} again */
function revoke({ id, name }, again) {
  return button({
    label: say("keys.revoke"), kind: "small danger",
    press: () => formDialog({
      title: say("keys.revoke"), body: [h("p", {}, theirs(name)), h("p", {}, say("keys.revoke_text"))], confirm: say("keys.revoke"), kind: "danger", inWords: why,
      send: async () => { await call("DELETE", `/keys/${id}`); toast(say("keys.revoked")); await again(); },
    }),
  });
}
