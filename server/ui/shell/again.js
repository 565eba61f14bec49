// @ts-check
/** Signing in over the page that one is on: what was typed there, chosen and opened is there still. */

import { sentence } from "../api.js";
import { formDialog } from "../parts/dialog.js";
import { h } from "../parts/element.js";
import { provider, signInFields } from "../parts/sign-in.js";
import { say } from "../words.js";
import { learn, person } from "./me.js";
import { drawBanner } from "./notices.js";
import { leaveFor } from "./return.js";

export function signInAgain() {
  const before = person();
  const fields = signInFields(before?.login);
  const elsewhere = provider();
  elsewhere.addEventListener("click", () => leaveFor(location.pathname));
  formDialog({
    title: say("sign_in"), body: [h("p", { class: "quiet" }, say("session.again")), ...fields.nodes, elsewhere], confirm: say("sign_in"), inWords: sentence,
    send: async () => {
      await fields.send();
      await learn();
      // What is open here was somebody else's to see.
      if (person()?.id !== before?.id) location.reload();
      drawBanner();
    },
  });
  fields.focus();
}
