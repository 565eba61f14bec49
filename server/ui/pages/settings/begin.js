// @ts-check
/**
 * The first steps, for whoever has just become the first admin: try a question, add what the house is to know, connect a language
 * model or go on without, ask others in. Every step says whether it is done, none has to be, and one can come back.
 */

import { call } from "../../api.js";
import { answerView } from "../../answer/told.js";
import { button, linkButton, onSubmit } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { why } from "../../parts/refusal.js";
import { announce } from "../../shell/notices.js";
import { say } from "../../words.js";
import { connections } from "./connections.js";
import { hasModel } from "./page.js";

/** A model on this very machine, as the file takes it. The address is put together, since pages name no other host. */
const ADDRESS = ["http:", "", "127.0.0.1:11434", "v1"].join("/");
const EXAMPLE = `[chat]\nurl = "${ADDRESS}"\nmodel = "llama3.2"\n`;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  const [documents, sources, people, settings, { suggestions }] = await Promise.all([
    call("GET", "/documents?limit=1"), call("GET", "/sources"), call("GET", "/people"), call("GET", "/settings"), call("GET", "/suggestions"),
  ]);
  if (left.aborted) return { title: "" };
  const isFilled = sources.sources.length > 0;
  const all = [
    step(say("begin.in"), true, h("p", {}, say("begin.in_about"))),
    trial(suggestions.map((/** @type {{question: string}} */ { question }) => question), documents.total ?? 0),
    step(say("begin.add"), isFilled, h("p", {}, say("begin.add_about", { n: documents.total ?? 0 })),
      h("div", { class: "row" }, linkButton(say("begin.files"), "/library", { icon: "upload" }), linkButton(say("begin.site"), "/library/sources", { icon: "globe" }))),
    step(say("begin.model"), hasModel(settings.tables), ...model(hasModel(settings.tables))),
    step(say("begin.people"), people.people.length > 1, h("p", {}, say("begin.people_about")), h("div", { class: "row" }, linkButton(say("begin.invite"), "/people", { icon: "people" }))),
  ];
  const head = h("header", { class: "page-head" }, h("h1", {}, say("begin.welcome")), h("p", { class: "quiet" }, say("begin.about")));
  const page = h("div", { class: "page", id: "begin" }, head, h("ol", { class: "steps" }, all), h("div", { class: "row" }, linkButton(say("begin.go"), "/", { kind: "primary" })));
  const beside = h("aside", { id: "beside", hidden: true, "aria-label": say("source.beside") });
  fill(main, h("div", { class: "with-beside" }, h("div", { class: "scrolls" }, page), beside));
  return { title: say("begin.welcome") };
}

/** @param {string} title @param {boolean} isDone @param {(Node | null)[]} body */
function step(title, isDone, ...body) {
  const mark = h("span", { class: `mark ${isDone ? "good" : ""}` }, isDone ? icon("check") : null);
  return h("li", { class: "card step" }, mark, h("div", { class: "stack" }, h("h2", {}, title, h("span", { class: "unseen" }, isDone ? ` (${say("begin.done")})` : "")), body));
}

/** A question on what is there, answered in its place. @param {string[]} suggestions @param {number} n */
function trial(suggestions, n) {
  const words = h("input", { name: "question", id: "begin-question", required: true, maxlength: 4_000, dir: "auto", autocomplete: "off" });
  const said = h("p", { class: "wrong", role: "alert" });
  const place = h("div", {});
  const form = h("form", { class: "stack" }, field(say("ask.label"), words), said, h("div", { class: "row" }, button({ label: say("ask.send"), kind: "primary", type: "submit" })));
  const chips = suggestions.map((question) => h("li", {}, h("button", { type: "button", class: "chip", dir: "auto", click: () => { words.value = question; form.requestSubmit(); } }, question)));
  onSubmit(form, said, async () => {
    const reply = await call("POST", "/ask", { question: words.value.trim() });
    const view = answerView();
    view.show({ ...reply, text: reply.answer, ranges: [], looked: [], isComing: false });
    fill(place, view.node, h("p", { class: "quiet" }, say("begin.tried")));
    made.querySelector(".mark")?.replaceChildren(icon("check"));
    made.querySelector(".mark")?.classList.add("good");
    announce(say(reply.declined ? "ask.declined" : "ask.done"));
  }, why);
  const made = step(say("begin.try"), false, h("p", {}, say("begin.try_about", { n })), chips.length > 0 ? h("ul", { class: "chips row" }, chips) : null, form, place);
  return made;
}

/** @param {boolean} isConnected */
function model(isConnected) {
  if (isConnected) return [h("p", {}, say("begin.has_model")), h("div", { class: "stack" }, connections())];
  return [h("p", {}, say("begin.model_about")), h("p", {}, say("begin.model_how")), h("pre", { class: "example", tabindex: 0 }, EXAMPLE), h("p", { class: "quiet" }, say("begin.without"))];
}
