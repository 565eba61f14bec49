// @ts-check
/**
 * Asking one question at a time: begin a conversation if there is none, tell the answer as it comes, and settle however it
 * ended. What did not get through goes back into the box.
 *
 * @typedef {ReturnType<typeof import("./thread.js").thread>} Thread
 * @typedef {ReturnType<typeof import("./composer.js").composer>} Composer
 * @typedef {ReturnType<typeof import("./handoffs.js").handoffs>} Handoffs
 * @typedef {ReturnType<typeof turnView>} TurnView
 */

import { Refused, call, sentence } from "../../api.js";
import { hasEnded } from "../../shell/me.js";
import { announce } from "../../shell/notices.js";
import { tellOthers } from "../../shell/others.js";
import { nowAt } from "../../shell/router.js";
import { say } from "../../words.js";
import * as archive from "./archive.js";
import { setPending } from "./kept.js";
import { Lost, begin, events, resume } from "./stream.js";
import { turnView } from "./turn.js";

/** @param {{said: Thread, box: Composer, waiting: Handoffs, began: (id: string, title: string) => void, ended: () => void}} around */
export function asker({ said, box, waiting, began, ended }) {
  /** @type {{stop: AbortController, stream: string | null, isStopped: boolean} | null} */
  let running = null;
  const doing = {
    ask: (/** @type {string} */ question) => { ask(question); },
    retry: (/** @type {string} */ question) => { ask(question); },
    edit: (/** @type {string} */ question) => box.edit(question),
    passOn: () => waiting.passOn(),
  };

  /** @param {string} question */
  async function ask(question) {
    if (running) return;
    await run(question, async (signal) => {
      // What is asked now would be asked as a visitor, who reads less.
      if (hasEnded()) throw new Refused("not_allowed", say("error.not_allowed"));
      setPending({ conversation: said.id || null, question, stream: null });
      if (!said.id) await start(question, signal);
      setPending({ conversation: said.id, question, stream: null });
      return begin({ question, ...archive.asked(said.id) }, signal);
    });
  }

  /** @param {string} question @param {AbortSignal} signal */
  async function start(question, signal) {
    const id = await archive.begin(question);
    // Meanwhile another page was opened: the question waits where it was asked.
    signal.throwIfAborted();
    said.begins(id);
    box.goesOnIn(id);
    nowAt(`/c/${id}`, question.slice(0, 120));
    began(id, question.slice(0, 120));
  }

  /** @param {string} question @param {(signal: AbortSignal) => Promise<() => Promise<Response>>} from */
  async function run(question, from) {
    const mine = { stop: new AbortController(), stream: /** @type {string | null} */ (null), isStopped: false };
    running = mine;
    const view = turnView(question, doing);
    const { signal } = mine.stop;
    said.node.hidden = false;
    view.waits();
    box.asking = true;
    said.asks(view);
    announce(say("ask.looking"));
    try {
      for await (const event of events(await from(signal), signal, view.cutOff)) {
        if (signal.aborted) return;
        if (!mine.stream) begun(mine, event.id.split(".")[0], question);
        if (event.name === "done") await done(view, event.data);
        else if (event.name === "failed") throw new Refused(event.data.error.code, event.data.error.message);
        else view.hear(event);
      }
    } catch (error) {
      if (!signal.aborted || mine.isStopped) await failed(view, question, error, mine);
    } finally {
      if (running === mine) {
        running = null;
        box.asking = false;
      }
    }
  }

  /** From here on a reload can come back to it. @param {NonNullable<typeof running>} mine @param {string} stream @param {string} question */
  function begun(mine, stream, question) {
    mine.stream = stream;
    setPending({ conversation: said.id, question, stream });
  }

  /** @param {TurnView} view @param {import("../../answer/wire.js").Done} reply */
  async function done(view, reply) {
    setPending(null);
    view.ends(reply);
    if (reply.turn) said.keeps(view, reply.turn);
    waiting.are(reply.handoff ?? null);
    announce(say(reply.declined ? "ask.declined" : "ask.done"));
    tellOthers({ what: "conversation", id: said.id });
    ended();
  }

  /** @param {TurnView} view @param {string} question @param {unknown} error @param {{isStopped: boolean}} mine */
  async function failed(view, question, error, mine) {
    setPending(null);
    if (mine.isStopped) view.fails(say("ask.stopped"), { keep: true });
    else if (error instanceof Lost) await found(view, question);
    else {
      const isRevoked = error instanceof Refused && error.code === "revoked";
      view.fails(sentence(error), { keep: !isRevoked });
    }
    if (view.node.isConnected) box.offer(question);
  }

  /** It may have come to its end and be kept, though nobody heard it. @param {TurnView} view @param {string} question */
  async function found(view, question) {
    await said.more().catch(() => null);
    if (said.has(question)) view.node.remove();
    else view.fails(say("ask.lost"), { keep: true });
  }

  return {
    ask,
    get isBusy() { return running !== null; },
    /** @param {string} question @param {string} stream */
    resume(question, stream) {
      run(question, async (signal) => resume(stream, signal));
    },
    /** Enough: what was told stays. */
    stop() {
      if (!running) return;
      running.isStopped = true;
      if (running.stream) call("DELETE", `/streams/${running.stream}`).catch(() => running?.stop.abort());
      else running.stop.abort();
    },
    /** Another page is opened: nobody listens here any more. */
    leave() {
      running?.stop.abort();
      running = null;
      box.asking = false;
    },
  };
}
