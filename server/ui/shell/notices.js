// @ts-check
/**
 * What is told beside the page: to whoever listens and does not look, in passing, or for as long as something holds (the
 * server is away, a sign-in has ended).
 */

import { line } from "../api.js";
import { fill, h } from "../parts/element.js";
import { say } from "../words.js";
import { hasEnded } from "./me.js";

const TOAST_MS = 5_000;
const LOOK_AGAIN_MS = 2_000;

const heard = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
const toasts = h("div", { class: "toasts", role: "status" });
const banner = h("div", { role: "status" });

/** `back` when the server could be reached again after it could not. */
export const connection = new EventTarget();

let isAway = false;

export function notices() {
  line.addEventListener("away", away);
  line.addEventListener("here", () => { if (isAway) back(); });
  line.addEventListener("stranger", drawBanner);
  window.addEventListener("offline", drawBanner);
  window.addEventListener("online", () => (isAway ? lookAgain() : drawBanner()));
  document.body.append(heard, toasts);
  return banner;
}

/** To screen readers. @param {string} text */
export function announce(text) {
  heard.textContent = "";
  setTimeout(() => { heard.textContent = text; }, 50);
}

/** In passing. @param {string} text */
export function toast(text) {
  const shown = h("div", { class: "toast" }, text);
  // The same once more is the same.
  for (const other of toasts.children) if (other.textContent === text) other.remove();
  toasts.append(shown);
  setTimeout(() => shown.remove(), TOAST_MS);
}

function away() {
  if (isAway) return;
  isAway = true;
  drawBanner();
  setTimeout(lookAgain, LOOK_AGAIN_MS);
}

async function lookAgain() {
  if (!isAway) return;
  const response = await fetch("/readyz", { cache: "no-store" }).catch(() => null);
  if (response?.ok) back();
  else setTimeout(lookAgain, LOOK_AGAIN_MS);
}

function back() {
  isAway = false;
  drawBanner();
  connection.dispatchEvent(new Event("back"));
}

export function drawBanner() {
  const isOver = hasEnded();
  const told = isAway || !navigator.onLine ? [say(navigator.onLine ? "away" : "offline")] : isOver ? ended() : [];
  banner.className = told.length > 0 ? "banner" : "";
  fill(banner, told);
  // Where a dialog is open nothing beside it can be reached.
  for (const within of document.querySelectorAll("dialog .banner")) within.remove();
  if (isOver) document.querySelector("dialog:modal > *")?.prepend(h("p", { class: "banner" }, ended()));
}

function ended() {
  const again = h("button", { type: "button", click: async () => (await import("./again.js")).signInAgain() }, say("sign_in"));
  return [say("session.ended"), " ", again];
}
