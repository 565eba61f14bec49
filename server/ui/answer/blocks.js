// @ts-check
/**
 * The text of an answer as blocks: paragraphs, headings, lists, tables, quotes and code, each with where it stands in the
 * text. A few forms of Markdown and no more; what is none of them is a paragraph. Makes no elements.
 *
 * @typedef {{text: string, start: number}} Piece a stretch of the text and where it begins
 * @typedef {{kind: "paragraph" | "heading" | "quote" | "code" | "list" | "table", start: number, end: number, pieces: Piece[],
 *   rows?: Piece[][], ordered?: boolean, first?: number, level?: number}} Block
 */

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const ITEM = /^\s{0,3}(?:[-*+]|(\d{1,9})[.)])\s+/;
const QUOTE = /^\s{0,3}>\s?/;
const ROW = /^\s*\|.*$/;
const RULE = /^\s*\|?[\s:|-]*-[\s:|-]*$/;

/** @param {string} text @returns {Block[]} */
export function blocks(text) {
  const lines = split(text);
  /** @type {Block[]} */
  const found = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (line.text.trim() === "") at++;
    else {
      const taken = taker(line.text)(lines, at);
      found.push(taken.block);
      at = taken.next;
    }
  }
  return found;
}

/** @typedef {(lines: Piece[], at: number) => {block: Block, next: number}} Taker */

/** @param {string} line @returns {Taker} */
function taker(line) {
  if (FENCE.test(line)) return code;
  if (HEADING.test(line)) return heading;
  if (ROW.test(line)) return table;
  if (QUOTE.test(line)) return quote;
  return ITEM.test(line) ? list : paragraph;
}

/** @param {string} text @returns {Piece[]} */
function split(text) {
  let start = 0;
  return text.split("\n").map((line) => {
    const piece = { text: line.replace(/\r$/, ""), start };
    start += line.length + 1;
    return piece;
  });
}

/** @param {Piece} piece */
const endOf = (piece) => piece.start + piece.text.length;

/** @param {Piece} line @param {RegExp} mark */
function without(line, mark) {
  const length = mark.exec(line.text)?.[0].length ?? 0;
  return { text: line.text.slice(length), start: line.start + length };
}

/** @type {Taker} */
function paragraph(lines, at) {
  let next = at + 1;
  while (next < lines.length && lines[next].text.trim() !== "" && taker(lines[next].text) === paragraph) next++;
  const pieces = lines.slice(at, next);
  return { block: { kind: "paragraph", start: lines[at].start, end: endOf(lines[next - 1]), pieces }, next };
}

/** @type {Taker} */
function heading(lines, at) {
  const level = HEADING.exec(lines[at].text)?.[1].length ?? 1;
  const pieces = [without(lines[at], /^#{1,6}\s+/)];
  return { block: { kind: "heading", level, start: lines[at].start, end: endOf(lines[at]), pieces }, next: at + 1 };
}

/** @type {Taker} */
function quote(lines, at) {
  let next = at;
  while (next < lines.length && QUOTE.test(lines[next].text)) next++;
  const pieces = lines.slice(at, next).map((line) => without(line, QUOTE));
  return { block: { kind: "quote", start: lines[at].start, end: endOf(lines[next - 1]), pieces }, next };
}

/** Until it is closed, or the text ends, as it does while it is being told. @type {Taker} */
function code(lines, at) {
  let next = at + 1;
  while (next < lines.length && !FENCE.test(lines[next].text)) next++;
  const pieces = lines.slice(at + 1, next);
  const last = lines[Math.min(next, lines.length - 1)];
  return { block: { kind: "code", start: lines[at].start, end: endOf(last), pieces }, next: next + 1 };
}

/** An item goes on in the lines below it that begin nothing else. @type {Taker} */
function list(lines, at) {
  const number = ITEM.exec(lines[at].text)?.[1];
  /** @type {Piece[][]} */
  const rows = [];
  let next = at;
  for (; next < lines.length && lines[next].text.trim() !== ""; next++) {
    const line = lines[next];
    const mark = ITEM.exec(line.text);
    if (mark && (mark[1] !== undefined) !== (number !== undefined)) break;
    if (mark) rows.push([without(line, ITEM)]);
    else if (taker(line.text) === paragraph) rows[rows.length - 1].push({ text: line.text.trimStart(), start: line.start + line.text.length - line.text.trimStart().length });
    else break;
  }
  const block = { kind: /** @type {const} */ ("list"), start: lines[at].start, end: endOf(lines[next - 1]), pieces: rows.flat(), rows };
  return { block: { ...block, ordered: number !== undefined, first: Number(number ?? 1) }, next };
}

/** @type {Taker} */
function table(lines, at) {
  let next = at;
  while (next < lines.length && ROW.test(lines[next].text)) next++;
  const rows = lines.slice(at, next).filter((line) => !RULE.test(line.text)).map(cells);
  return { block: { kind: "table", start: lines[at].start, end: endOf(lines[next - 1]), pieces: rows.flat(), rows }, next };
}

/** A bar behind a backslash is a bar. @param {Piece} line @returns {Piece[]} */
function cells(line) {
  /** @type {Piece[]} */
  const found = [];
  let from = line.text.indexOf("|") + 1;
  for (let at = from; at <= line.text.length; at++) {
    const isEnd = at === line.text.length;
    if (!isEnd && (line.text[at] !== "|" || line.text[at - 1] === "\\")) continue;
    const raw = line.text.slice(from, at);
    if (!isEnd || raw.trim() !== "") found.push({ text: raw.trim(), start: line.start + from + raw.length - raw.trimStart().length });
    from = at + 1;
  }
  return found;
}
