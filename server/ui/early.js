// @ts-check
/**
 * What cannot wait for modules: the looks that were chosen, before the first paint, and the rest of an answer that a reload
 * cut off, before the server takes it that nobody listens any more. A script of its own, so that it runs at once.
 */
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("lectern.theme");
    if (theme) root.dataset.theme = theme;
    const pending = JSON.parse(sessionStorage.getItem("lectern.pending") ?? "null");
    if (pending?.stream && location.pathname === `/c/${pending.conversation}`) {
      const headers = { accept: "text/event-stream" };
      /** @type {any} */ (window).resumed = fetch(`/api/v1/streams/${pending.stream}`, { headers }).catch(() => null);
    }
  } catch {
    // Where nothing may be stored, nothing was.
  }
})();
