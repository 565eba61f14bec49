//! The rooms: which part of ours each may use, and where a foreign crate is at home.
//!
//! Reads `use` lines and paths in code, so a re-export can get past it; a reviewer has to see that. Tests, benches and
//! examples may name what they like.

use super::code::Code;
use super::tree::{self, SourceFile, is_below};
use super::{Findings, assert_none};

/// A folder or file, and all of ours that it may use besides itself.
struct Room {
    place: &'static str,
    may: &'static [&'static str],
}

const fn room(place: &'static str, may: &'static [&'static str]) -> Room {
    Room { place, may }
}

/// The most exact place wins. What stands in no row is not allowed to exist: a new room is a decision.
const ROOMS: &[Room] = &[
    room("retrieval/src/lib.rs", &["retrieval"]),
    room("retrieval/src/model", &["retrieval::access"]),
    room("retrieval/src/access", &["retrieval::model"]),
    room("retrieval/src/ports.rs", &["retrieval::model", "retrieval::access", "retrieval::rerank::signals"]),
    room("retrieval/src/words.rs", &[]),
    room("retrieval/src/pace.rs", &["retrieval::ports"]),
    room(
        "retrieval/src/rerank",
        &["retrieval::model", "retrieval::access", "retrieval::ports", "retrieval::words", "retrieval::evaluate"],
    ),
    room(
        "retrieval/src/cache",
        &["retrieval::model", "retrieval::access", "retrieval::ports", "retrieval::rerank::signals"],
    ),
    room(
        "retrieval/src/search",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::ports",
            "retrieval::rerank",
            "retrieval::pace",
            "retrieval::cache",
        ],
    ),
    room("retrieval/src/evaluate", &[]),
    room("retrieval/src/followup", &[]),
    room("retrieval/src/fuse.rs", &["retrieval::model", "retrieval::ports"]),
    room(
        "retrieval/src/adapters",
        &["retrieval::model", "retrieval::access", "retrieval::ports", "retrieval::words", "retrieval::fuse"],
    ),
    room("ingest/src/lib.rs", &["ingest"]),
    room(
        "ingest/src/ports.rs",
        &["retrieval::model", "retrieval::access", "retrieval::ports", "ingest::parse", "ingest::dedupe"],
    ),
    room("ingest/src/pipeline.rs", &["retrieval::model", "retrieval::access", "retrieval::ports", "ingest"]),
    room("ingest/src/draft.rs", &["retrieval::model", "ingest"]),
    room(
        "ingest/src/crawl",
        &["retrieval::model", "ingest::parse", "ingest::ports", "ingest::clean", "ingest::dedupe"],
    ),
    room("ingest/src/source", &[]),
    room("ingest/src/parse", &["retrieval::model", "ingest::clean"]),
    room("ingest/src/clean", &["retrieval::model"]),
    room("ingest/src/dedupe", &["retrieval::model", "retrieval::access"]),
    room("ingest/src/chunk", &["retrieval::model", "ingest::parse"]),
    room("ingest/src/timing.rs", &[]),
    room("ingest/src/origin.rs", &[]),
    room("prompts/src", &[]),
    room("server/src/main.rs", &["server::cli"]),
    room("server/src/lib.rs", &["server"]),
    room("server/src/clock.rs", &[]),
    room("server/src/datadir.rs", &[]),
    room("server/src/faults", &["retrieval::model", "retrieval::access", "retrieval::ports"]),
    room("server/src/config", &["server::store::Database", "retrieval::access"]),
    room("server/src/setup", &[]),
    room("server/src/worker", &["ingest::origin", "ingest::parse", "ingest::ports", "ingest::crawl::ports"]),
    room("server/src/fetch", &["ingest::crawl::ports"]),
    room(
        "server/src/chat",
        &["prompts::chat", "retrieval::model", "server::config::Secret", "server::clock", "server::store"],
    ),
    room(
        "server/src/store",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::ports",
            "ingest::ports",
            "ingest::origin",
            "ingest::parse",
            "ingest::dedupe",
            "ingest::crawl",
            "server::clock",
            "server::faults",
        ],
    ),
    room(
        "server/src/library",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::ports",
            "retrieval::search",
            "ingest",
            "server::backup",
            "server::config::Secret",
            "server::faults",
            "server::generations",
            "server::store",
        ],
    ),
    room(
        "server/src/generations",
        &[
            "retrieval::model",
            "retrieval::ports",
            "retrieval::search",
            "retrieval::cache",
            "retrieval::rerank",
            "ingest::chunk",
            "server::store::NewGeneration",
            "server::store::Recipe",
        ],
    ),
    room(
        "server/src/backup",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::ports",
            "server::clock",
            "server::config::Secret",
            "server::datadir",
            "server::faults",
            "server::store",
        ],
    ),
    room(
        "server/src/answer",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::followup",
            "retrieval::pace",
            "retrieval::ports",
            "retrieval::search",
            "retrieval::words",
            "prompts",
            "server::generations",
            "server::store",
        ],
    ),
    room(
        "server/src/conversation",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::followup",
            "retrieval::words",
            "prompts::shorten",
            "server::answer",
            "server::config::Secret",
            "server::people::secret",
            "server::store",
        ],
    ),
    room(
        "server/src/branding.rs",
        &[
            "retrieval::model",
            "prompts::persona",
            "server::config::branding",
            "server::config::colour",
            "server::store",
        ],
    ),
    room("server/src/insight", &["retrieval::model", "retrieval::access", "retrieval::ports", "server::store"]),
    room("server/src/review.rs", &["retrieval::model", "retrieval::access", "server::answer", "server::store"]),
    room(
        "server/src/people",
        &[
            "retrieval::model",
            "retrieval::access",
            "server::store",
            "server::clock",
            "server::config::Secret",
            "server::config::oidc",
        ],
    ),
    room("server/src/audit", &["retrieval::model", "retrieval::access", "server::store"]),
    room(
        "server/src/canary",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::ports",
            "retrieval::search",
            "server::answer",
            "server::library",
            "server::people",
            "server::store",
            "server::config::Secret",
        ],
    ),
    room(
        "server/src/http",
        &[
            "server::audit",
            "server::canary",
            "server::chat::Budgets",
            "server::chat::Day",
            "server::chat::Spent",
            "server::chat::Till",
            "server::chat::trial",
            "server::clock",
            "server::people",
            "server::conversation",
            "retrieval::model",
            "retrieval::access",
            "retrieval::followup",
            "retrieval::ports",
            "retrieval::search",
            "retrieval::cache::Caches",
            "server::answer",
            "server::library",
            "server::branding",
            "server::insight",
            "server::review",
            "server::config",
            "server::store::StoreError",
            "server::store::ItemLine",
            "server::store::JobStatus",
            "server::clock",
        ],
    ),
    room(
        "server/src/evaluation",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::ports",
            "retrieval::search",
            "retrieval::rerank",
            "retrieval::followup",
            "retrieval::evaluate",
            "retrieval::words",
            "ingest::clean",
            "ingest::parse",
            "ingest::ports",
            "server::answer",
            "server::library",
            "server::wiring",
        ],
    ),
    room(
        "server/src/cli",
        &[
            "retrieval::model",
            "retrieval::access",
            "retrieval::ports",
            "retrieval::search",
            "retrieval::rerank",
            "ingest",
            "server",
        ],
    ),
    room("server/src/wiring", &["retrieval", "ingest", "prompts", "server"]),
];

