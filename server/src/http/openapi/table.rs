//! The table: one row for every route of the API, in the order in which the page shows them.

use super::form::UploadForm;
use super::row::{Section, row};
use crate::http::wire::*;

/// What stands between braces in paths.
pub const PARAMETERS: &[(&str, &str)] = &[
    ("answer", "The `record_id` of an answer."),
    ("conversation", "The id of a conversation."),
    ("document", "The id of a document."),
    ("group", "The name of a group."),
    ("handoff", "The id of a handoff."),
    ("job", "The id of a job."),
    ("key", "The id of a key."),
    ("person", "The id of a person."),
    ("generation", "The id of a build of the index."),
    ("receipt", "The id of a document that left."),
    (
        "schedule",
        "`reconcile`, `expire`, `reindex` or `backup`, which the house does for itself, or the id of a source, which is crawled.",
    ),
    ("session", "The id of a session."),
    ("source", "The id of a source."),
    ("stream", "The `stream` of the event `sources`."),
];

const ONCE: &str = "Idempotency-Key";
const IF_MATCH: &str = "If-Match";
const IF_NONE_MATCH: &str = "If-None-Match";
const SECRET: &str = "X-Conversation-Secret";
const LAST_EVENT_ID: &str = "Last-Event-ID";

/// The headers that handlers read.
pub const HEADERS: &[(&str, &str)] = &[
    (ONCE, "A word of your own, up to 255 letters: the same request with the same word is done once."),
    (IF_MATCH, "The ETag of what you saw: refused with 412 when it has changed since."),
    (IF_NONE_MATCH, "The ETag of what you have: answered with 304 when nothing has changed."),
    ("Range", "A part of the file, as in `bytes=0-999`."),
    ("If-Range", "The ETag of the file that the range is of."),
    (LAST_EVENT_ID, "The id of the last event that arrived: what came behind it follows."),
    (SECRET, "What a visitor was told when the conversation began."),
];

pub const SECTIONS: &[Section] = &[
    ASKING,
    CONVERSATIONS,
    LOOKING_BACK,
    DOCUMENTS,
    JOBS,
    GENERATIONS,
    SCHEDULES,
    SOURCES,
    SIGNING_IN,
    PEOPLE,
    GROUPS,
    KEYS,
    RIGHTS,
];

const ASKING: Section = Section {
    tag: "Asking",
    about: "Search, answers, and why a document did not answer.",
    rows: &[
        row("POST", "/api/v1/search", "Finds the passages that answer best.")
            .takes::<SearchRequest>()
            .gives::<SearchReply>(200),
        row("POST", "/api/v1/ask", "Answers a question with quotes from the documents.")
            .takes::<AskRequest>()
            .gives::<AskReply>(200)
            .also(&[404, 409]),
        row("GET", "/api/v1/streams/{stream}", "Goes on with an answer that is on its way, or was just now.")
            .headers(&[LAST_EVENT_ID])
            .gives_bytes("text/event-stream")
            .also(&[404]),
        row("DELETE", "/api/v1/streams/{stream}", "Has heard enough of an answer.").gives_nothing(204).also(&[404]),
        row("POST", "/v1/chat/completions", "Answers clients that speak OpenAI's chat completions.")
            .takes::<CompletionRequest>()
            .gives::<CompletionReply>(200),
        row("GET", "/v1/models", "Names the one model that such clients ask for.").gives::<ModelList>(200),
        row("GET", "/api/v1/ws", "Opens a socket that takes questions and tells answers as they are worked out.")
            .gives_nothing(101)
            .also(&[400]),
        row("GET", "/api/v1/suggestions", "Suggests questions that documents answer which the asker may read.")
            .gives::<SuggestionsReply>(200),
        row("POST", "/api/v1/why", "Says at which stage a document dropped out of an answer.")
            .takes::<WhyRequest>()
            .gives::<WhyReply>(200),
    ],
};

