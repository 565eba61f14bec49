// @ts-check
/** The same done to many documents: a few at a time, with how far it is, and what could not be done by name and reason. */

import { Refused, call } from "../../api.js";
import { button } from "../../parts/button.js";
import { formDialog } from "../../parts/dialog.js";
import { fill, h, theirs } from "../../parts/element.js";
import { labelFields } from "../../parts/label.js";
import { pause } from "../../parts/live.js";
import { why } from "../../parts/refusal.js";
import { toast } from "../../shell/notices.js";
import { say } from "../../words.js";

/** @typedef {import("./documents.js").Line} Line */

const AT_ONCE = 4;
const PATIENCE = 3;

/** @param {Line[]} lines @param {string[]} groups @param {() => unknown} changed */
export function relabelMany(lines, groups, changed) {
  const { tier, groups: now } = lines[0];
  const chosen = labelFields({ tier, groups: now }, groups);
  ask(lines, changed, {
    title: say("many.relabel", { n: lines.length }),
    body: [titles(lines), chosen.node],
    confirm: say("save"),
    one: (line) => call("PATCH", `/documents/${line.document_id}`, chosen.value()),
  });
}

/** @param {Line[]} lines @param {() => unknown} changed */
export function removeMany(lines, changed) {
  ask(lines, changed, {
    title: say("many.delete", { n: lines.length }),
    body: [titles(lines), h("p", {}, say("document.delete_text"))],
    confirm: say("delete"),
    kind: "danger",
    one: (line) => call("DELETE", `/documents/${line.document_id}`),
  });
}

/** From the files that they came in. @param {Line[]} lines @param {() => unknown} changed */
export function rereadMany(lines, changed) {
  ask(lines, changed, {
    title: say("many.reread", { n: lines.length }),
    body: [titles(lines), h("p", {}, say("many.reread_text"))],
    confirm: say("document.read_again"),
    one: (line) => call("POST", `/documents/${line.document_id}/read-again`),
  });
}

/**
 * @param {Line[]} lines @param {() => unknown} changed
 * @param {{title: string, body: Node[], confirm: string, kind?: string, one: (line: Line) => Promise<unknown>}} about
 */
function ask(lines, changed, { title, body, confirm, kind, one }) {
  const bar = h("progress", { max: lines.length, value: 0, hidden: true, "aria-label": title });
  const told = h("div", { role: "status" });
  const dialog = formDialog({
    title, body: [...body, bar, told], confirm, kind, inWords: why,
    send: async () => {
      bar.hidden = false;
      const failed = await each(lines, one, (done) => { bar.value = done; });
      changed();
      if (failed.length === 0) return toast(say("many.done", { n: lines.length }));
      bar.hidden = true;
      const left = failed.map(({ line, why }) => h("li", {}, theirs(line.title), ": ", why));
      fill(told, h("p", { class: "wrong" }, say("many.failed", { n: failed.length })), h("ul", { class: "reasons" }, left));
      dialog.querySelector(".foot")?.replaceChildren(button({ label: say("close"), press: () => dialog.close() }));
      // What went well is done; the dialog stays open for what did not.
      throw new Refused("told", "");
    },
  });
}

/**
 * @param {Line[]} lines @param {(line: Line) => Promise<unknown>} one @param {(done: number) => void} progress
 */
async function each(lines, one, progress) {
  /** @type {{line: Line, why: string}[]} */
  const failed = [];
  const rest = [...lines];
  let done = 0;
  const hand = async () => {
    for (let line = rest.shift(); line; line = rest.shift()) {
      await patiently(() => one(/** @type {Line} */ (line))).catch((error) => failed.push({ line: /** @type {Line} */ (line), why: why(error) }));
      progress(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
  return failed;
}

/** Who does much at once is asked to wait, and does. @param {() => Promise<unknown>} deed */
async function patiently(deed) {
  for (let tried = 1; ; tried++) {
    try {
      return await deed();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "too_many" || tried === PATIENCE) throw error;
      await pause(error.waitSeconds * 1_000, new AbortController().signal);
    }
  }
}

/** @param {Line[]} lines */
function titles(lines) {
  const shown = lines.slice(0, 5).map(({ title }) => h("li", {}, theirs(title)));
  const rest = lines.length - shown.length;
  return h("ul", { class: "titles" }, shown, rest > 0 ? h("li", { class: "quiet" }, say("many.more", { n: rest })) : null);
}
