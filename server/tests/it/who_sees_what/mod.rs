//! Who sees what: every route, by everybody, for every kind of object. Read it as a table.
//!
//! `+` done, `?` sign in first, `x` known and not let, `.` there is no such thing, `~` let in, and refused for what was sent or for how things stand. Somebody may be told `.` of what is there: then
//! the reply is, to the byte, the one about what is not there. A route that is in no line, or an object that a line leaves
//! out, fails the test.

mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt;
use server::http::ROUTES;

use crate::http::Reply;
use scene::{KINDS, Scene, WHO};

/// In the order of [`WHO`]: visitor, reader of the public tier, reader of the internal tier, reader in the group hr,
/// editor of the internal tier, admin, a key of the admin's that is held to the public tier (and so manages nothing), somebody
/// suspended.
const TABLE: &str = include_str!("table.txt");

/// Cells that are tried beside each other.
const AT_ONCE: usize = 4;

/// One line: a request, and what becomes of it for each of them.
#[derive(Clone)]
struct Line {
    method: &'static str,
    /// With objects, as in `/api/v1/documents/{document:hidden}`.
    path: &'static str,
    /// An object that stands in the body.
    with: Option<&'static str>,
    expected: Vec<char>,
}

fn lines() -> Vec<Line> {
    let written = TABLE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    written.map(line).collect()
}

fn line(written: &'static str) -> Line {
    let words: Vec<&str> = written.split_whitespace().collect();
    let (request, marks) = words.split_at(words.len() - WHO.len());
    let expected: Vec<char> = marks.iter().map(|mark| mark.chars().next().unwrap()).collect();
    assert!(marks.iter().all(|mark| ["+", "?", "x", ".", "~"].contains(mark)), "{written}");
    Line { method: request[0], path: request[1], with: request.get(2).copied(), expected }
}

impl Line {
    /// The path of its row among the routes.
    fn route(&self) -> String {
        let parts =
            self.path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.split_once(':')) {
                Some((kind, _)) => format!("{{{kind}}}"),
                None => part.split('?').next().unwrap_or_default().to_owned(),
            });
        let path = parts.collect::<Vec<_>>().join("/");
        // The frame is the same whatever stands behind the name of a page.
        let pages =
            ["/ui/", "/c/", "/inbox/", "/library/", "/jobs/", "/people/", "/access/", "/insight/", "/settings/"];
        pages.iter().find(|page| path.starts_with(**page)).map_or(path.clone(), |page| format!("{page}{{*path}}"))
    }

    /// `document:hidden`, wherever it stands.
    fn object(&self) -> Option<(&'static str, &'static str)> {
        let in_path = self.path.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(object, _)| object);
        in_path.or(self.with)?.split_once(':')
    }

    /// Whether it leaves the house as it was, for whoever is told this: what looks does, and what is refused. Whoever does
    /// not get in is remembered.
    fn leaves_no_mark(&self, expected: char) -> bool {
        let looking = ["/search", "/ask", "/completions", "/why", "/explain", "/inspect", "/compare"];
        let only_looks = self.method == "GET" || looking.iter().any(|end| self.path.ends_with(end));
        let is_refused = ['?', 'x', '.'].contains(&expected);
        only_looks
            || (is_refused && !["/sessions", "/links", "/password"].iter().any(|way_in| self.path.contains(way_in)))
    }
}

fn mark(reply: &Reply) -> char {
    match reply.status.as_u16() {
        200..=399 => '+',
        401 => '?',
        403 => 'x',
        404 => '.',
        400 | 409 | 503 => '~',
        _ => '!',
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_what_the_table_says() {
    let (lines, scene) = (lines(), Arc::new(Scene::new().await));
    let cells = lines.iter().flat_map(|line| WHO.iter().enumerate().map(move |(at, who)| (line.clone(), at, *who)));
    let replies = futures_util::stream::iter(cells.clone()).map(|(line, at, who)| {
        let scene = Arc::clone(&scene);
        tokio::spawn(async move {
            let fresh = if line.leaves_no_mark(line.expected[at]) { None } else { Some(Scene::new().await) };
            fresh.as_ref().unwrap_or(&scene).send(who, line.method, line.path, line.with).await
        })
    });
    let replies: Vec<Reply> = replies.buffered(AT_ONCE).map(Result::unwrap).collect().await;
    let mut wrong = Vec::new();
    // What somebody is told of things that are not there for them, by route: one reply, whatever the reason.
    let mut nothing: BTreeMap<(usize, String, String), (String, String)> = BTreeMap::new();
    for ((line, at, who), reply) in cells.zip(&replies) {
        let (told, expected) = (mark(reply), line.expected[at]);
        if told != expected {
            wrong.push(format!("{} {} by {who}: {told} and not {expected}: {reply:?}", line.method, line.path));
        }
        if told == '.' {
            let (key, told) = ((at, line.method.to_owned(), line.route()), (line.path.to_owned(), bare(reply)));
            let first = nothing.entry(key).or_insert_with(|| told.clone());
            if first.1 != told.1 {
                wrong
                    .push(format!("{} is told apart from {} by {who}: {} and {}", line.path, first.0, told.1, first.1));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cells:\n{}", wrong.len(), lines.len() * WHO.len(), wrong.join("\n"));
}

/// Everything of a reply but what differs between any two.
fn bare(reply: &Reply) -> String {
    let mut headers: Vec<String> =
        reply.headers.iter().filter(|(name, _)| *name != "x-request-id").map(|header| format!("{header:?}")).collect();
    headers.sort();
    let mut body = reply.json();
    body["error"].as_object_mut().map(|error| error.remove("request_id"));
    format!("{} {headers:?} {body}", reply.status)
}

#[test]
fn every_route_stands_in_the_table() {
    let written: BTreeSet<(String, String)> =
        lines().iter().map(|line| (line.method.to_owned(), line.route())).collect();
    let served: BTreeSet<(String, String)> =
        ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    let (missing, gone): (Vec<_>, Vec<_>) =
        (served.difference(&written).collect(), written.difference(&served).collect());
    assert!(missing.is_empty() && gone.is_empty(), "in no line: {missing:?}; no route: {gone:?}");
}

#[test]
fn every_object_stands_in_the_lines_of_its_route() {
    let mut written: BTreeMap<(&str, String, &str), BTreeSet<&str>> = BTreeMap::new();
    for line in &lines() {
        if let Some((kind, object)) = line.object() {
            written.entry((line.method, line.route(), kind)).or_default().insert(object);
        }
    }
    for ((method, route, kind), objects) in written {
        let known = KINDS.iter().find(|(known, _)| *known == kind).unwrap_or_else(|| panic!("{kind} is no kind"));
        assert_eq!(objects, known.1.iter().copied().collect(), "{method} {route} with {kind}");
    }
}
