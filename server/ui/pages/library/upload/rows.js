// @ts-check
/**
 * A file on its way into the library, as a line: how far it is, what became of it, and why.
 *
 * @typedef {"ready" | "refused" | "sending" | "taken" | "ended" | "unsent"} Stage
 * @typedef {import("../../../parts/jobs.js").Item} Item
 */

import { button } from "../../../parts/button.js";
import { fill, h, theirs } from "../../../parts/element.js";
import { icon } from "../../../parts/icons.js";
import { say, size } from "../../../words.js";
import { statusBadge } from "../../../parts/statuses.js";
import { objection } from "./files.js";

/** @typedef {ReturnType<typeof fileRow>} Row */

/** @param {File} file @param {(row: any) => void} remove */
export function fileRow(file, remove) {
  const against = objection(file);
  const told = h("span", { class: "told" });
  const why = h("p", { class: "why quiet" });
  const bar = h("progress", { max: Math.max(file.size, 1), value: 0, hidden: true, "aria-label": say("upload.progress", { name: file.name }) });
  const away = button({ label: say("upload.leave_out", { name: file.name }), icon: "close", bare: true, kind: "plain small", press: () => remove(row) });
  const node = h("li", { class: "file" }, icon("document"), h("div", { class: "about" }, h("p", { class: "name" }, theirs(file.name), h("span", { class: "quiet" }, " ", size(file.size))), bar, why), told, away);

  const row = {
    file, node,
    /** @type {Stage} */
    stage: against ? "refused" : "ready",
    isFine: false,
    /** @param {number} bytes */
    sending(bytes) {
      row.stage = "sending";
      bar.hidden = false;
      bar.value = Math.min(bytes, file.size);
      away.hidden = true;
      fill(why);
      fill(told, h("span", { class: "quiet" }, bytes >= file.size ? say("upload.arriving") : say("upload.sending")));
    },
    taken() {
      row.stage = "taken";
      bar.hidden = true;
      fill(told, statusBadge("queued"));
    },
    /** Not sent after all; it can be tried again. @param {string} reason */
    unsent(reason) {
      row.stage = "unsent";
      bar.hidden = true;
      away.hidden = false;
      fill(told, h("span", { class: "badge bad" }, say("upload.unsent")));
      fill(why, h("span", { class: "wrong" }, reason));
    },
    /** @param {Item} item @param {Item[]} inside */
    became(item, inside) {
      if (item.status === "queued") return;
      row.stage = "ended";
      row.isFine = item.status !== "failed" && inside.every(({ status }) => status !== "failed");
      const words = [item.reason, ...inside.filter(({ status }) => status === "failed").map(({ path, reason }) => `${path?.split("!/").pop()}: ${reason}`)];
      fill(told, statusBadge(item.status));
      fill(why, words.filter(Boolean).map((one) => h("span", { class: item.status === "failed" ? "wrong" : "" }, theirs(String(one)), " ")), opened(item, inside));
    },
  };
  if (against) {
    fill(told, h("span", { class: "badge bad" }, say("upload.refused")));
    fill(why, h("span", { class: "wrong" }, against));
  }
  return row;
}

/** @param {Item} item @param {Item[]} inside */
function opened({ document_id }, inside) {
  if (document_id) return h("a", { href: `/library/documents/${document_id}` }, say("upload.open"));
  const made = inside.flatMap((one) => (one.document_id ? [h("a", { href: `/library/documents/${one.document_id}` }, theirs(one.path?.split("!/").pop() ?? "")), " "] : []));
  return made.length > 0 ? h("span", {}, made) : null;
}
