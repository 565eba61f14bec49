// @ts-check
/** Files that somebody dropped or chose: those of folders too, looked at before anything is sent, and put into batches. */

import { say, size } from "../../../words.js";

/** As the server has them (`http/uploads.rs`): what it would refuse is not sent. */
export const LARGEST_FILE_BYTES = 50 * 1024 * 1024;
/** One batch is one job; a line that breaks costs one of them. */
const BATCH_FILES = 50;
const BATCH_BYTES = 200 * 1024 * 1024;

/** Why a file cannot be taken, or nothing. @param {File} file */
export function objection(file) {
  if (file.size > LARGEST_FILE_BYTES) return say("upload.too_large", { most: size(LARGEST_FILE_BYTES) });
  return file.size === 0 ? say("upload.nothing_in_it") : null;
}

/**
 * @template {{file: File}} Row
 * @param {Row[]} rows @returns {Row[][]}
 */
export function batches(rows) {
  /** @type {Row[][]} */
  const made = [];
  let bytes = Infinity;
  for (const row of rows) {
    const last = made[made.length - 1];
    if (!last || last.length === BATCH_FILES || bytes + row.file.size > BATCH_BYTES) {
      made.push([row]);
      bytes = row.file.size;
    } else {
      last.push(row);
      bytes += row.file.size;
    }
  }
  return made;
}

/** @param {DataTransfer} dropped @returns {Promise<File[]>} */
export async function droppedFiles(dropped) {
  // The list is gone once anything was waited for.
  const entries = [...dropped.items].filter(({ kind }) => kind === "file").map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = await Promise.all(entries.map((entry) => (entry instanceof File ? [entry] : entry ? below(entry) : [])));
  return found.flat();
}

/** Hidden files of a folder stay behind, as they do at the command line. @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function below(entry) {
  if (isFile(entry)) return new Promise((done) => entry.file((file) => done([file]), () => done([])));
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {File[]} */
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((done) => reader.readEntries(done, () => done([])));
    if (some.length === 0) return found;
    for (const one of some) if (!one.name.startsWith(".")) found.push(...(await below(one)));
  }
}

/** @param {FileSystemEntry} entry @returns {entry is FileSystemFileEntry} */
function isFile(entry) {
  return entry.isFile;
}
