//! Permission: who may make a principal, and that every route stands in the table with what it needs.

use super::code::{Code, line_at};
use super::tree::{self, SourceFile};
use super::{Findings, assert_none};

/// Where each maker of a principal may be called. Clearances come from principals alone, so this list is also the list
/// of places that can see everything.
const MAKERS: &[(&str, &[&str])] = &[
    ("anonymous", &["server/src/people/door.rs"]),
    ("guest", &["server/src/people/door.rs"]),
    ("turned_away", &["server/src/people/door.rs"]),
    ("person", &["server/src/people/door.rs"]),
    ("operator", &["server/src/people/door.rs", "server/src/cli/desk.rs"]),
    ("upkeep", &["server/src/wiring/mod.rs", "server/src/wiring/cage.rs"]),
];
const WORDS: &str = "retrieval/src/access";
const TABLE: &str = "server/src/http/access.rs";
const ROUTER: &str = "server/src/http/mod.rs";
/// What puts a handler behind a path.
const ROUTING: [&str; 8] = [
    ".route(",
    ".route_service(",
    ".nest(",
    ".nest_service(",
    ".merge(",
    ".fallback(",
    ".fallback_service(",
    ".method_not_allowed_fallback(",
];

#[test]
fn principals_are_made_at_the_edges() {
    assert_none(
        "a principal is made where a request or a command comes in; pass it, or its clearance, on",
        judge(smuggled),
    );
}

#[test]
fn handlers_are_wired_in_the_table() {
    assert_none("put the route into ROUTES, with what it needs of the asker", judge(unlisted));
}

#[test]
fn a_handler_shows_its_permission_in_its_signature() {
    let findings = unguarded(tree::text_of(TABLE), &handlers_of);
    assert_none("a handler that somebody is let in to asks who it is, and no other does", findings);
}

fn judge(rule: fn(&SourceFile, &Code) -> Findings) -> Findings {
    let house = tree::rust().filter(|file| file.path.contains("/src/") && !file.is_trial());
    house.flat_map(|file| rule(file, &Code::without_tests(&file.text))).collect()
}

fn smuggled(file: &SourceFile, code: &Code) -> Findings {
    if file.is_below(WORDS) {
        return Vec::new();
    }
    let renamed =
        code.lines_with("Principal as ").into_iter().map(|line| format!("{}:{line}: Principal renamed", file.path));
    let makers = code.paths().into_iter().filter_map(|(line, path)| {
        let at = path.iter().position(|part| part == "Principal")?;
        let maker = path.get(at + 1)?;
        let known = MAKERS.iter().find(|(name, _)| name == maker);
        let allowed = known.is_some_and(|(_, places)| places.contains(&file.path.as_str()));
        (!allowed).then(|| format!("{}:{line}: Principal::{maker}", file.path))
    });
    renamed.chain(makers).collect()
}

fn unlisted(file: &SourceFile, code: &Code) -> Findings {
    let wiring = ROUTING
        .iter()
        .filter(|_| file.path != ROUTER && file.is_below("server/src"))
        .flat_map(|call| code.lines_with(call).into_iter().map(move |line| format!("{}:{line}: {call}", file.path)));
    let methods = code.paths().into_iter().filter(|(_, path)| {
        file.path != TABLE && path[0] == "axum" && ["routing", "*"].contains(&path.get(1).map_or("", String::as_str))
    });
    wiring.chain(methods.map(|(line, path)| format!("{}:{line}: {}", file.path, path.join("::")))).collect()
}

