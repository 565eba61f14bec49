//! A deed: what was done, to what, and on which occasion.

use serde_json::{Value, json};

/// More of a detail than this is left out: a deed is a line, not a file.
const LONGEST_DETAIL_BYTES: usize = 2_048;
const LONGEST_ID: usize = 300;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident => $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

words!(
    /// What was done.
    What {
        SignedIn => "signed_in",
        SignInFailed => "sign_in_failed",
        SignedOut => "signed_out",
        PasswordChanged => "password_changed",
        PersonInvited => "person_invited",
        PersonJoined => "person_joined",
        PersonChanged => "person_changed",
        PersonRemoved => "person_removed",
        GroupAdded => "group_added",
        GroupRemoved => "group_removed",
        KeyMade => "key_made",
        KeyRevoked => "key_revoked",
        KeyUsed => "key_used",
        DocumentsAdded => "documents_added",
        DocumentRelabelled => "document_relabelled",
        DocumentRemoved => "document_removed",
        OriginalRead => "original_read",
        FolderSynced => "folder_synced",
        SourceMade => "source_made",
        SourceChanged => "source_changed",
        SourceRemoved => "source_removed",
        JobCancelled => "job_cancelled",
        ScheduleChanged => "schedule_changed",
        ScheduleRemoved => "schedule_removed",
        IndexBegun => "index_begun",
        IndexPromoted => "index_promoted",
        IndexDiscarded => "index_discarded",
        TranscriptRead => "transcript_read",
        Replied => "replied",
        HandoffResolved => "handoff_resolved",
        ConversationRemoved => "conversation_removed",
        Simulated => "simulated",
        AccessExplained => "access_explained",
        LeaksSought => "leaks_sought",
        Configuration => "configuration",
        SettingsChanged => "settings_changed",
        AuditExported => "audit_exported",
        BackupTaken => "backup_taken",
        Restored => "restored",
    }
);

words!(
    /// What it was done to.
    Thing {
        Person => "person",
        SignIn => "sign_in",
        Group => "group",
        Key => "key",
        Document => "document",
        Source => "source",
        Job => "job",
        Schedule => "schedule",
        Generation => "generation",
        Folder => "folder",
        Conversation => "conversation",
        Handoff => "handoff",
        Label => "label",
        House => "house",
    }
);

/// From where, and in the course of which request.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Occasion {
    pub address: String,
    pub request: String,
}

impl Occasion {
    /// At the command line of the machine itself.
    pub fn here() -> Self {
        Self { address: "command line".into(), request: String::new() }
    }
}

/// Something that was done.
#[derive(Clone, PartialEq, Debug)]
pub struct Deed {
    pub(super) what: What,
    pub(super) object: Option<(Thing, String)>,
    pub(super) detail: Value,
    pub(super) occasion: Occasion,
}

impl Deed {
    pub fn new(what: What, occasion: Occasion) -> Self {
        Self { what, object: None, detail: json!({}), occasion }
    }

    #[must_use]
    pub fn to(self, thing: Thing, id: impl ToString) -> Self {
        let id = id.to_string().chars().take(LONGEST_ID).collect();
        Self { object: Some((thing, id)), ..self }
    }

    /// What else may be known of it: labels and names of settings, never a question, a passage or a secret.
    #[must_use]
    pub fn with(self, detail: Value) -> Self {
        Self { detail, ..self }
    }
}

/// As it is kept.
pub(super) fn small(detail: &Value) -> String {
    let text = detail.to_string();
    match text.len() {
        0..=LONGEST_DETAIL_BYTES => text,
        bytes => json!({"left_out_bytes": bytes}).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_small() {
        assert_eq!(small(&json!({"tier": "internal"})), r#"{"tier":"internal"}"#);
        assert_eq!(small(&json!({"x": "y".repeat(3_000)})), r#"{"left_out_bytes":3008}"#);
        let deed = Deed::new(What::GroupAdded, Occasion::default()).to(Thing::Group, "g".repeat(1_000));
        assert_eq!(deed.object.unwrap().1.len(), LONGEST_ID);
    }

    #[test]
    fn words_differ() {
        let words: std::collections::BTreeSet<_> = What::ALL.iter().map(|what| what.as_str()).collect();
        assert_eq!(words.len(), What::ALL.len());
    }
}
