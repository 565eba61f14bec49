// @ts-check
/** A form with files on its way to the server. By the older of the browser's two ways, the only one that tells how far it is. */

import { Refused, line } from "../../../api.js";
import { say } from "../../../words.js";

/**
 * The job that takes the files up. `progress` hears how many bytes of the files are away.
 *
 * @param {File[]} files @param {import("../../../parts/label.js").Label} label @param {(bytes: number) => void} progress @returns {Promise<string>}
 */
export function sendFiles(files, { tier, groups }, progress) {
  const form = new FormData();
  form.append("tier", tier);
  if (groups.length > 0) form.append("groups", groups.join(","));
  for (const file of files) form.append("files", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", "/api/v1/documents/upload");
  request.upload.addEventListener("progress", ({ loaded }) => progress(loaded));
  return new Promise((done, fail) => {
    request.addEventListener("load", () => {
      const reply = read(request.responseText);
      if (request.status === 202 && typeof reply?.job === "string") done(reply.job);
      else fail(refusal(request, reply));
    });
    request.addEventListener("error", () => {
      line.dispatchEvent(new Event("away"));
      fail(new Refused("away", say("error.away")));
    });
    request.send(form);
  });
}

/** @param {XMLHttpRequest} request @param {any} reply */
function refusal(request, reply) {
  const { code, message } = reply?.error ?? {};
  if (code === "not_allowed") line.dispatchEvent(new Event("stranger"));
  if (!message) return new Refused("unreadable", say("error.unreadable"), request.status);
  return new Refused(code, message, request.status, Number(request.getResponseHeader("retry-after")) || 0);
}

/** @param {string} text */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
