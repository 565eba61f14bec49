// @ts-check
/**
 * What two texts do not have in common, line by line. The shortest way from one to the other where that can be worked out in a
 * moment; where the texts are long and have little in common, everything between what they share at both ends.
 *
 * @typedef {{kind: "same" | "out" | "in", text: string}} Line
 */

/** More steps than that take longer than somebody waits. */
const MOST_STEPS = 4_000_000;

/** @param {string} before @param {string} after @returns {Line[]} */
export function difference(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const [from, to] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  return [...told("same", old.slice(0, start)), ...between(from, to), ...told("same", old.slice(old.length - end))];
}

/** @param {string[]} from @param {string[]} to @returns {Line[]} */
function between(from, to) {
  if (from.length * to.length > MOST_STEPS) return [...told("out", from), ...told("in", to)];
  // How many lines are in common from here to both ends.
  const wide = to.length + 1;
  const common = new Uint32Array((from.length + 1) * wide);
  for (let a = from.length - 1; a >= 0; a--) {
    for (let b = to.length - 1; b >= 0; b--) {
      common[a * wide + b] = from[a] === to[b] ? common[(a + 1) * wide + b + 1] + 1 : Math.max(common[(a + 1) * wide + b], common[a * wide + b + 1]);
    }
  }
  /** @type {Line[]} */
  const lines = [];
  let [a, b] = [0, 0];
  while (a < from.length || b < to.length) {
    if (a < from.length && b < to.length && from[a] === to[b]) {
      lines.push({ kind: "same", text: from[a] });
      [a, b] = [a + 1, b + 1];
    } else if (b === to.length || (a < from.length && common[(a + 1) * wide + b] >= common[a * wide + b + 1])) lines.push({ kind: "out", text: from[a++] });
    else lines.push({ kind: "in", text: to[b++] });
  }
  return lines;
}

/** @param {Line["kind"]} kind @param {string[]} lines @returns {Line[]} */
function told(kind, lines) {
  return lines.map((text) => ({ kind, text }));
}
