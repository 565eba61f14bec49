//! The route table: every path with what it needs of the asker. `tidy` fails when a handler is wired anywhere else.

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, delete, get, patch, post, put};

use super::asking;
use super::compatible;
use super::conversations;
use super::generations;
use super::inbox;
use super::insight;
use super::jobs;
use super::openapi;
use super::receipts;
use super::review;
use super::schedules;
use super::settings;
use super::socket;
use super::spending;
use super::suggestions;
use super::transcripts;
use super::widget;
use super::{
    Desk, documents, handlers, idempotency, keeping, oidc, originals, page, sessions, sites, uploads, versions,
};
use super::{audit, backup, simulate};
use super::{groups, keys, people};
use crate::people::policy::{Kind, Verb};

/// A question of 4,000 characters fits many times over.
const QUESTION_BYTES: usize = 512 * 1024;
/// A batch of files from the command line: 50 MB of content in base64.
const DOCUMENTS_BYTES: usize = 72 * 1024 * 1024;

/// A password or a link, and a name.
const SMALL_BYTES: usize = 16 * 1024;

/// What a route needs before anything of a request is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Says nothing about any document or person.
    Nothing,
    /// That the policy lets the asker do this to some object of that kind. To which, the handler asks.
    May(Verb, Kind),
}

pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub needs: Needs,
    pub handler: fn() -> MethodRouter<Desk>,
}

const fn route(method: &'static str, path: &'static str, needs: Needs, handler: fn() -> MethodRouter<Desk>) -> Route {
    Route { method, path, needs, handler }
}

/// What makes something, and makes it once for an `Idempotency-Key`. Limits of the body go around it.
fn once(handler: MethodRouter<Desk>) -> MethodRouter<Desk> {
    handler.layer(from_fn(idempotency::once))
}

