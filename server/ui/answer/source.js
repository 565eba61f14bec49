// @ts-check
/**
 * The source panel: a document's text, open at the quote. Beside the page where there is room, a dialog where there is none.
 * The text comes from the server when it is opened, so it is what may be read now.
 *
 * @typedef {import("./wire.js").Cited} Cited
 * @typedef {{citation: Cited | import("./wire.js").Looked, all: Cited[], opener: HTMLElement}} Wanted
 */

import { send, sentence } from "../api.js";
import { button } from "../parts/button.js";
import { fill, freshId, h, theirs } from "../parts/element.js";
import { icon } from "../parts/icons.js";
import { say } from "../words.js";
import { documentText } from "./text.js";
import { placeIn, webAddress } from "./wire.js";

const NARROW = window.matchMedia("(max-width: 64rem)");

/** @type {{frame: HTMLElement, opener: HTMLElement, shut: () => void} | null} */
let shown = null;

/** @param {Wanted} wanted */
export async function openSource(wanted) {
  closeSource(false);
  const { citation } = wanted;
  const id = freshId("source");
  const close = button({ label: say("close"), icon: "close", bare: true, kind: "plain small", press: () => closeSource() });
  const place = placeIn(citation, say("page", { n: citation.page ?? 0 }));
  const head = h("header", { class: "source-head" },
    h("div", { class: "apart" }, h("h2", { id, tabindex: -1, dir: "auto" }, citation.title), close),
    place ? h("p", { class: "quiet" }, theirs(place)) : null, originals(citation));
  const body = h("div", { class: "source-text", tabindex: 0, role: "region", "aria-label": say("source.text") }, h("p", { class: "quiet" }, say("source.opening")));
  present(h("section", { class: "source", "aria-labelledby": id }, head, body), id, wanted.opener);
  head.querySelector("h2")?.focus();
  try {
    const bytes = await (await send("GET", `/documents/${citation.document_id}/text`)).arrayBuffer();
    if (!body.isConnected) return;
    const quotes = wanted.all.filter(({ document_id }) => document_id === citation.document_id);
    fill(body, documentText(bytes, quotes, "quote" in citation ? citation : null));
    body.querySelector("mark.is-chosen")?.scrollIntoView({ block: "center" });
  } catch (error) {
    fill(body, h("p", { class: "wrong" }, sentence(error)));
  }
}

/** @param {boolean} [goBack] the focus goes back to what opened it */
export function closeSource(goBack = true) {
  if (!shown) return;
  const { frame, opener, shut } = shown;
  shown = null;
  shut();
  frame.remove();
  if (goBack && opener.isConnected) opener.focus();
}

/** @param {HTMLElement} panel @param {string} id @param {HTMLElement} opener */
function present(panel, id, opener) {
  const beside = document.getElementById("beside");
  if (NARROW.matches || !beside) return modal(panel, id, opener);
  const close = (/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") closeSource(); };
  panel.addEventListener("keydown", close);
  beside.append(panel);
  beside.hidden = false;
  shown = { frame: panel, opener, shut: () => { beside.hidden = true; } };
}

/** @param {HTMLElement} panel @param {string} id @param {HTMLElement} opener */
function modal(panel, id, opener) {
  const dialog = h("dialog", { class: "sheet", "aria-labelledby": id }, panel);
  dialog.addEventListener("close", () => closeSource());
  document.body.append(dialog);
  dialog.showModal();
  shown = { frame: dialog, opener, shut: () => dialog.close() };
}

/** @param {Cited | import("./wire.js").Looked} citation */
function originals(citation) {
  const address = webAddress(citation);
  const at = citation.page ? `#page=${citation.page}` : "";
  const file = `/api/v1/documents/${citation.document_id}/original${at}`;
  const link = address
    ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, icon("open"), " ", say("source.web"))
    : h("a", { href: file, download: true }, icon("download"), " ", say("source.original"), " ", theirs(citation.url));
  return h("p", { class: "quiet" }, link, citation.page && !address ? ` · ${say("source.at_page", { n: citation.page })}` : null);
}
