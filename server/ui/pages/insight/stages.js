// @ts-check
/** How long each step of an answer took, by the day: the means on each other, which together are the mean of the whole. */

import { plot } from "../../parts/plot.js";
import { say } from "../../words.js";

/** @typedef {{stage: string, mean_ms: number, p95_ms: number}} Stage */
/** @typedef {import("../../parts/plot.js").Series} Series */

/** In the order in which they follow each other. @type {{stage: string, name: import("../../words.js").Key, tone: Series["tone"]}[]} */
const STEPS = [
  { stage: "rewrite", name: "stage.rewrite", tone: "three" }, { stage: "embedding", name: "stage.embedding", tone: "one" },
  { stage: "search", name: "stage.search", tone: "four" }, { stage: "order", name: "stage.order", tone: "five" },
  { stage: "first_word", name: "stage.first_word", tone: "two" }, { stage: "words", name: "stage.words", tone: "six" },
];

/** @param {string[]} names @param {{stages: Stage[]}[]} days */
export function staged(names, days) {
  const of = (/** @type {string} */ stage, /** @type {"mean_ms" | "p95_ms"} */ what) => days.map(({ stages }) => stages.find((one) => one.stage === stage)?.[what] ?? null);
  const ms = (/** @type {number} */ n) => say("record.ms", { n });
  return plot({
    title: say("stage.head"), about: say("stage.about"), names, kind: "bars",
    series: STEPS.map(({ stage, name, tone }) => ({ name: say(name), tone, values: of(stage, "mean_ms"), told: ms })),
    also: STEPS.map(({ stage, name, tone }) => ({ name: say("stage.slow", { stage: say(name) }), tone, values: of(stage, "p95_ms"), told: ms })),
  });
}
