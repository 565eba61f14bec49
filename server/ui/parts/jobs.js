// @ts-check
/**
 * A job as the server tells it. Older servers give all of its items at once, newer ones a page of them and more about the job.
 *
 * @typedef {{path?: string, url?: string, status: string, document_id: string | null, chunks: number, reason: string | null}} Item
 * @typedef {{job: string, state: string, items: Item[], kind?: string, created_ms?: number, note?: string | null, stop_asked?: boolean,
 *   counts?: Record<string, number>, stages?: {name: string, done: number, total: number}[],
 *   log?: {at_ms: number, event: string, why: string | null}[], next?: string | null}} Job
 */

import { call } from "../api.js";
import { hasEnded } from "./statuses.js";

const AT_ONCE = 200;
const MOST_ITEMS = 5_000;

/** With all of its items once it has ended; while it runs, with those that come first. @param {string} id @returns {Promise<Job>} */
export async function readJob(id) {
  const path = `/jobs/${encodeURIComponent(id)}?limit=${AT_ONCE}`;
  /** @type {Job} */
  const job = await call("GET", path);
  let next = hasEnded(job.state) ? job.next : null;
  while (next && job.items.length < MOST_ITEMS) {
    /** @type {Job} */
    const more = await call("GET", `${path}&after=${encodeURIComponent(next)}`);
    job.items.push(...more.items);
    next = more.next;
  }
  return job;
}
