//! A house with something in every table, and that every table is in a backup or left out of it on purpose.

use std::collections::{BTreeMap, BTreeSet};

use retrieval::access::Principal;
use server::audit::{Audit, Deed, Occasion, Thing, What};
use server::store::{PASSING, Vectors, kept_tables};

use crate::ground::{Ground, on_both};
use crate::http::TEXTS;
use crate::library::{Home, IndexKind};

on_both!(every_table_is_judged);

/// Rows of tables that the library does not fill by itself. `W` is the workspace, `D` a document.
const ROWS: [&str; 34] = [
    "INSERT INTO generations (id, workspace_id, embedder, dimensions, created_ms, language, average_terms) \
     VALUES ('g1', 'W', 'm', 4, 1, 'german', 41.25)",
    "INSERT INTO generations (id, workspace_id, embedder, dimensions, created_ms) VALUES ('g2', 'W', 'm', 4, 1)",
    "INSERT INTO groups (workspace_id, name, created_ms) VALUES ('W', 'hr', 1)",
    "INSERT INTO people (id, workspace_id, login, name, role, tier, state, password, created_ms, updated_ms) \
     VALUES ('p1', 'W', 'ada', 'Ada Größe', 'admin', 3, 'active', '$argon2id$x', 1, 2)",
    "INSERT INTO people (id, workspace_id, login, name, role, tier, state, created_ms, updated_ms) \
     VALUES ('p2', 'W', 'bob', 'Bob', 'reader', 0, 'invited', 1, 2)",
    "INSERT INTO memberships (person_id, workspace_id, group_name) VALUES ('p1', 'W', 'hr')",
    "INSERT INTO identities (workspace_id, issuer, subject, person_id, created_ms) VALUES ('W', 'i', 's', 'p1', 1)",
    "INSERT INTO api_keys (id, person_id, name, prefix, secret_hash, scopes, narrowed, tier, group_names, ends_ms, used_ms, \
       created_ms) VALUES ('k', 'p1', 'n', 'lak_', 'h', 'read', 0, 0, '', 9223372036854775807, 0, 1)",
    "INSERT INTO sources (id, workspace_id, address, tier, group_names, plan, furniture, round, round_open, live_before, \
       plan_mark, problems, created_ms, updated_ms) \
     VALUES ('so', 'W', 'http://a.example/', 0, '', '{}', '[]', 1, 0, 0, '', '[]', 1, 1)",
    "INSERT INTO crawl_pages (source_id, url, round, verdict, live, depth, via, updated_ms) \
     VALUES ('so', 'http://a.example/', 1, 'taken', 1, 0, 'start', 1)",
    "INSERT INTO document_bands (document_id, band) VALUES ('D', -7)",
    "INSERT INTO schedules (workspace_id, name, kind, expression, is_on, anchor_ms, next_ms, last_ms) \
     VALUES ('W', 'expire', 'expire', 'every 1 d', 1, 1, 2, 0)",
    "INSERT INTO outbox (id, workspace_id, kind, subject, created_ms) VALUES ('o', 'W', 'delete_version', 'D', 1)",
    "INSERT INTO answer_records (id, workspace_id, generation_id, asker, question, answer, declined, mode, model, trace, \
       took_ms, created_ms) VALUES ('r', 'W', 'g1', 'visitor', 'why?', 'because', 0, 'extractive', '', '{}', 1, 1)",
    "INSERT INTO answer_documents (record_id, document_id, cited) VALUES ('r', 'D', 1)",
    "INSERT INTO feedback (record_id, workspace_id, helpful, reason, comment, given_ms) VALUES ('r', 'W', 1, '', '', 1)",
    "INSERT INTO conversations (id, workspace_id, owner, turns, created_ms, used_ms, ends_ms) \
     VALUES ('c', 'W', 'operator', 1, 1, 1, 4102444800000)",
    "INSERT INTO turns (conversation_id, ordinal, question, answer, declined, clearance, simulated, asked_ms) \
     VALUES ('c', 1, 'why?', 'because', 0, '', 0, 1)",
    "INSERT INTO turn_passages (conversation_id, turn, ordinal, part, document_id, version_id, point_id, n, quote, \
       start_byte, end_byte, page, heading) VALUES ('c', 1, 0, 'cited', 'D', 'v', 'p', 1, 'q', 0, 1, 0, '')",
    "INSERT INTO summaries (conversation_id, turns, summary, made_ms) VALUES ('c', 1, 's', 1)",
    "INSERT INTO summary_passages (conversation_id, document_id, version_id, point_id) VALUES ('c', 'D', 'v', 'p')",
    "INSERT INTO handoffs (id, workspace_id, conversation_id, reason, matter, tier, group_names, is_open, begun_ms, \
       resolved_ms) VALUES ('h', 'W', 'c', 'asked', '', 4, '', 1, 1, 0)",
    "INSERT INTO replies (id, conversation_id, after_turn, text, said_ms) VALUES ('y', 'c', 1, 'soon', 1)",
    "INSERT INTO evaluations (id, workspace_id, set_name, kind, mode, settings, measures, created_ms) \
     VALUES ('e', 'W', 's', 'k', 'm', '{}', '{}', 1)",
    "INSERT INTO canary_runs (id, workspace_id, at_ms, probes, leaks, remarks) VALUES ('n', 'W', 1, 2, 0, '[]')",
    "INSERT INTO receipts (document_id, workspace_id, tier, group_names, why, erased, traces, found, removed_ms, proven_ms) \
     VALUES ('x', 'W', 0, '', 'removed', '{}', '', '', 1, 2)",
    "INSERT INTO spending (workspace_id, day, payer, micros) VALUES ('W', 20000, 'everybody', -5)",
    "INSERT INTO settings (workspace_id, name, value, changed_ms) VALUES ('W', 'name', 'Hafenhilfe', 1)",
    "INSERT INTO jobs (id, workspace_id, kind, state, lease_owner, lease_until, fence, created_ms, updated_ms) \
     VALUES ('run', 'W', 'expire', 'running', 'another', 4102444800000, 3, 1, 1)",
    "INSERT INTO jobs (id, workspace_id, kind, state, lease_owner, lease_until, fence, created_ms, updated_ms) \
     VALUES ('open', 'W', 'ingest', 'open', 'another', 0, 0, 1, 1)",
    // What is for the moment.
    "INSERT INTO sign_ins (id, person_id, secret_hash, way, address, agent, created_ms, seen_ms) \
     VALUES ('si', 'p1', 'h', 'password', '', '', 1, 1)",
    "INSERT INTO links (secret_hash, workspace_id, purpose, person_id, ends_ms, created_ms) \
     VALUES ('l', 'W', 'invitation', 'p2', 4102444800000, 1)",
    "INSERT INTO errands (secret_hash, workspace_id, ends_ms) VALUES ('er', 'W', 4102444800000)",
    "INSERT INTO idempotency (workspace_id, asker, key_hash, claim, body_hash, status, reply, created_ms) \
     VALUES ('W', 'a', 'k', 'c', 'b', 200, 'r', 1)",
];