const CONVERSATIONS: Section = Section {
    tag: "Conversations",
    about: "What one has asked, as far as the answers may still be read.",
    rows: &[
        row("POST", "/api/v1/conversations", "Begins a conversation; a visitor is told its secret this once.")
            .gives::<ConversationMade>(201),
        row(
            "GET",
            "/api/v1/conversations",
            "Lists one's own conversations, the newest first, or those that hold words.",
        )
        .query::<Sought>()
        .gives::<ConversationList>(200),
        row("GET", "/api/v1/conversations/{conversation}", "Shows what was said in a conversation.")
            .query::<Behind>()
            .headers(&[SECRET])
            .gives::<ConversationReply>(200),
        row("PATCH", "/api/v1/conversations/{conversation}", "Calls a conversation something else.")
            .takes::<Rename>()
            .headers(&[SECRET])
            .gives::<ConversationLine>(200),
        row("GET", "/api/v1/conversations/{conversation}/export", "Gives a conversation as a file.")
            .query::<ExportQuery>()
            .headers(&[SECRET])
            .gives_bytes("application/octet-stream"),
        row("DELETE", "/api/v1/conversations/{conversation}", "Forgets a conversation.")
            .headers(&[SECRET])
            .gives_nothing(204),
        row("POST", "/api/v1/conversations/{conversation}/handoff", "Passes a conversation on to a person.")
            .headers(&[SECRET])
            .gives::<HandoffReply>(201)
            .also(&[409]),
        row("GET", "/api/v1/inbox", "Lists the conversations that wait for a person, the newest first.")
            .query::<InboxQuery>()
            .gives::<InboxReply>(200),
        row("GET", "/api/v1/inbox/{handoff}", "Shows what was said in one, as far as whoever looks may read.")
            .gives::<TranscriptReply>(200),
        row("POST", "/api/v1/inbox/{handoff}/replies", "Says something to whoever began it.")
            .takes::<ReplyRequest>()
            .headers(&[ONCE])
            .gives_nothing(201),
        row("POST", "/api/v1/inbox/{handoff}/resolve", "It needs nobody any more.").gives_nothing(204),
    ],
};

const LOOKING_BACK: Section = Section {
    tag: "Looking back",
    about: "What askers thought of their answers, and how those came about.",
    rows: &[
        row("PUT", "/api/v1/answers/{answer}/feedback", "Says whether an answer of one's own helped.")
            .takes::<FeedbackRequest>()
            .gives_nothing(204),
        row("DELETE", "/api/v1/answers/{answer}/feedback", "Takes that back.").gives_nothing(204),
        row("GET", "/api/v1/feedback", "Lists what was said of answers, of the newest first.")
            .query::<FeedbackQuery>()
            .gives::<FeedbackReply>(200),
        row(
            "GET",
            "/api/v1/insight",
            "Sums up what was asked and how it went, day by day, and what the library holds.",
        )
        .query::<InsightQuery>()
        .gives::<InsightReply>(200),
        row("GET", "/api/v1/insight/questions", "Groups by their meaning the questions that had no good answer.")
            .query::<InsightQuery>()
            .gives::<GapsReply>(200),
        row("GET", "/api/v1/insight/problems", "Counts what was lost on the way in, by its words.")
            .gives::<ProblemsReply>(200),
        row("GET", "/api/v1/insight/reliability", "Sums up how sure answers were said to be, and whether they helped.")
            .query::<InsightQuery>()
            .gives::<ReliabilityReply>(200),
        row("GET", "/api/v1/insight/unused", "Lists documents that no answer has quoted for long.")
            .query::<UnusedQuery>()
            .gives::<UnusedReply>(200),
        row("GET", "/api/v1/answers/{answer}", "Shows how an answer came about.").gives::<RecordReply>(200),
    ],
};

