// @ts-check
/** The other tabs of this browser: told what changed, so that none of them shows what was. */

/** @typedef {{what: "conversation", id: string} | {what: "conversations"} | {what: "person"}} News */

const channel = "BroadcastChannel" in window ? new BroadcastChannel("lectern") : null;

/** @param {News} news */
export function tellOthers(news) {
  channel?.postMessage(news);
}

/** @param {(news: News) => void} heard @param {AbortSignal} [until] */
export function onNews(heard, until) {
  channel?.addEventListener("message", ({ data }) => heard(data), { signal: until });
}
