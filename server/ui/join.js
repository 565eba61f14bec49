// @ts-check
/**
 * Joining: whoever holds a link chooses a password, and is in. The link stands behind the # of the address, which browsers
 * send to nobody.
 *
 * @typedef {{purpose: "first_admin" | "invitation" | "reset", login: string | null, name: string | null}} Link
 */

import { call, onSubmit, Refused } from "./api.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("join"));
const greeting = /** @type {HTMLElement} */ (document.getElementById("greeting"));
const purpose = /** @type {HTMLElement} */ (document.getElementById("purpose"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));
const [login, name, password, again] = ["login", "name", "password", "again"].map(
  (id) => /** @type {HTMLInputElement} */ (document.getElementById(id)),
);

const PURPOSES = {
  first_admin: "Nobody looks after this library yet. Whoever holds this link becomes its admin.",
  invitation: "You are invited. Choose a password, and you are in.",
  reset: "Choose another password. Wherever you are signed in, you will be signed out.",
};

onSubmit(form, said, async () => {
  if (password.value !== again.value) {
    again.focus();
    again.select();
    throw new Refused("The two passwords are not the same.");
  }
  const isNew = !login.readOnly;
  const who = isNew ? { login: login.value } : {};
  await call("POST", "/links/redeem", { link: link(), ...who, name: name.value, password: password.value });
  location.replace("/");
});

window.addEventListener("hashchange", look);
look();

/** Show whom the link is for, or that it works no more. */
async function look() {
  form.hidden = true;
  try {
    /** @type {Link} */
    const found = await call("POST", "/links/inspect", { link: link() });
    greeting.textContent = found.name ? `Welcome, ${found.name}` : "Welcome";
    purpose.textContent = PURPOSES[found.purpose];
    purpose.className = "";
    login.value = found.login ?? "";
    // Password managers look for a login beside the password, also where it cannot be changed.
    login.readOnly = found.login !== null;
    name.value = found.name ?? "";
    form.hidden = false;
    (login.readOnly ? name : login).focus();
  } catch (error) {
    purpose.textContent = error instanceof Error ? error.message : "Something went wrong.";
    purpose.className = "wrong";
  }
}

function link() {
  return location.hash.slice(1);
}
