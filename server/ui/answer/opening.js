// @ts-check
/** Opening a source, whose module comes when the first one is opened. */

/** @type {Promise<typeof import("./source.js")> | null} */
let loaded = null;

/** @param {import("./source.js").Wanted} wanted */
export async function openSource(wanted) {
  loaded ??= import("./source.js");
  (await loaded).openSource(wanted);
}

/** Where none was opened, there is none to be closed. */
export async function closeSource() {
  (await loaded)?.closeSource(false);
}
