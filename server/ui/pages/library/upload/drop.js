// @ts-check
/** Files that are dragged anywhere over the page land in the one place that is meant for them. */

import { droppedFiles } from "./files.js";

/** @param {HTMLElement} over @param {HTMLElement} zone @param {AbortSignal} left @param {(files: File[]) => void} take */
export function dropTarget(over, zone, left, take) {
  const listen = { signal: left };
  const isOver = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  over.addEventListener("dragover", (event) => {
    if (!isOver(event)) return;
    event.preventDefault();
    zone.classList.add("is-over");
  }, listen);
  over.addEventListener("dragleave", (event) => { if (event.target === over || !over.contains(/** @type {Node | null} */ (event.relatedTarget))) zone.classList.remove("is-over"); }, listen);
  over.addEventListener("drop", async (event) => {
    if (!isOver(event) || !event.dataTransfer) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    const files = await droppedFiles(event.dataTransfer);
    if (!left.aborted && files.length > 0) take(files);
  }, listen);
}
