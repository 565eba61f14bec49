// @ts-check
/**
 * Why the server did not do it, in words for whoever asked. Where its sentence says more than its code, that is said: in the
 * reader's language where it is known, else as the server says it.
 */

import { Refused, sentence } from "../api.js";
import { say } from "../words.js";

/** What stands in the sentence goes into ours. @type {[RegExp, import("../words.js").Key][]} */
const KNOWN = [
  [/^a source brings this document/, "refusal.crawled"],
  [/^somebody signs in as "(.*)" already/, "refusal.login_taken"],
  [/^there is no group "(.*)"/, "refusal.no_group"],
  [/^there is a group "(.*)" already/, "refusal.group_taken"],
  [/^nobody else is an admin/, "refusal.last_admin"],
  [/^nobody comes in by this account/, "refusal.suspended"],
  [/^"(.*)" is not a group/, "refusal.group_name"],
  [/^there is nobody of that name/, "refusal.nobody"],
  [/^this person cannot come in/, "refusal.not_in"],
  [/^((?:every |nothing says when|\d+ fields are not|(?:minute|hour|day|month)[a-z ,]*: "|"[^"]*" is not min).*)/, "refusal.expression"],
  [/^one can only ask as/, "refusal.reads_less"],
];

/** @param {unknown} error @returns {string} */
export function why(error) {
  if (!(error instanceof Refused) || error.status === 412) return sentence(error);
  for (const [known, key] of KNOWN) {
    const found = known.exec(error.message);
    if (found) return say(key, { name: found[1] ?? "" });
  }
  return error.code === "conflict" ? error.message : sentence(error);
}