const DOCUMENTS: Section = Section {
    tag: "Documents",
    about: "What is in the library, as far as the asker reads.",
    rows: &[
        row("GET", "/api/v1/documents", "Lists the documents.").query::<DocumentsQuery>().gives::<Documents>(200),
        row("POST", "/api/v1/documents", "Hands in documents as base64; a job takes them up.")
            .takes::<NewDocuments>()
            .headers(&[ONCE])
            .gives::<Accepted>(202)
            .also(&[409, 422, 507]),
        row("POST", "/api/v1/documents/upload", "Hands in files as a form; a job takes them up.")
            .takes_form::<UploadForm>()
            .headers(&[ONCE])
            .gives::<Accepted>(202)
            .also(&[409, 413, 422, 507]),
        row("DELETE", "/api/v1/documents", "Removes a document by its id or by where it came from.")
            .takes::<Name>()
            .gives::<Removed>(200),
        row("GET", "/api/v1/documents/{document}", "Shows a document.")
            .headers(&[IF_NONE_MATCH])
            .gives::<DocumentReply>(200)
            .also(&[304]),
        row("PATCH", "/api/v1/documents/{document}", "Gives a document other readers.")
            .takes::<Relabel>()
            .headers(&[IF_MATCH])
            .gives::<DocumentReply>(200)
            .also(&[409, 412]),
        row("DELETE", "/api/v1/documents/{document}", "Removes a document.")
            .headers(&[IF_MATCH])
            .gives_nothing(204)
            .also(&[412]),
        row("GET", "/api/v1/documents/{document}/chunks", "Lists the parts of a document's text that are searched.")
            .query::<PageQuery>()
            .gives::<Chunks>(200),
        row("GET", "/api/v1/documents/{document}/text", "Gives the text of a document.")
            .headers(&[IF_NONE_MATCH])
            .gives_bytes("text/plain")
            .also(&[304]),
        row("GET", "/api/v1/receipts", "Lists the documents that left, and whether they were found gone.")
            .query::<PageQuery>()
            .gives::<Receipts>(200),
        row("GET", "/api/v1/receipts/{receipt}", "Gives the receipt of a document that left.")
            .gives::<ReceiptReply>(200),
        row("GET", "/api/v1/documents/{document}/versions", "Lists the versions of a document.").gives::<Versions>(200),
        row("GET", "/api/v1/documents/{document}/versions/text", "Gives the text of a version.")
            .query::<VersionQuery>()
            .gives_bytes("text/plain"),
        row("POST", "/api/v1/documents/{document}/read-again", "Reads a document again from its original file.")
            .gives::<Accepted>(202),
        row("GET", "/api/v1/documents/{document}/original", "Gives the file that a document was made of.")
            .headers(&[IF_NONE_MATCH, "Range", "If-Range"])
            .gives_bytes("application/octet-stream")
            .also(&[206, 304, 416]),
        row("GET", "/api/v1/documents/inspect", "Shows everything that is known of a document.")
            .query::<Name>()
            .gives::<InspectReply>(200)
            .also(&[404]),
        row("POST", "/api/v1/documents/sync", "Removes what came from a folder and is no longer in it.")
            .takes::<SyncRequest>()
            .gives::<SyncReply>(200),
    ],
};

const JOBS: Section = Section {
    tag: "Jobs",
    about: "What is being taken up, and what became of it.",
    rows: &[
        row("GET", "/api/v1/jobs", "Lists the jobs, the newest first.").query::<JobsQuery>().gives::<Jobs>(200),
        row("GET", "/api/v1/jobs/{job}", "Shows how far a job is, and what became of its items.")
            .query::<PageQuery>()
            .gives::<JobReply>(200),
        row("GET", "/api/v1/jobs/{job}/events", "Tells how a job stands whenever that changes, until it is over.")
            .query::<JobEventsQuery>()
            .gives_bytes("text/event-stream"),
        row("POST", "/api/v1/jobs/{job}/cancel", "Has a job stopped: what was done stays.")
            .gives::<JobLineReply>(202)
            .also(&[409]),
        row("POST", "/api/v1/jobs/retry", "Tries again what failed in a job, or in any of the last days.")
            .takes::<Retry>()
            .gives::<Retried>(202)
            .also(&[404]),
    ],
};

const GENERATIONS: Section = Section {
    tag: "Generations",
    about: "Builds of the index: one answers, others are built beside it or kept to go back to.",
    rows: &[
        row("GET", "/api/v1/generations", "Lists the builds of the index, the newest first.")
            .gives::<GenerationList>(200),
        row("POST", "/api/v1/generations", "Builds the index anew, as it is configured, while the former one answers.")
            .takes::<ReindexRequest>()
            .gives::<Reindexing>(202)
            .also(&[409]),
        row("POST", "/api/v1/generations/{generation}/promote", "Answers from this build from now on.")
            .gives::<GenerationReply>(200)
            .also(&[409]),
        row("POST", "/api/v1/generations/rollback", "Answers from the build that answered before.")
            .gives::<GenerationReply>(200)
            .also(&[409]),
        row("DELETE", "/api/v1/generations/{generation}", "Puts a build away for good, and looks whether it is gone.")
            .gives::<GenerationReply>(200)
            .also(&[409]),
    ],
};

