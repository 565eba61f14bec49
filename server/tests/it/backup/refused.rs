//! What is refused: whatever is not whole, not ours, not for this version, or for a place that holds something already.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use server::backup::{BackupError, Head, Opener, Packer, Sealer, check};
use server::store::{Filling, Found, known_schema, newest_schema};

use super::filled::filled;
use super::{Elsewhere, on_disk, secret, taken};
use crate::ground::{Ground, on_both};
use crate::library::{Home, IndexKind};

on_both!(
    nothing_of_a_changed_one_is_used,
    only_its_passphrase_opens_it,
    a_place_that_holds_something_is_left_alone,
    one_of_another_version_is_refused,
);

const KEPT: &str = "a quiet harbour at night";

/// Small enough for every byte of it to be tried.
async fn small() -> Vec<u8> {
    let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    home.ingest(&[("a.md", "public", "# Heron\n\nThe heron stands in the water.")]).await;
    taken(&home.ground, None).await
}

fn refusal(file: &[u8]) -> Option<BackupError> {
    check(on_disk(file).path(), None).err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_flipped_byte_is_refused() {
    let file = small().await;
    assert!(refusal(&file).is_none() && file.len() > 1_000, "{}", file.len());
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(refusal(&changed).is_some(), "byte {at} of {}", file.len());
    }
    for length in (0..file.len()).step_by(7) {
        assert!(refusal(&file[..length]).is_some(), "{length} of {}", file.len());
    }
}

/// Whoever can close an envelope anew still has to close a whole backup in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_frame_is_refused_in_a_whole_envelope() {
    let file = small().await;
    let mut frames = Vec::new();
    DeflateDecoder::new(Opener::begin(&file[..], None).unwrap()).read_to_end(&mut frames).unwrap();
    let closed = |frames: &[u8]| {
        let mut into = DeflateEncoder::new(Sealer::begin(Vec::new(), 7, None).unwrap(), Compression::fast());
        into.write_all(frames).unwrap();
        into.finish().unwrap().finish().unwrap()
    };
    assert!(refusal(&closed(&frames)).is_none(), "closed anew it is what it was");
    let (mut begins, mut at) = (Vec::new(), 0);
    while at < frames.len() {
        begins.push(at);
        at += 5 + u32::from_le_bytes(frames[at + 1..at + 5].try_into().unwrap()) as usize;
    }
    assert!(begins.len() > 20, "{}", begins.len());
    for (number, begin) in begins.iter().enumerate() {
        let end = begins.get(number + 1).copied().unwrap_or(frames.len());
        let damaged = |frames: &[u8]| matches!(refusal(&closed(frames)), Some(BackupError::Damaged(_)));
        assert!(damaged(&frames[..*begin]), "cut off before frame {number}");
        assert!(damaged(&frames[..end - 1]), "cut off within frame {number}");
        assert!(damaged(&[&frames[..*begin], &frames[end..]].concat()), "without frame {number}");
        assert!(damaged(&[&frames[..end], &frames[*begin..]].concat()), "frame {number} twice");
        let mut changed = frames.clone();
        changed[end - 1] ^= 1;
        assert!(refusal(&closed(&changed)).is_some(), "frame {number} changed");
    }
    assert!(matches!(refusal(&closed(&[&frames[..], &[0]].concat())), Some(BackupError::Damaged(_))));
}

async fn nothing_of_a_changed_one_is_used(ground: Ground) {
    let ground = filled(ground).await;
    let file = taken(&ground, None).await;
    let there = Elsewhere::like(&ground).await;
    for at in (0..file.len()).step_by(file.len() / 12) {
        let mut changed = file.clone();
        changed[at] ^= 0x10;
        assert!(there.restore(&changed, None).await.is_err(), "byte {at}");
    }
    let half = there.restore(&file[..file.len() / 2], None).await.unwrap_err();
    assert!(half.to_string().contains("damaged: it is cut off; nothing of it was used"), "{half}");
    assert!(there.originals().is_empty().unwrap() && there.data().hold().is_ok());
    let mut filling = Filling::open(&there.database).await.unwrap();
    assert_eq!(filling.look().await.unwrap(), Found::Nothing(None));
    drop(filling);
    there.restore(&file, None).await.unwrap();
}

