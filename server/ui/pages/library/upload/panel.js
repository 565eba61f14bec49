// @ts-check
/**
 * Files into the library: chosen or dropped, labelled, sent, and followed until it is said of each what became of it. What was
 * not sent stays in the list: a line that breaks or a sign-in that ends loses nothing.
 */

import { sentence } from "../../../api.js";
import { button, isBusy, setBusy } from "../../../parts/button.js";
import { fill, h } from "../../../parts/element.js";
import { icon } from "../../../parts/icons.js";
import { readJob } from "../../../parts/jobs.js";
import { labelFields, usualTier } from "../../../parts/label.js";
import { whileItGoesOn } from "../../../parts/live.js";
import { hasEnded } from "../../../parts/statuses.js";
import { announce } from "../../../shell/notices.js";
import { say, size } from "../../../words.js";
import { dropTarget } from "./drop.js";
import { LARGEST_FILE_BYTES, batches } from "./files.js";
import { fileRow } from "./rows.js";
import { sendFiles } from "./sending.js";

/** @typedef {import("./rows.js").Row} Row */

const LOOK_MS = 800;
const TO_SEND = ["ready", "unsent"];

/** @param {{groups: string[], left: AbortSignal, done: () => unknown}} about */
export function uploads({ groups, left, done }) {
  /** @type {Row[]} */
  let rows = [];
  const chosen = labelFields({ tier: usualTier(), groups: [] }, groups);
  const list = h("ul", { class: "files" });
  const told = h("p", { class: "quiet", role: "status", id: "upload-told" });
  const input = h("input", { type: "file", multiple: true, class: "unseen", tabindex: -1, "aria-label": say("upload.choose") });
  const choose = button({ label: say("upload.choose"), icon: "plus", press: () => input.click() });
  const send = button({ label: say("upload.send"), icon: "upload", kind: "primary", id: "upload-send", press: () => sendAll() });
  const clear = button({ label: say("upload.clear"), kind: "plain", press: () => { rows = rows.filter(({ stage }) => ["sending", "taken"].includes(stage)); redraw(); } });
  const shut = button({ label: say("close"), icon: "close", bare: true, kind: "plain", press: () => open(false) });
  const zone = h("div", { class: "drop" }, icon("upload"), h("p", {}, h("strong", {}, say("upload.drop"))), choose, input, h("p", { class: "quiet" }, say("upload.limits", { most: size(LARGEST_FILE_BYTES) })));
  const node = h("section", { class: "card stack", id: "upload", hidden: true, "aria-labelledby": "upload-head" },
    h("div", { class: "apart" }, h("h2", { id: "upload-head", tabindex: -1 }, say("library.add")), shut),
    h("div", { class: "two" }, zone, h("div", { class: "stack" }, h("h3", {}, say("label.who")), chosen.node)), list, told, h("div", { class: "row" }, send, clear));

  const open = (/** @type {boolean} */ isOpen) => {
    node.hidden = !isOpen;
    if (isOpen) choose.focus();
    else document.getElementById("add-documents")?.focus();
  };
  const redraw = () => {
    const waiting = rows.filter(({ stage }) => TO_SEND.includes(stage)).length;
    fill(list, rows.map((row) => row.node));
    if (waiting === 0 && send === document.activeElement) choose.focus({ preventScroll: true });
    send.hidden = waiting === 0;
    fill(/** @type {HTMLElement} */ (send.lastElementChild), say("upload.send_n", { n: waiting }));
    clear.hidden = rows.length === 0;
    if (rows.length === 0) fill(told);
  };
  const add = (/** @type {File[]} */ files) => {
    rows.push(...files.map((file) => fileRow(file, (row) => { rows = rows.filter((one) => one !== row); redraw(); })));
    redraw();
    if (!send.hidden) send.focus();
  };

  async function sendAll() {
    if (isBusy(send)) return;
    setBusy(send, true);
    const label = chosen.value();
    for (const batch of batches(rows.filter(({ stage }) => TO_SEND.includes(stage)))) {
      const job = await sendBatch(batch, label).catch(unsent(batch));
      if (job) follow(job, batch);
    }
    setBusy(send, false);
    redraw();
  }

  /** It stays in the list. @param {Row[]} batch */
  function unsent(batch) {
    return (/** @type {unknown} */ error) => {
      for (const row of batch) row.unsent(sentence(error));
      return null;
    };
  }

  /** @param {string} job @param {Row[]} batch */
  function follow(job, batch) {
    return whileItGoesOn(LOOK_MS, left, async () => {
      const { state, items } = await readJob(job);
      tellRows(batch, items);
      if (!hasEnded(state)) return true;
      const failed = rows.filter(({ stage, isFine }) => stage === "ended" && !isFine).length;
      const taken = rows.filter(({ stage, isFine }) => stage === "ended" && isFine).length;
      fill(told, taken > 0 ? say("upload.done", { n: taken }) : "", " ", failed > 0 ? say("upload.failed", { n: failed }) : say("upload.all_fine"), " ", h("a", { href: `/jobs/${job}` }, say("upload.job")));
      announce(told.textContent ?? "");
      done();
      return false;
    });
  }

  input.addEventListener("change", () => { add([...(input.files ?? [])]); input.value = ""; });
  window.addEventListener("beforeunload", (event) => { if (rows.some(({ stage }) => stage === "sending")) event.preventDefault(); }, { signal: left });
  redraw();
  const watch = (/** @type {HTMLElement} */ main) => dropTarget(main, zone, left, (files) => { node.hidden = false; add(files); });
  return { node, open, watch };
}

/** The job that takes them up. @param {Row[]} batch @param {import("../../../parts/label.js").Label} label */
async function sendBatch(batch, label) {
  const progress = (/** @type {number} */ bytes) => {
    let before = 0;
    for (const row of batch) {
      row.sending(Math.max(0, bytes - before));
      before += row.file.size;
    }
  };
  progress(0);
  const job = await sendFiles(batch.map(({ file }) => file), label, progress);
  for (const row of batch) row.taken();
  return job;
}

/** A job has its files in the order in which they were sent; what was found inside one is named behind it. */
function tellRows(/** @type {Row[]} */ batch, /** @type {import("./rows.js").Item[]} */ items) {
  const outer = items.filter(({ path }) => !path?.includes("!/"));
  for (const [at, row] of batch.entries()) {
    const item = outer[at];
    if (!item) continue;
    row.became(item, items.filter(({ path }) => path?.startsWith(`${item.path}!/`)));
  }
}