const SCHEDULES: Section = Section {
    tag: "Schedules",
    about: "What begins by itself, and when: `every 6 h`, or the five fields of cron, in UTC.",
    rows: &[
        row("GET", "/api/v1/schedules", "Lists the schedules.").gives::<Schedules>(200),
        row("PUT", "/api/v1/schedules/{schedule}", "Says when something begins by itself.")
            .takes::<ScheduleRequest>()
            .gives::<ScheduleReply>(200),
        row("DELETE", "/api/v1/schedules/{schedule}", "Has a source crawled only when somebody says so.")
            .gives_nothing(204)
            .also(&[409]),
    ],
};

const SOURCES: Section = Section {
    tag: "Sources",
    about: "Sites that are crawled.",
    rows: &[
        row("POST", "/api/v1/sources", "Crawls a site, now and as its plan says.")
            .takes::<SiteRequest>()
            .headers(&[ONCE])
            .gives::<Queued>(202)
            .also(&[409, 422]),
        row("GET", "/api/v1/sources", "Lists the sources and how they stand.").gives::<Sources>(200),
        row("GET", "/api/v1/sources/{source}", "Shows how a source stands.").gives::<SourceReply>(200),
        row("DELETE", "/api/v1/sources/{source}", "Forgets a source and removes its documents.")
            .gives::<Confirmed>(200),
        row("GET", "/api/v1/sources/{source}/pages", "Lists what became of each address of a source.")
            .gives::<LedgerReply>(200),
        row("POST", "/api/v1/sources/{source}/confirm", "Removes the documents that a round no longer found.")
            .gives::<Confirmed>(200),
        row("POST", "/api/v1/sources/{source}/explain", "Says whether a crawl would fetch an address, and why.")
            .takes::<ExplainRequest>()
            .gives::<ExplainReply>(200),
    ],
};

const SIGNING_IN: Section = Section {
    tag: "Signing in",
    about: "Passwords, links that work once, sessions, and who one is.",
    rows: &[
        row("GET", "/api/v1/sign-in-ways", "Says how one can sign in here.").gives::<SignInWays>(200),
        row("POST", "/api/v1/sessions", "Signs in with a password and sets the cookie of the session.")
            .takes::<SignInRequest>()
            .gives::<SignedIn>(201)
            .also(&[401, 429]),
        row("GET", "/api/v1/sessions", "Lists one's own sessions.").gives::<Sessions>(200),
        row("DELETE", "/api/v1/sessions/current", "Signs out here.").gives_nothing(204),
        row("DELETE", "/api/v1/sessions/{session}", "Ends one of one's sessions.").gives_nothing(204),
        row("GET", "/api/v1/oidc/start", "Sends the browser to the provider to sign in there.")
            .gives_nothing(303)
            .also(&[404]),
        row("GET", "/api/v1/oidc/callback", "Takes the browser back from the provider, and signs in.")
            .query::<OidcAnswer>()
            .gives_nothing(303)
            .also(&[404]),
        row("GET", "/api/v1/me", "Says who the asker is and what they may read.").gives::<Me>(200),
        row("POST", "/api/v1/me/password", "Changes one's password and ends every other session.")
            .takes::<PasswordRequest>()
            .gives::<SignedIn>(201),
        row("POST", "/api/v1/links/inspect", "Says what a link is for, without using it up.")
            .takes::<LinkRequest>()
            .gives::<LinkReply>(200)
            .also(&[429]),
        row("POST", "/api/v1/links/redeem", "Uses up a link: sets a password and signs in.")
            .takes::<RedeemRequest>()
            .gives::<SignedIn>(201)
            .also(&[409, 429]),
    ],
};

