// @ts-check
/** How fast a job is and how long it may take yet, from what was seen of it since the page was opened. Says nothing before it has
 * seen enough. */

const LEAST_MS = 4_000;

export function pace() {
  /** @type {{at: number, done: number} | null} */
  let first = null;
  let last = { at: 0, done: 0, all: 0 };

  /** @param {{done: number, all: number}} now */
  const saw = ({ done, all }) => {
    last = { at: performance.now(), done, all };
    first ??= last;
  };
  /** Milliseconds for one, and for all that are left. @returns {{eachMs: number, leftMs: number} | null} */
  const now = () => {
    if (!first || last.done >= last.all) return null;
    const [tookMs, done] = [last.at - first.at, last.done - first.done];
    return done > 0 && tookMs >= LEAST_MS ? { eachMs: tookMs / done, leftMs: ((last.all - last.done) * tookMs) / done } : null;
  };
  return { saw, now };
}