pub const ROUTES: &[Route] = {
    use Needs::{May, Nothing};
    &[
        route("GET", "/", Nothing, || get(page::frame)),
        route("GET", "/c/{*path}", Nothing, || get(page::frame)),
        route("GET", "/inbox", Nothing, || get(page::frame)),
        route("GET", "/inbox/{*path}", Nothing, || get(page::frame)),
        route("GET", "/library", Nothing, || get(page::frame)),
        route("GET", "/library/{*path}", Nothing, || get(page::frame)),
        route("GET", "/jobs", Nothing, || get(page::frame)),
        route("GET", "/jobs/{*path}", Nothing, || get(page::frame)),
        route("GET", "/people", Nothing, || get(page::frame)),
        route("GET", "/people/{*path}", Nothing, || get(page::frame)),
        route("GET", "/access", Nothing, || get(page::frame)),
        route("GET", "/access/{*path}", Nothing, || get(page::frame)),
        route("GET", "/insight", Nothing, || get(page::frame)),
        route("GET", "/insight/{*path}", Nothing, || get(page::frame)),
        route("GET", "/settings", Nothing, || get(page::frame)),
        route("GET", "/settings/{*path}", Nothing, || get(page::frame)),
        route("GET", "/account", Nothing, || get(page::frame)),
        route("GET", "/widget.js", Nothing, || get(widget::script)),
        route("GET", "/ui/{*path}", Nothing, || get(page::file)),
        route("GET", "/healthz", Nothing, || get(handlers::healthz)),
        route("GET", "/readyz", Nothing, || get(handlers::readyz)),
        route("GET", "/metrics", May(Verb::Read, Kind::House), || get(handlers::metrics)),
        route("POST", "/api/v1/search", May(Verb::Read, Kind::Passage), || {
            post(handlers::search).layer(DefaultBodyLimit::max(QUESTION_BYTES))
        }),
        route("POST", "/api/v1/ask", May(Verb::Read, Kind::Passage), || {
            post(asking::ask).layer(DefaultBodyLimit::max(QUESTION_BYTES))
        }),
        route("GET", "/api/v1/streams/{stream}", May(Verb::Read, Kind::Passage), || get(asking::resume)),
        route("DELETE", "/api/v1/streams/{stream}", May(Verb::Read, Kind::Passage), || delete(asking::stop)),
        route("POST", "/v1/chat/completions", May(Verb::Read, Kind::Passage), || {
            post(compatible::complete).layer(DefaultBodyLimit::max(QUESTION_BYTES))
        }),
        route("GET", "/v1/models", May(Verb::Read, Kind::Passage), || get(compatible::models)),
        route("GET", "/api/v1/ws", May(Verb::Read, Kind::Passage), || get(socket::open)),
        route("GET", "/api/v1/suggestions", May(Verb::Read, Kind::Passage), || get(suggestions::list)),
        route("POST", "/api/v1/why", May(Verb::Read, Kind::Explanation), || {
            post(handlers::why).layer(DefaultBodyLimit::max(QUESTION_BYTES))
        }),
        route("POST", "/api/v1/documents", May(Verb::Make, Kind::Document), || {
            once(post(keeping::add_documents)).layer(DefaultBodyLimit::max(DOCUMENTS_BYTES))
        }),
        route("DELETE", "/api/v1/documents", May(Verb::Remove, Kind::Document), || delete(keeping::remove_document)),
        route("GET", "/api/v1/documents/inspect", May(Verb::Read, Kind::Explanation), || get(keeping::inspect)),
        route("POST", "/api/v1/documents/sync", May(Verb::Change, Kind::Folder), || {
            post(keeping::sync).layer(DefaultBodyLimit::max(DOCUMENTS_BYTES))
        }),
        route("GET", "/api/v1/jobs/{job}", May(Verb::Read, Kind::Job), || get(jobs::job)),
        route("GET", "/api/v1/jobs/{job}/events", May(Verb::Read, Kind::Job), || get(jobs::events)),
        route("POST", "/api/v1/jobs/{job}/cancel", May(Verb::Remove, Kind::Job), || post(jobs::cancel)),
        route("POST", "/api/v1/jobs/retry", May(Verb::Change, Kind::Job), || post(jobs::retry)),
        route("GET", "/api/v1/schedules", May(Verb::List, Kind::Schedule), || get(schedules::list)),
        route("PUT", "/api/v1/schedules/{schedule}", May(Verb::Change, Kind::Schedule), || {
            put(schedules::change).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("DELETE", "/api/v1/schedules/{schedule}", May(Verb::Remove, Kind::Schedule), || {
            delete(schedules::remove)
        }),
        route("GET", "/api/v1/generations", May(Verb::Read, Kind::House), || get(generations::list)),
        route("POST", "/api/v1/generations", May(Verb::Change, Kind::House), || {
            once(post(generations::begin)).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("POST", "/api/v1/generations/rollback", May(Verb::Change, Kind::House), || post(generations::roll_back)),
        route("POST", "/api/v1/generations/{generation}/promote", May(Verb::Change, Kind::House), || {
            post(generations::promote)
        }),
        route("DELETE", "/api/v1/generations/{generation}", May(Verb::Change, Kind::House), || {
            delete(generations::discard)
        }),
        route("POST", "/api/v1/sources", May(Verb::Make, Kind::Source), || once(post(sites::crawl))),
        route("GET", "/api/v1/sources", May(Verb::List, Kind::Source), || get(sites::list)),
        route("GET", "/api/v1/sources/{source}", May(Verb::Read, Kind::Source), || get(sites::source)),
        route("DELETE", "/api/v1/sources/{source}", May(Verb::Remove, Kind::Source), || delete(sites::forget)),
        route("GET", "/api/v1/sources/{source}/pages", May(Verb::Read, Kind::Source), || get(sites::pages)),
        route("POST", "/api/v1/sources/{source}/confirm", May(Verb::Change, Kind::Source), || post(sites::confirm)),
        route("POST", "/api/v1/sources/{source}/explain", May(Verb::Read, Kind::Source), || post(sites::explain)),
        route("POST", "/api/v1/sessions", Nothing, || {
            post(sessions::sign_in).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/api/v1/sessions", May(Verb::List, Kind::SignIn), || get(sessions::list)),
        route("DELETE", "/api/v1/sessions/current", May(Verb::Remove, Kind::SignIn), || delete(sessions::sign_out)),
        route("DELETE", "/api/v1/sessions/{session}", May(Verb::Remove, Kind::SignIn), || delete(sessions::revoke)),
        route("GET", "/api/v1/me", May(Verb::Read, Kind::Passage), || get(sessions::me)),
        route("POST", "/api/v1/me/password", May(Verb::Change, Kind::Person), || {
            post(sessions::password).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("POST", "/api/v1/links/inspect", Nothing, || {
            post(sessions::link).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("POST", "/api/v1/links/redeem", Nothing, || {
            post(sessions::redeem).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/openapi.json", Nothing, || get(openapi::describe)),
        route("GET", "/docs", Nothing, || get(page::frame)),
        route("GET", "/api/v1/documents", May(Verb::List, Kind::Document), || get(documents::list)),
        route("POST", "/api/v1/documents/upload", May(Verb::Make, Kind::Document), || {
            once(post(uploads::upload)).layer(DefaultBodyLimit::max(uploads::LARGEST_REQUEST_BYTES))
        }),
        route("GET", "/api/v1/receipts", May(Verb::List, Kind::Receipt), || get(receipts::list)),
        route("GET", "/api/v1/receipts/{receipt}", May(Verb::Read, Kind::Receipt), || get(receipts::get)),
        route("GET", "/api/v1/documents/{document}", May(Verb::Read, Kind::Document), || get(documents::get)),
        route("PATCH", "/api/v1/documents/{document}", May(Verb::Change, Kind::Document), || {
            patch(documents::relabel).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("DELETE", "/api/v1/documents/{document}", May(Verb::Remove, Kind::Document), || {
            delete(documents::remove)
        }),
        route("GET", "/api/v1/documents/{document}/chunks", May(Verb::Read, Kind::Document), || get(documents::chunks)),
        route("GET", "/api/v1/documents/{document}/text", May(Verb::Read, Kind::Document), || get(documents::text)),
        route("GET", "/api/v1/documents/{document}/versions", May(Verb::Read, Kind::Explanation), || {
            get(versions::list)
        }),
        route("GET", "/api/v1/documents/{document}/versions/text", May(Verb::Read, Kind::Explanation), || {
            get(versions::text)
        }),
        route("POST", "/api/v1/documents/{document}/read-again", May(Verb::Change, Kind::Document), || {
            post(versions::read_again)
        }),
        route("GET", "/api/v1/documents/{document}/original", May(Verb::Read, Kind::Original), || {
            get(originals::original)
        }),
        route("GET", "/api/v1/jobs", May(Verb::List, Kind::Job), || get(jobs::list)),
        route("GET", "/api/v1/sign-in-ways", Nothing, || get(oidc::ways)),
        route("GET", "/api/v1/oidc/start", Nothing, || get(oidc::start)),
        route("GET", "/api/v1/oidc/callback", Nothing, || get(oidc::callback)),
        route("GET", "/join", Nothing, || get(page::frame)),
        route("GET", "/sign-in", Nothing, || get(page::frame)),
        route("GET", "/api/v1/people", May(Verb::List, Kind::Person), || get(people::list)),
        route("POST", "/api/v1/people", May(Verb::Make, Kind::Person), || {
            post(people::invite).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/api/v1/people/{person}", May(Verb::Read, Kind::Person), || get(people::person)),
        route("PATCH", "/api/v1/people/{person}", May(Verb::Change, Kind::Person), || {
            patch(people::change).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("DELETE", "/api/v1/people/{person}", May(Verb::Remove, Kind::Person), || delete(people::remove)),
        route("POST", "/api/v1/people/{person}/link", May(Verb::Make, Kind::Person), || post(people::link)),
        route("GET", "/api/v1/people/{person}/sessions", May(Verb::List, Kind::SignIn), || get(people::sessions)),
        route("DELETE", "/api/v1/people/{person}/sessions", May(Verb::Remove, Kind::SignIn), || {
            delete(people::sign_out)
        }),
        route("GET", "/api/v1/groups", May(Verb::List, Kind::Group), || get(groups::list)),
        route("POST", "/api/v1/groups", May(Verb::Make, Kind::Group), || {
            post(groups::add).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("DELETE", "/api/v1/groups/{group}", May(Verb::Remove, Kind::Group), || delete(groups::remove)),
        route("GET", "/api/v1/keys", May(Verb::List, Kind::Key), || get(keys::list)),
        route("POST", "/api/v1/keys", May(Verb::Make, Kind::Key), || {
            post(keys::make).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("DELETE", "/api/v1/keys/{key}", May(Verb::Remove, Kind::Key), || delete(keys::revoke)),
        route("POST", "/api/v1/conversations", May(Verb::Make, Kind::Conversation), || {
            post(conversations::begin).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/api/v1/conversations", May(Verb::List, Kind::Conversation), || get(conversations::list)),
        route("GET", "/api/v1/conversations/{conversation}", May(Verb::Read, Kind::Conversation), || {
            get(conversations::read)
        }),
        route("PATCH", "/api/v1/conversations/{conversation}", May(Verb::Change, Kind::Conversation), || {
            patch(conversations::rename).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/api/v1/conversations/{conversation}/export", May(Verb::Read, Kind::Conversation), || {
            get(transcripts::export)
        }),
        route("DELETE", "/api/v1/conversations/{conversation}", May(Verb::Remove, Kind::Conversation), || {
            delete(conversations::remove)
        }),
        route("POST", "/api/v1/conversations/{conversation}/handoff", May(Verb::Make, Kind::Handoff), || {
            post(conversations::pass_on).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/api/v1/inbox", May(Verb::List, Kind::Handoff), || get(inbox::list)),
        route("GET", "/api/v1/inbox/{handoff}", May(Verb::Read, Kind::Handoff), || get(inbox::transcript)),
        route("POST", "/api/v1/inbox/{handoff}/replies", May(Verb::Change, Kind::Handoff), || {
            once(post(inbox::reply)).layer(DefaultBodyLimit::max(QUESTION_BYTES))
        }),
        route("POST", "/api/v1/inbox/{handoff}/resolve", May(Verb::Change, Kind::Handoff), || post(inbox::resolve)),
        route("GET", "/api/v1/feedback", May(Verb::List, Kind::Feedback), || get(review::list)),
        route("GET", "/api/v1/insight", May(Verb::Read, Kind::Explanation), || get(insight::overview)),
        route("GET", "/api/v1/insight/questions", May(Verb::Read, Kind::Explanation), || get(insight::questions)),
        route("GET", "/api/v1/insight/problems", May(Verb::Read, Kind::Explanation), || get(insight::problems)),
        route("GET", "/api/v1/insight/reliability", May(Verb::Read, Kind::Explanation), || get(insight::reliability)),
        route("GET", "/api/v1/insight/unused", May(Verb::Read, Kind::Explanation), || get(insight::unused)),
        route("GET", "/api/v1/answers/{answer}", May(Verb::Read, Kind::Explanation), || get(review::record)),
        route("PUT", "/api/v1/answers/{answer}/feedback", May(Verb::Make, Kind::Feedback), || {
            put(review::judge).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("DELETE", "/api/v1/answers/{answer}/feedback", May(Verb::Remove, Kind::Feedback), || {
            delete(review::withdraw)
        }),
        route("GET", "/api/v1/audit", May(Verb::Read, Kind::Audit), || get(audit::list)),
        route("GET", "/api/v1/audit/export", May(Verb::Read, Kind::Audit), || get(audit::export)),
        route("POST", "/api/v1/simulate/compare", May(Verb::Make, Kind::Simulation), || {
            post(simulate::compare).layer(DefaultBodyLimit::max(QUESTION_BYTES))
        }),
        route("POST", "/api/v1/access/explain", May(Verb::Make, Kind::Simulation), || {
            post(simulate::explain).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/api/v1/spending", May(Verb::Read, Kind::House), || get(spending::list)),
        route("POST", "/api/v1/backup", May(Verb::Make, Kind::Backup), || {
            post(backup::take).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/api/v1/house", Nothing, || get(settings::house)),
        route("PATCH", "/api/v1/settings", May(Verb::Change, Kind::House), || {
            patch(settings::change).layer(DefaultBodyLimit::max(SMALL_BYTES))
        }),
        route("GET", "/api/v1/settings", May(Verb::Read, Kind::House), || get(settings::list)),
        route("POST", "/api/v1/settings/test", May(Verb::Read, Kind::House), || post(settings::test)),
        route("POST", "/api/v1/self-check", May(Verb::Read, Kind::House), || post(audit::self_check)),
    ]
};