const PEOPLE: Section = Section {
    tag: "People",
    about: "Accounts, and what each may do and read.",
    rows: &[
        row("GET", "/api/v1/people", "Lists the people by the names that they sign in by.")
            .query::<PeopleQuery>()
            .gives::<PeopleReply>(200),
        row("POST", "/api/v1/people", "Invites somebody; the link to join is told this once.")
            .takes::<NewPersonRequest>()
            .gives::<Invited>(201)
            .also(&[409]),
        row("GET", "/api/v1/people/{person}", "Shows a person.").gives::<PersonReply>(200),
        row("PATCH", "/api/v1/people/{person}", "Changes somebody's name, role, tier, groups or state.")
            .takes::<PersonChangeRequest>()
            .gives::<PersonReply>(200)
            .also(&[409]),
        row("DELETE", "/api/v1/people/{person}", "Removes a person with their sessions and keys.")
            .gives_nothing(204)
            .also(&[409]),
        row("POST", "/api/v1/people/{person}/link", "Makes a new link to join or to choose another password.")
            .gives::<LinkMade>(201)
            .also(&[409]),
        row("GET", "/api/v1/people/{person}/sessions", "Lists somebody's sessions.").gives::<Sessions>(200),
        row("DELETE", "/api/v1/people/{person}/sessions", "Signs somebody out everywhere.").gives::<Ended>(200),
    ],
};

const GROUPS: Section = Section {
    tag: "Groups",
    about: "Names that documents are labelled with and that people belong to.",
    rows: &[
        row("GET", "/api/v1/groups", "Lists the groups with how many people and documents are in each.")
            .gives::<GroupsReply>(200),
        row("POST", "/api/v1/groups", "Adds a group.").takes::<NewGroupRequest>().gives::<GroupReply>(201).also(&[409]),
        row("DELETE", "/api/v1/groups/{group}", "Removes a group: nobody belongs to it any more.")
            .gives_nothing(204)
            .also(&[409]),
    ],
};

const KEYS: Section = Section {
    tag: "Keys",
    about: "Credentials of programs, each within the rights of its owner.",
    rows: &[
        row("GET", "/api/v1/keys", "Lists one's own keys, somebody's, or everybody's.")
            .query::<KeysQuery>()
            .gives::<KeysReply>(200)
            .also(&[404]),
        row("POST", "/api/v1/keys", "Makes a key; its secret is told this once.")
            .takes::<NewKeyRequest>()
            .gives::<KeyMade>(201)
            .also(&[404, 409]),
        row("DELETE", "/api/v1/keys/{key}", "Revokes a key.").gives_nothing(204),
    ],
};

const RIGHTS: Section = Section {
    tag: "Rights",
    about: "Whether everybody sees what they should, and what was done.",
    rows: &[
        row("POST", "/api/v1/simulate/compare", "Shows what two askers are shown, side by side.")
            .takes::<CompareRequest>()
            .gives::<CompareReply>(200),
        row("POST", "/api/v1/access/explain", "Says which rule decides whether a person reads a document.")
            .takes::<AccessRequest>()
            .gives::<AccessReply>(200),
        row("GET", "/api/v1/audit", "Lists what was done, the last first.")
            .query::<AuditQuery>()
            .gives::<AuditReply>(200),
        row("GET", "/api/v1/audit/export", "Gives what was done in its order, one JSON object a line.")
            .query::<AuditQuery>()
            .gives_bytes("application/x-ndjson"),
        row("GET", "/api/v1/spending", "Shows what language models cost in the last month, day by day and by whom.")
            .gives::<SpendingReply>(200),
        row("POST", "/api/v1/backup", "Gives everything that cannot be made again as one file, as of one moment.")
            .takes::<BackupRequest>()
            .gives_bytes("application/octet-stream"),
        row("GET", "/api/v1/settings", "Shows what the house was told, without its secrets.")
            .gives::<SettingsReply>(200),
        row("PATCH", "/api/v1/settings", "Sets what the house is called, how it looks and who it sounds like.")
            .takes::<SettingsChange>()
            .gives::<SettingsReply>(200)
            .also(&[409]),
        row("GET", "/api/v1/house", "Says what the house is called and how it looks.").gives::<HouseReply>(200),
        row("POST", "/api/v1/settings/test", "Asks the models whether they are there.").gives::<ConnectionsReply>(200),
        row("POST", "/api/v1/self-check", "Searches for leaks now, and says what was found.")
            .gives::<SelfCheckReply>(200)
            .also(&[409]),
    ],
};
