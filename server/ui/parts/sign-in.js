// @ts-check
/** Signing in, on a page of its own and over the page that one is on: a login and a password, or by way of a provider. */

import { call } from "../api.js";
import { tellOthers } from "../shell/others.js";
import { say } from "../words.js";
import { field } from "./field.js";
import { fill, h } from "./element.js";
import { login as loginField, password as passwordField } from "./password.js";

/** @param {string} [known] the login of whoever is to come back: over their page, whose fields have names of their own */
export function signInFields(known) {
  const [login, password] = known ? [loginField("again-login"), passwordField("again-password", "current-password")] : [loginField(), passwordField("password", "current-password")];
  login.value = known ?? "";
  async function send() {
    try {
      await call("POST", "/sessions", { login: login.value, password: password.value });
    } catch (error) {
      password.focus();
      password.select();
      throw error;
    }
    tellOthers({ what: "person" });
  }
  return { nodes: [field(say("login"), login), field(say("password"), password)], send, focus: () => (known ? password : login).focus() };
}

/** The way by a provider, as soon as it is known that there is one. */
export function provider() {
  const node = h("p", { id: "elsewhere", hidden: true });
  const offer = async () => {
    const { oidc } = await call("GET", "/sign-in-ways").catch(() => ({ oidc: null }));
    if (!oidc) return;
    fill(node, h("a", { class: "button", href: "/api/v1/oidc/start" }, say("oidc.with", { name: oidc.name })));
    node.hidden = false;
  };
  offer();
  return node;
}