/// Foreign crates and parts of the standard library that are at home in few places.
const HOMES: &[(&str, &[&str])] = &[
    ("argon2", &["server/src/people/password.rs", "server/src/backup/key.rs"]),
    ("getrandom", &["server/src/people/secret.rs", "server/src/backup/key.rs"]),
    ("ring", &["server/src/backup/envelope.rs", "server/src/http/serve/tls.rs", "server/src/people/guest.rs"]),
    ("axum", &["server/src/http"]),
    ("hyper", &["server/src/http/serve"]),
    ("hyper_util", &["server/src/http/serve"]),
    ("tokio_rustls", &["server/src/http/serve"]),
    ("rustls_pki_types", &["server/src/http/serve/tls.rs"]),
    ("tower", &["server/src/http"]),
    ("tower_http", &["server/src/http"]),
    ("utoipa", &["server/src/http"]),
    ("sqlx", &["server/src/store"]),
    (
        "reqwest",
        &[
            "server/src/fetch",
            "server/src/chat",
            "server/src/cli/remote.rs",
            "server/src/wiring",
            "server/src/people/oidc/line.rs",
        ],
    ),
    ("openidconnect", &["server/src/people/oidc"]),
    ("clap", &["server/src/cli", "server/src/worker/child.rs"]),
    ("anyhow", &["server/src/cli", "server/src/evaluation", "server/src/wiring", "server/src/main.rs"]),
    ("minijinja", &["prompts/src/template"]),
    ("tiktoken_rs", &["prompts/src/ruler.rs"]),
    ("scraper", &["ingest/src/parse"]),
    ("pdfium_render", &["ingest/src/parse/pdf"]),
    ("pdf_extract", &["ingest/src/parse/pdf"]),
    ("undoc", &["ingest/src/parse/office"]),
    ("robotxt", &["ingest/src/crawl"]),
    ("tokenizers", &["ingest/src/chunk", "retrieval/src/adapters/fastembed"]),
    ("fastembed", &["retrieval/src/adapters/fastembed"]),
    ("ort", &["retrieval/src/adapters/fastembed"]),
    ("qdrant_client", &["retrieval/src/adapters/qdrant", "retrieval/src/adapters/condition.rs"]),
    (
        "qdrant_edge",
        &["retrieval/src/adapters/edge", "retrieval/src/adapters/bm25.rs", "retrieval/src/adapters/condition.rs"],
    ),
];

