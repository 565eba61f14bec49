// @ts-check
/** The frame of all pages: who is there, the header, what is told beside, and the page that was asked for. */

import { sentence } from "./api.js";
import { fill, h } from "./parts/element.js";
import { drawHeader, header } from "./shell/header.js";
import { learnHouse } from "./shell/house.js";
import { learn, person } from "./shell/me.js";
import { announce, connection, drawBanner, notices } from "./shell/notices.js";
import { onNews } from "./shell/others.js";
import { start } from "./shell/router.js";
import { say } from "./words.js";

const top = /** @type {HTMLElement} */ (document.getElementById("top"));
const main = /** @type {HTMLElement} */ (document.getElementById("main"));

await begin();

async function begin() {
  try {
    await Promise.all([learn(), learnHouse()]);
  } catch (error) {
    return waiting(error);
  }
  fill(top, header(), notices());
  onNews(({ what }) => { if (what === "person") somebodyElse(); });
  await start();
}

/** The server is away or not ready: the page begins by itself when it is back. @param {unknown} error */
function waiting(error) {
  fill(top, header(), notices());
  fill(main, h("p", { class: "opening" }, sentence(error)));
  connection.addEventListener("back", () => location.reload(), { once: true });
  setTimeout(() => location.reload(), 5_000);
}

/** In another tab somebody signed in or out. */
async function somebodyElse() {
  const before = person()?.id;
  await learn().catch(() => null);
  if (person()?.id === before) return drawBanner();
  drawHeader();
  announce(say("session.changed"));
  location.reload();
}
