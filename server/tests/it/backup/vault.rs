//! Backups that are taken by themselves: into a folder, of which the newest stay.

use std::path::PathBuf;

use server::backup::{Vault, check};
use server::library::{Ending, JobKind};

use super::{Elsewhere, secret};
use crate::ground::{Ground, HOUR_MS, on_both};
use crate::library::{Home, IndexKind};

on_both!(the_newest_stay, without_a_folder_none_is_taken);

async fn the_newest_stay(ground: Ground) {
    let mut home = Home::new(ground, IndexKind::Memory);
    home.ingest(&[("a.md", "public", "# Heron\n\nThe heron stands in the water.")]).await;
    let kept = tempfile::tempdir().unwrap();
    let folder = kept.path().join("made/by/itself");
    let passphrase = Some(secret("a quiet harbour"));
    home.library.vault = Some(Vault { folder: folder.clone(), keep: 2, passphrase: passphrase.clone() });
    home.library.ensure_schedules().await.unwrap();
    let planned = home.ground.texts("SELECT expression FROM schedules WHERE name = 'backup'").await;
    assert_eq!(planned, ["every 1 d"]);
    assert!(home.library.begin_due().await.unwrap().is_empty(), "not before its time");
    let mut all: Vec<Vec<PathBuf>> = Vec::new();
    for _ in 0..4 {
        home.ground.turn(25 * HOUR_MS);
        home.library.begin_due().await.unwrap();
        let (job, ending) = home.library.run(JobKind::Backup).await.unwrap().unwrap();
        assert_eq!(ending, Ending::Done(()));
        let stages = home.ground.row_of(job).await;
        assert!(stages.contains(&"written 1 1".to_owned()) && stages.contains(&"checked 1 1".to_owned()), "{stages:?}");
        let mut there: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        there.sort();
        all.push(there);
    }
    assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 2, 2]);
    assert_eq!(all[3][0], all[2][1], "the oldest went");
    let newest = &all[3][1];
    assert!(check(newest, None).is_err());
    let contents = check(newest, passphrase.as_ref()).unwrap();
    assert!(contents.rankings.is_some_and(|rankings| rankings.is_exact && !rankings.rankings.is_empty()));
    let there = Elsewhere::like(&home.ground).await;
    there.restore(&std::fs::read(newest).unwrap(), Some("a quiet harbour")).await.unwrap();
    assert_eq!(there.open().await.texts("SELECT origin FROM origins").await, ["a.md"]);
}

async fn without_a_folder_none_is_taken(ground: Ground) {
    let home = Home::new(ground, IndexKind::Memory);
    home.library.ensure_schedules().await.unwrap();
    assert_eq!(home.ground.texts("SELECT name FROM schedules WHERE name = 'backup'").await, [""; 0]);
    // Somebody had it begun all the same.
    let (store, workspace) = (&home.ground.store, home.ground.workspace);
    let job = store.job_queue(workspace, JobKind::Backup, None, "tester").await.unwrap();
    let told = home.library.run(JobKind::Backup).await.unwrap_err();
    assert!(told.to_string().contains("needs a folder"), "{told}");
    let row = home.ground.row_of(job).await.join(" ");
    assert!(row.starts_with("failed") && row.contains("[backup]"), "{row}");
}