/// With documents and their originals, and a row in every table.
pub async fn filled(ground: Ground) -> Ground {
    let home = Home::new(ground, IndexKind::Memory);
    home.ingest(&TEXTS).await;
    let ground = home.ground;
    let document = ground.texts("SELECT id FROM documents ORDER BY id").await.remove(0);
    for row in ROWS {
        let row = row.replace("'W'", &format!("'{}'", ground.workspace));
        ground.sql(&row.replace("'D'", &format!("'{document}'"))).await;
    }
    let deed = Deed::new(What::GroupAdded, Occasion::here()).to(Thing::Group, "hr");
    let audit = Audit::new(ground.store.clone(), ground.workspace);
    audit.note(&Principal::operator(ground.workspace), deed).await.unwrap();
    ground
}

/// How many rows each of these tables holds.
pub async fn counts(ground: &Ground, tables: impl IntoIterator<Item = &'static str>) -> BTreeMap<&'static str, String> {
    let mut counts = BTreeMap::new();
    for table in tables {
        let count = ground.texts(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await.remove(0);
        counts.insert(table, count);
    }
    counts
}

async fn every_table_is_judged(ground: Ground) {
    let ground = filled(ground).await;
    let known: BTreeSet<&str> = kept_tables(Vectors::Kept).chain(PASSING).collect();
    let there = ground.store.cut().await.unwrap().tables().await.unwrap();
    let there: BTreeSet<&str> = there
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "_sqlx_migrations" && !name.starts_with("sqlite_"))
        .collect();
    assert_eq!(there, known, "whether a backup holds a table is decided in store/cut.rs");
    let counts = counts(&ground, kept_tables(Vectors::Kept).chain(PASSING)).await;
    let empty: Vec<_> = counts.iter().filter(|(_, count)| *count == "0").collect();
    assert!(empty.is_empty(), "put a row of it into ROWS, so that it is seen to come back: {empty:?}");
}
