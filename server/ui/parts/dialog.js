// @ts-check
/** Dialogs: something to decide before one goes on. The browser keeps the focus inside and gives it back. */

import { say } from "../words.js";
import { button, onSubmit } from "./button.js";
import { freshId, h } from "./element.js";

/**
 * A form in a dialog. It closes when `send` has done what was wanted; what goes wrong is said in it.
 *
 * @param {{title: string, body: (Node | string | null)[], confirm: string, kind?: string, send: () => Promise<unknown>,
 *   inWords: (error: unknown) => string}} about
 */
export function formDialog({ title, body, confirm, kind = "primary", send, inWords }) {
  const id = freshId("dialog");
  const said = h("p", { class: "wrong", role: "alert" });
  const cancel = button({ label: say("cancel"), press: () => dialog.close() });
  const foot = h("div", { class: "foot" }, cancel, button({ label: confirm, kind, type: "submit" }));
  const form = h("form", { method: "dialog" }, h("h2", { id }, title), body, said, foot);
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": id }, form);
  onSubmit(form, said, async () => {
    await send();
    dialog.close();
  }, inWords);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
