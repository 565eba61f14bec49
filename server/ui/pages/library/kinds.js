// @ts-check
/** What kind of file a document was made of, in words for people. */

import { say } from "../../words.js";

/** @type {Record<string, import("../../words.js").Key>} */
const NAMES = {
  html: "kind.html", text: "kind.text", csv: "kind.table", xlsx: "kind.table", xls: "kind.table", ods: "kind.table", tsv: "kind.table",
  docx: "kind.words", doc: "kind.words", odt: "kind.words", rtf: "kind.words", pptx: "kind.slides", ppt: "kind.slides", odp: "kind.slides",
  eml: "kind.mail", msg: "kind.mail", mbox: "kind.mail", zip: "kind.archive", epub: "kind.book",
};

/** Some are called by what they are known as. */
const KNOWN = { pdf: "PDF", markdown: "Markdown", json: "JSON" };

/** @param {string | null} type */
export function kindName(type) {
  if (type === null) return "";
  const key = NAMES[type];
  return key ? say(key) : KNOWN[/** @type {keyof typeof KNOWN} */ (type)] ?? type;
}
