// @ts-check
/** What the pages say to the server, and what they tell the person when it refuses. */

/** A refusal, in a sentence for the person. */
export class Refused extends Error {}

/**
 * The reply's JSON, or `null` where there is none.
 *
 * @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>}
 */
export async function call(method, path, body) {
  const json = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`/api/v1${path}`, { method, ...json }).catch(() => {
    throw new Refused("The server cannot be reached. Try again in a moment.");
  });
  const reply = await response.json().catch(() => null);
  if (response.ok) return reply;
  const sentence = reply?.error?.message ?? "The server gave no answer that can be read.";
  throw new Refused(sentence + wait(response));
}

/** In how long to come back, where the server says so and its sentence does not. @param {Response} response */
function wait(response) {
  const seconds = Number(response.headers.get("retry-after"));
  return seconds > 60 ? ` (about ${Math.ceil(seconds / 60)} minutes)` : "";
}

/** A button that is disabled loses the keyboard's focus, so it only looks it. */
const BUSY = "aria-disabled";

/**
 * Send a form once, however often Enter is pressed; what goes wrong is said below it.
 *
 * @param {HTMLFormElement} form @param {HTMLElement} said @param {() => Promise<void>} send
 */
export function onSubmit(form, said, send) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.hasAttribute(BUSY)) return;
    button.setAttribute(BUSY, "true");
    said.textContent = "";
    try {
      await send();
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : "Something went wrong.";
    } finally {
      button.removeAttribute(BUSY);
    }
  });
}