/// Text in, text out: no task, clock, file, process or network here, not even the standard library's.
const PURE: &[&str] = &[
    "retrieval/src/model",
    "retrieval/src/access",
    "retrieval/src/ports.rs",
    "retrieval/src/fuse.rs",
    "retrieval/src/words.rs",
    "retrieval/src/search",
    "retrieval/src/evaluate",
    "retrieval/src/followup",
    "ingest/src/parse",
    "ingest/src/clean",
    "ingest/src/dedupe",
    "ingest/src/chunk",
    "prompts/src",
];
/// Some PDF files are read by programs of the machine, and by a library on a thread with a stack of its own: within the
/// parse worker, which is confined as a whole.
const LEANING: &[&str] = &["ingest/src/parse/pdf/command.rs", "ingest/src/parse/pdf/guard.rs"];
const WORLD: &[&str] = &["tokio", "std::time", "std::fs", "std::env", "std::net", "std::process", "std::thread"];

const CRATES: [&str; 4] = ["retrieval", "ingest", "prompts", "server"];

#[test]
fn every_room_uses_only_what_the_table_allows() {
    assert_none(
        "ARCHITECTURE says which room may use which; change the table here only with the page",
        judge_all(misplaced),
    );
}

#[test]
fn foreign_crates_stay_at_home() {
    assert_none("each of these crates is known in one place, so that it can be swapped there", judge_all(homeless));
}

#[test]
fn text_in_text_out_has_no_world() {
    assert_none("this code has no clock, task, file or network: take what it needs as an argument", judge_all(worldly));
}

fn judge_all(judge: fn(&SourceFile, &Code) -> Findings) -> Findings {
    let house = tree::rust().filter(|file| file.path.contains("/src/") && !file.is_trial());
    house.flat_map(|file| judge(file, &Code::without_tests(&file.text))).collect()
}

fn misplaced(file: &SourceFile, code: &Code) -> Findings {
    let rooms = ROOMS.iter().filter(|room| file.is_below(room.place));
    let Some(room) = rooms.max_by_key(|room| room.place.len()) else {
        return vec![format!("{}: stands in no row of the table of rooms", file.path)];
    };
    let own = module_of(room.place).join("::");
    let within = |path: &str, module: &str| is_below(&path.replace("::", "/"), &module.replace("::", "/"));
    let ours =
        code.paths().into_iter().filter_map(|(line, path)| Some((line, resolved(file, code, &path)?.join("::"))));
    ours.filter(|(_, path)| !within(path, &own) && !room.may.iter().any(|module| within(path, module)))
        .map(|(line, path)| format!("{}:{line}: {} does not use {path}", file.path, room.place))
        .collect()
}

fn homeless(file: &SourceFile, code: &Code) -> Findings {
    let named = code.paths().into_iter().filter(|(_, path)| !is_module_here(code, &path[0]));
    let judged = named.filter_map(|(line, path)| {
        let (_, homes) = HOMES.iter().find(|(name, _)| *name == path[0])?;
        let astray = !homes.iter().any(|home| file.is_below(home));
        astray.then(|| format!("{}:{line}: {} is at home in {}", file.path, path[0], homes.join(", ")))
    });
    judged.collect()
}

fn worldly(file: &SourceFile, code: &Code) -> Findings {
    if !PURE.iter().any(|place| file.is_below(place)) || LEANING.iter().any(|place| file.is_below(place)) {
        return Vec::new();
    }
    let named = code.paths().into_iter().map(|(line, path)| (line, path.join("::")));
    let worldly =
        named.filter(|(_, path)| WORLD.iter().any(|world| path == world || path.starts_with(&format!("{world}::"))));
    worldly.map(|(line, path)| format!("{}:{line}: {path}", file.path)).collect()
}

