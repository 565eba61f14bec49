// @ts-check
/** Looking again for as long as something goes on, and only while somebody sees the page. */

/**
 * `look` says whether it goes on; what it throws is looked at again, later.
 *
 * @param {number} pauseMs @param {AbortSignal} left @param {() => Promise<boolean>} look
 */
export async function whileItGoesOn(pauseMs, left, look) {
  while (!left.aborted) {
    const goesOn = await look().catch(() => true);
    if (!goesOn) return;
    await pause(pauseMs, left);
    await seen(left);
  }
}

/** @param {number} ms @param {AbortSignal} left @returns {Promise<void>} */
export function pause(ms, left) {
  return new Promise((done) => {
    const timer = setTimeout(end, ms);
    left.addEventListener("abort", end, { once: true });
    function end() {
      clearTimeout(timer);
      left.removeEventListener("abort", end);
      done();
    }
  });
}

/** Until the page is in sight, or was left. @param {AbortSignal} left @returns {Promise<void>} */
function seen(left) {
  if (document.visibilityState === "visible" || left.aborted) return Promise.resolve();
  return new Promise((done) => {
    const look = () => {
      if (document.visibilityState !== "visible" && !left.aborted) return;
      document.removeEventListener("visibilitychange", look);
      done();
    };
    document.addEventListener("visibilitychange", look);
    left.addEventListener("abort", look, { once: true });
  });
}
