// @ts-check
/**
 * The events of an answer on its way. Whoever is cut off comes back for the rest by the id of the last event that arrived;
 * what never began is asked for once and no more.
 *
 * @typedef {{id: string, name: string, data: any}} Told
 */

import { Refused, send } from "../../api.js";
import { say } from "../../words.js";

const EVENTS = "text/event-stream";
/** Between two tries to come back. The first is at once: half a second later nobody is taken to listen. */
const TRIES_MS = [0, 150, 500, 1_000, 2_000, 3_000, 5_000, 5_000, 5_000, 10_000];

/** The answer is on its way no more, and how it ended is not known here. */
export class Lost extends Error {}

/** @param {object} request @param {AbortSignal} signal */
export function begin(request, signal) {
  return () => send("POST", "/ask", request, { accept: EVENTS }, signal);
}

/** Of one that is on its way: all of it, from the first word. `early.js` may have asked already. @param {string} stream @param {AbortSignal} signal */
export function resume(stream, signal) {
  return async () => {
    const early = await /** @type {any} */ (window).resumed;
    delete (/** @type {any} */ (window).resumed);
    if (early?.ok && !early.bodyUsed) return early;
    return send("GET", `/streams/${stream}`, undefined, { accept: EVENTS }, signal).catch(lost);
  };
}

/**
 * @param {() => Promise<Response>} first @param {AbortSignal} signal @param {(isCutOff: boolean) => void} told whether it waits for the line
 * @returns {AsyncGenerator<Told>}
 */
export async function* events(first, signal, told) {
  let last = "";
  let isOver = false;
  let response = await first();
  while (!isOver) {
    try {
      for await (const event of parsed(response)) {
        last = event.id || last;
        isOver = event.name === "done" || event.name === "failed";
        yield event;
      }
    } catch (error) {
      if (signal.aborted || error instanceof Refused) throw error;
    }
    if (isOver || signal.aborted) return;
    if (!last) throw new Refused("away", say("error.away"));
    told(true);
    response = await again(last, signal);
    told(false);
  }
}

/** @param {string} id @param {AbortSignal} signal @param {number} [tried] @returns {Promise<Response>} */
async function again(id, signal, tried = 0) {
  await new Promise((done) => setTimeout(done, TRIES_MS[tried]));
  try {
    return await send("GET", `/streams/${id.split(".")[0]}`, undefined, { accept: EVENTS, "last-event-id": id }, signal);
  } catch (error) {
    const isAway = error instanceof Refused && (error.code === "away" || error.status >= 500);
    if (isAway && tried + 1 < TRIES_MS.length) return again(id, signal, tried + 1);
    return lost(error);
  }
}

/** @param {unknown} error @returns {never} */
function lost(error) {
  if (error instanceof Refused && error.code !== "not_allowed" && error.code !== "too_many") throw new Lost();
  throw error;
}

/** @param {Response} response @returns {AsyncGenerator<Told>} */
async function* parsed(response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader || !response.headers.get("content-type")?.startsWith(EVENTS)) throw new Refused("unreadable", say("error.unreadable"));
  let rest = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const pieces = (rest + value).split("\n\n");
    rest = pieces.pop() ?? "";
    for (const piece of pieces) {
      const event = eventOf(piece);
      if (event) yield event;
    }
  }
}

/** @param {string} piece @returns {Told | null} */
function eventOf(piece) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of piece.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  if (!fields.event || !fields.data) return null;
  return { id: fields.id ?? "", name: fields.event, data: JSON.parse(fields.data) };
}
