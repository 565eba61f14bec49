// @ts-check
/** The line at the top: who is signed in, and the way in or out. */

import { call } from "./api.js";

const account = /** @type {HTMLElement} */ (document.getElementById("account"));

show();

/** Somebody whose sign-in has ended is shown the way in again. */
async function show() {
  const me = await call("GET", "/me").catch(() => null);
  account.replaceChildren(...(me?.person ? signedIn(me.person.name) : [wayIn()]));
}

/** @param {string} name */
function signedIn(name) {
  const who = document.createElement("span");
  who.textContent = name;
  const out = document.createElement("button");
  out.type = "button";
  out.className = "plain";
  out.textContent = "Sign out";
  out.addEventListener("click", async () => {
    await call("DELETE", "/sessions/current").catch(() => null);
    // What was shown to one person is not left for the next.
    location.replace("/");
  });
  return [who, out];
}

function wayIn() {
  const link = document.createElement("a");
  link.href = "/sign-in";
  link.textContent = "Sign in";
  return link;
}