/// Handlers that take somebody whom no guard has let in, or do not look at who was.
fn unguarded<'a>(table: &str, handlers: &dyn Fn(&str) -> &'a str) -> Findings {
    let rows = table.split("route(\"").skip(1);
    let judged = rows.filter_map(|row| {
        let needs = if row.contains("Nothing, ||") { "Nothing" } else { "May" };
        let (module, name) = handler(row)?;
        let signature = signature(handlers(module), name).unwrap_or_default();
        let fits = match needs {
            "Nothing" => !signature.is_empty() && !signature.contains("Asker"),
            _ => signature.contains("Asker"),
        };
        let line = line_at(table, table.find(row).unwrap_or(0));
        (!fits).then(|| format!("{TABLE}:{line}: {name} needs {needs}, its signature is `{}`", signature.trim()))
    });
    judged.collect()
}

/// Of a module that is a file, or a folder.
fn handlers_of(module: &str) -> &'static str {
    let folder = format!("server/src/http/{module}/mod.rs");
    let is_folder = tree::all().iter().any(|file| file.path == folder);
    tree::text_of(&if is_folder { folder } else { format!("server/src/http/{module}.rs") })
}

/// `module::name` of the handler in a row.
fn handler(row: &str) -> Option<(&str, &str)> {
    let call = row.split_once("|| ")?.1;
    let inner = call.split_once('(')?.1;
    let path = inner.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').next()?;
    path.split_once("::")
}

fn signature<'a>(source: &'a str, name: &str) -> Option<&'a str> {
    let rest = source.split_once(&format!("pub async fn {name}("))?.1;
    rest.split_once(" {\n").map(|(signature, _)| signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: fn(&SourceFile, &Code) -> Findings, path: &str, text: &str) -> usize {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        rule(&file, &Code::without_tests(text)).len()
    }

    #[test]
    fn makers_have_their_places() {
        let check = |path, text, expected| assert_eq!(found(smuggled, path, text), expected, "{path}: {text}");
        check("server/src/people/door.rs", "Principal::anonymous(w)", 0);
        check("server/src/http/who.rs", "Principal::anonymous(w)", 1);
        check("server/src/http/who.rs", "Principal::upkeep(w, \"why\")", 1);
        check("server/src/answer/mod.rs", "retrieval::access::Principal::operator(w)", 1);
        check("server/src/answer/mod.rs", "use retrieval::access::Principal; fn f(p: &Principal) {}", 0);
        check("server/src/answer/mod.rs", "use retrieval::access::Principal as P;", 1);
        check("server/src/wiring/mod.rs", "Principal::root(w)", 1);
        check("server/src/answer/mod.rs", "#[cfg(test)] mod tests { fn f() { Principal::operator(w) } }", 0);
    }

    #[test]
    fn routes_have_their_place() {
        let check = |path, text, expected| assert_eq!(found(unlisted, path, text), expected, "{path}: {text}");
        check(TABLE, "use axum::routing::{get, post};", 0);
        check(ROUTER, "router.route(path, handler).fallback(f)", 0);
        check("server/src/http/handlers.rs", "use axum::routing::get;", 1);
        check("server/src/http/serve.rs", "router(desk).route(\"/x\", y)", 1);
        check("server/src/cli/serve.rs", "app.merge(other)", 1);
        check("server/src/http/page.rs", "use axum::*;", 1);
    }

    #[test]
    fn needs_and_signatures_agree() {
        let row = |needs: &str, name: &str| {
            format!("    route(\"GET\", \"/\", {needs}, || {{ get(handlers::{name}).layer(x) }}),")
        };
        let handlers = "pub async fn open() -> X {\n}\npub async fn ask(asker: Asker) -> X {\n}\npub async fn add(_: Asker) {\n}\n";
        let check = |needs, name, expected| {
            assert_eq!(unguarded(&row(needs, name), &|_| handlers).len(), expected, "{needs} {name}")
        };
        check("Nothing", "open", 0);
        check("May(Verb::Read, Kind::Passage)", "ask", 0);
        check("May(Verb::Read, Kind::Passage)", "add", 0);
        check("May(Verb::Read, Kind::Passage)", "open", 1);
        check("Nothing", "add", 1);
        check("Nothing", "gone", 1);
        check("May(Verb::Read, Kind::Passage)", "gone", 1);
    }
}
