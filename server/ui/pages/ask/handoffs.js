// @ts-check
/** That a conversation waits for a person: offered, told, and looked after until somebody has answered. */

import { sentence } from "../../api.js";
import { button } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { announce, toast } from "../../shell/notices.js";
import { moment, say } from "../../words.js";
import * as archive from "./archive.js";

/** A person answers in minutes, not in seconds. */
const LOOK_MS = 15_000;

/** @param {ReturnType<typeof import("./thread.js").thread>} said */
export function handoffs(said) {
  const node = h("div", { id: "handoff", class: "handoff", role: "status", hidden: true });
  /** @type {import("../../answer/wire.js").Handoff | null} */
  let waits = null;
  let timer = 0;

  /** @param {import("../../answer/wire.js").Handoff | null} next */
  function are(next) {
    const wasResolved = waits !== null && next === null;
    waits = next;
    clearTimeout(timer);
    said.node.classList.toggle("is-waiting", waits !== null);
    node.hidden = !waits && !wasResolved;
    if (waits) {
      const again = button({ label: say("handoff.look"), icon: "retry", bare: true, kind: "plain small", press: look });
      fill(node, icon("hand"), h("span", {}, say("handoff.waits", { when: moment(waits.begun_ms) })), again);
      timer = setTimeout(lookIfSeen, LOOK_MS);
    } else if (wasResolved) fill(node, icon("check"), h("span", {}, say("handoff.resolved")));
  }

  function lookIfSeen() {
    if (document.visibilityState === "visible") look();
    else timer = setTimeout(lookIfSeen, LOOK_MS);
  }

  async function look() {
    if (!said.id) return;
    const before = said.node.querySelectorAll(".reply").length;
    const found = await said.more().catch(() => null);
    if (!found) {
      if (waits) timer = setTimeout(lookIfSeen, LOOK_MS);
      return;
    }
    if (said.node.querySelectorAll(".reply").length > before) announce(say("reply.came"));
    are(found.handoff ?? null);
  }

  return {
    node,
    are,
    look,
    clear() {
      waits = null;
      clearTimeout(timer);
      said.node.classList.remove("is-waiting");
      node.hidden = true;
    },
    async passOn() {
      if (!said.id) return;
      try {
        are(await archive.passOn(said.id));
        announce(say("handoff.done"));
      } catch (error) {
        toast(sentence(error));
      }
    },
  };
}
