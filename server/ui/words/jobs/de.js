// @ts-check
/** Was die Seiten über Aufträge auf Deutsch sagen. */

/** @type {Record<keyof typeof import("./en.js").default, import("../../words.js").Message>} */
export default {
  "jobs.about": "Was gerade aufgenommen wird, und was aufgenommen wurde.",
  "jobs.became": "Wurde",
  "jobs.crawl": "Website lesen",
  "jobs.expire": "Abgelaufenes vergessen",
  "jobs.backup": "Sicherung anlegen",
  "jobs.failed": { one: "{n} gescheitert", other: "{n} gescheitert" },
  "jobs.ingest": "Dateien aufnehmen",
  "jobs.item": "Eintrag",
  "jobs.item_list": "Einträge dieses Auftrags",
  "jobs.items": { one: "{n} Eintrag", other: "{n} Einträge" },
  "jobs.left": { one: "noch etwa {n} Minute", other: "noch etwa {n} Minuten" },
  "jobs.left_seconds": "noch weniger als eine Minute",
  "jobs.none": "Noch wurde nichts aufgenommen",
  "jobs.none_about": "Hinzugefügte Dateien und gelesene Websites stehen hier als Aufträge.",
  "jobs.nothing_failed": "Nichts ist gescheitert, oder alles wurde seither neu übergeben.",
  "jobs.one": "Auftrag",
  "jobs.own": "von Ihnen",
  "jobs.part": "{n} von {all} Einträgen",
  "jobs.parts": "Teile",
  "jobs.progress": "Wie weit es ist",
  "jobs.reconcile": "Index in Ordnung bringen",
  "jobs.retry": "Gescheitertes noch einmal versuchen",
  "jobs.retry_all": "Gescheitertes der letzten Tage noch einmal versuchen",
  "jobs.statuses": "Was sie wurden",
  "jobs.stop": "Abbrechen",
  "jobs.stopping": "Er wird abgebrochen.",
  "jobs.why": "Warum",
};
