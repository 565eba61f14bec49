// @ts-check
/** Deeds of the audit log in words. One that is not known yet is called as the server calls it. */

import { say } from "../../words.js";

/** @type {Record<string, import("../../words.js").Key>} */
const NAMES = {
  signed_in: "deed.signed_in", sign_in_failed: "deed.sign_in_failed", signed_out: "deed.signed_out", password_changed: "deed.password_changed",
  person_invited: "deed.person_invited", person_joined: "deed.person_joined", person_changed: "deed.person_changed", person_removed: "deed.person_removed",
  group_added: "deed.group_added", group_removed: "deed.group_removed", key_made: "deed.key_made", key_revoked: "deed.key_revoked", key_used: "deed.key_used",
  documents_added: "deed.documents_added", document_relabelled: "deed.document_relabelled", document_removed: "deed.document_removed", original_read: "deed.original_read",
  folder_synced: "deed.folder_synced", source_made: "deed.source_made", source_changed: "deed.source_changed", source_removed: "deed.source_removed",
  transcript_read: "deed.transcript_read", replied: "deed.replied", handoff_resolved: "deed.handoff_resolved", conversation_removed: "deed.conversation_removed",
  simulated: "deed.simulated", access_explained: "deed.access_explained", leaks_sought: "deed.leaks_sought", configuration: "deed.configuration", settings_changed: "deed.settings_changed", audit_exported: "deed.audit_exported", backup_taken: "deed.backup_taken", restored: "deed.restored",
  job_cancelled: "deed.job_cancelled", schedule_changed: "deed.schedule_changed", schedule_removed: "deed.schedule_removed",
};

export const DEEDS = Object.keys(NAMES);

/** @param {string} what */
export function deedName(what) {
  return NAMES[what] ? say(NAMES[what]) : what;
}