async fn only_its_passphrase_opens_it(ground: Ground) {
    let ground = filled(ground).await;
    let (sealed, open) = (taken(&ground, Some(KEPT)).await, taken(&ground, None).await);
    let there = Elsewhere::like(&ground).await;
    let said = |refused: Result<_, BackupError>| refused.map(drop).unwrap_err().to_string();
    assert_eq!(said(there.restore(&sealed, Some("a loud one")).await), "the passphrase does not open this backup");
    let needed = said(there.restore(&sealed, None).await);
    assert!(needed.contains("sealed") && needed.contains("LECTERN_BACKUP_PASSPHRASE"), "{needed}");
    let path = on_disk(&sealed);
    assert!(check(path.path(), Some(&secret(KEPT))).is_ok());
    for at in [90, sealed.len() / 2, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(check(on_disk(&changed).path(), Some(&secret(KEPT))).is_err(), "byte {at}");
    }
    // One that is not sealed needs none, and does not mind one.
    assert!(check(on_disk(&open).path(), Some(&secret(KEPT))).is_ok());
    there.restore(&sealed, Some(KEPT)).await.unwrap();
}

async fn a_place_that_holds_something_is_left_alone(ground: Ground) {
    let file = taken(&ground, None).await;
    let refused = |error: BackupError, words: &str| {
        let said = error.to_string();
        assert!(said.contains(words) && said.contains("restore into an empty data directory"), "{said}");
    };
    let live = filled(ground).await;
    let before = live.texts("SELECT id FROM documents ORDER BY id").await;
    let there = Elsewhere { folder: live.folder, database: live.database };
    refused(there.restore(&file, None).await.unwrap_err(), "the database holds a library");
    assert!(!there.data().is_being_restored(), "nothing was begun");
    let live = Ground::on(there.database, there.folder).await;
    assert_eq!(live.texts("SELECT id FROM documents ORDER BY id").await, before);

    let there = Elsewhere::like(&live).await;
    there.originals().put(&[b"somebody's".to_vec()]).unwrap();
    refused(there.restore(&file, None).await.unwrap_err(), "holds originals");
    let there = Elsewhere::like(&live).await;
    std::fs::create_dir_all(there.data().index().join("of-other-rows")).unwrap();
    refused(there.restore(&file, None).await.unwrap_err(), "holds an index");
}

async fn one_of_another_version_is_refused(ground: Ground) {
    let newest = newest_schema();
    let mark = known_schema(newest).unwrap().mark;
    let file = |schema: i64, schema_mark: &str| {
        let (lectern, database) = ("9.0.0".to_owned(), "sqlite".to_owned());
        let head = Head { lectern, schema, schema_mark: schema_mark.to_owned(), taken_ms: 7, database };
        Packer::begin(Vec::new(), &head, None).unwrap().finish().unwrap().0
    };
    let there = Elsewhere::like(&ground).await;
    let newer = there.restore(&file(newest + 1, &mark), None).await.unwrap_err();
    assert!(matches!(newer, BackupError::Newer) && newer.to_string().contains("newer version of lectern"), "{newer}");
    let other = there.restore(&file(newest, "of other tables"), None).await.unwrap_err();
    assert!(matches!(other, BackupError::OtherTables), "{other}");
    // Tables of a newer version cannot be made older again.
    there.restore(&file(newest, &mark), None).await.unwrap();
    there.data().end_restore().unwrap();
    let older = known_schema(18).unwrap().mark;
    let used = there.restore(&file(18, &older), None).await.unwrap_err();
    assert!(matches!(used, BackupError::NotEmpty(_)), "{used}");
}
