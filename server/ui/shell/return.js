// @ts-check
/** Where somebody was who goes to sign in, so that they come back to it. Never another site: it is kept here, not in an address. */

const KEPT = "lectern.return";

/** @param {string} path */
export function leaveFor(path) {
  try {
    sessionStorage.setItem(KEPT, path);
  } catch {
    // Then they come back to the first page.
  }
}

/** Once. */
export function wayBack() {
  try {
    const path = sessionStorage.getItem(KEPT) ?? "/";
    sessionStorage.removeItem(KEPT);
    return path.startsWith("/") && !path.startsWith("//") ? path : "/";
  } catch {
    return "/";
  }
}