/// The path from its crate on, when it is one of ours; `None` for anybody else's.
fn resolved(file: &SourceFile, code: &Code, path: &[String]) -> Option<Vec<String>> {
    let here = module_of(&file.path);
    let ups = path.iter().take_while(|part| *part == "super").count();
    let (base, rest) = match path[0].as_str() {
        "crate" => (here[..1].to_vec(), &path[1..]),
        "self" => (here, &path[1..]),
        "super" => (here[..here.len().saturating_sub(ups).max(1)].to_vec(), &path[ups..]),
        first if is_module_here(code, first) => (here, path),
        first if CRATES.contains(&first) => (Vec::new(), path),
        _ => return None,
    };
    Some(base.into_iter().chain(rest.iter().cloned()).collect())
}

/// Whether the file declares a module of this name, which then hides a crate of the same name.
fn is_module_here(code: &Code, name: &str) -> bool {
    let declared = format!("mod {name};");
    code.text.lines().any(|line| line.trim_end().ends_with(&declared))
}

/// `server/src/http/who.rs` is `server::http::who`, `server/src/http` and its `mod.rs` are `server::http`.
fn module_of(path: &str) -> Vec<String> {
    let parts = path.trim_end_matches(".rs").split('/').filter(|part| !["src", "mod", "lib", "main"].contains(part));
    parts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(judge: fn(&SourceFile, &Code) -> Findings, path: &str, text: &str) -> usize {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        judge(&file, &Code::without_tests(text)).len()
    }

    #[test]
    fn rooms_are_told_apart() {
        let check = |path, text, expected| assert_eq!(found(misplaced, path, text), expected, "{path}: {text}");
        check("server/src/http/who.rs", "use crate::answer::Question;", 0);
        check("server/src/http/who.rs", "use super::error::ApiError; use super::super::library::Library;", 0);
        check("server/src/http/who.rs", "use super::super::wiring::House;", 1);
        check("server/src/http/who.rs", "fn f(s: crate::store::Store) {}", 1);
        check("server/src/http/who.rs", "use crate::store::{ItemLine, Store};", 1);
        check("server/src/http/who.rs", "use retrieval::adapters::edge::EdgeIndex;", 1);
        check("server/src/http/who.rs", "use retrieval::*;", 1);
        check("server/src/http/who.rs", "use retrieval as r;", 1);
        check("server/src/http/who.rs", "#[cfg(test)] mod tests { use retrieval::adapters::memory; }", 0);
        check("server/src/wiring/mod.rs", "use retrieval::adapters::edge::EdgeIndex;", 0);
        check("server/src/cli/mod.rs", "mod ingest;\nfn f() { ingest::run() }", 0);
        check("server/src/cli/mod.rs", "use retrieval::adapters::memory;", 1);
        check("ingest/src/chunk/mod.rs", "use retrieval::access::Clearance;", 1);
        check("prompts/src/pack.rs", "use retrieval::model::Passage;", 1);
        check("retrieval/src/search/mod.rs", "use crate::adapters::memory::MemoryIndex;", 1);
        check("server/src/gossip/mod.rs", "", 1);
    }

    #[test]
    fn crates_are_at_home() {
        let check = |path, text, expected| assert_eq!(found(homeless, path, text), expected, "{path}: {text}");
        check("server/src/store/job.rs", "use sqlx::Any;", 0);
        check("server/src/library/mod.rs", "use sqlx::Any;", 1);
        check("server/src/answer/mod.rs", "fn f() -> axum::Json<()> {}", 1);
        check("retrieval/src/adapters/mod.rs", "pub mod fastembed;\nuse fastembed::Runtime;", 0);
        check("retrieval/src/adapters/memory.rs", "use qdrant_edge::EdgeShard;", 1);
    }

    #[test]
    fn pure_code_has_no_world() {
        let check = |path, text, expected| assert_eq!(found(worldly, path, text), expected, "{path}: {text}");
        check("ingest/src/parse/text.rs", "use std::time::Instant;", 1);
        check("ingest/src/clean/mod.rs", "fn f() { std::fs::read(x) }", 1);
        check("ingest/src/chunk/mod.rs", "use tokio;", 1);
        check("ingest/src/source/folder.rs", "use std::fs;", 0);
        check("prompts/src/pack.rs", "use std::collections::HashMap;", 0);
    }
}
