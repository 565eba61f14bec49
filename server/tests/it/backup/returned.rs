//! What comes back: every row and every original, from either database into either, usable at once.

use std::collections::BTreeSet;

use server::audit::Audit;
use server::backup::{Agreement, BackupError, Head, Packer, Wish, take};
use server::datadir::HoldError;
use server::store::{Field, Filling, KeptRow, PASSING, Vectors, kept_tables, known_schema, newest_schema};

use super::filled::{counts, filled};
use super::{Elsewhere, on_disk, taken};
use crate::ground::{Ground, on_both};
use crate::http::TEXTS;
use crate::library::{Home, IndexKind};

on_both!(
    the_same_kind_takes_it_up,
    the_other_kind_takes_it_up,
    embeddings_can_stay_behind,
    what_is_lost_is_said,
    an_older_one_is_brought_up_to_date,
    a_restore_that_died_is_done_again,
    a_restore_that_died_at_its_end_is_done,
    the_index_gives_what_it_gave,
);

async fn the_same_kind_takes_it_up(ground: Ground) {
    let there = Elsewhere::like(&ground).await;
    comes_back(ground, there).await;
}

async fn the_other_kind_takes_it_up(ground: Ground) {
    let there = match ground.store.kind() {
        "sqlite" => Elsewhere::postgres().await,
        _ => Elsewhere::sqlite(),
    };
    comes_back(ground, there).await;
}

async fn comes_back(ground: Ground, there: Elsewhere) {
    let ground = filled(ground).await;
    let before = counts(&ground, kept_tables(Vectors::Kept)).await;
    let restored = there.restore(&taken(&ground, None).await, None).await.unwrap();
    assert!(!restored.was_there);
    assert_eq!(restored.contents.head.database, ground.store.kind());
    assert_eq!(restored.contents.trailer.originals as usize, TEXTS.len());
    let back = there.open().await;

    let mut after = counts(&back, kept_tables(Vectors::Kept)).await;
    // What was never closed was never acknowledged.
    assert_eq!((before["jobs"].as_str(), after.insert("jobs", before["jobs"].clone()).unwrap().as_str()), ("3", "2"));
    assert_eq!(after, before);
    assert!(
        counts(&back, PASSING).await.values().all(|count| count == "0"),
        "nobody comes in with what they held then"
    );
    assert_eq!(back.texts("SELECT state FROM jobs WHERE id = 'run'").await, ["queued"]);

    // Read through the store, as everybody does.
    assert_eq!(back.workspace, ground.workspace);
    for (origin, _, _) in TEXTS {
        let document = ground.store.document_by_name(&ground.everything(), origin).await.unwrap().unwrap();
        let text = |of: &Ground| (of.store.clone(), of.everything());
        let ((before, all), (after, everything)) = (text(&ground), text(&back));
        let (before, after) =
            (before.document_text(&all, document).await, after.document_text(&everything, document).await);
        assert!(before.unwrap().is_some_and(|before| Some(before) == after.unwrap()), "{origin}");
    }
    let names: BTreeSet<String> = ground.store.originals().names().unwrap().into_iter().collect();
    assert_eq!(names, back.store.originals().names().unwrap().into_iter().collect());
    for name in names {
        assert_eq!(back.store.originals().get(&name).unwrap(), ground.store.originals().get(&name).unwrap());
    }
    let fine = "SELECT CAST(average_terms AS TEXT) FROM generations WHERE id = 'g1'";
    assert_eq!(back.texts(fine).await, ["41.25"]);
    assert_eq!(back.texts("SELECT name FROM people WHERE login = 'ada'").await, ["Ada Größe"]);
    assert!(Audit::new(back.store.clone(), back.workspace).verify(None).await.unwrap().is_ok(), "the log is whole");
}

async fn embeddings_can_stay_behind(ground: Ground) {
    let ground = filled(ground).await;
    let there = Elsewhere::like(&ground).await;
    let wish = Wish { vectors: Vectors::LeftOut, passphrase: None, prover: None };
    let (small, trailer) = take(&ground.store, wish, Vec::new()).await.unwrap();
    assert!(!trailer.rows.contains_key("vectors") && small.len() < taken(&ground, None).await.len());
    there.restore(&small, None).await.unwrap();
    let home = Home::new(there.open().await, IndexKind::Memory);
    assert_eq!(home.ground.store.vector_count(home.library.live().embedder.name()).await.unwrap(), 0);
    // They are made again where they are missing.
    let report = home.library.reconcile().await.unwrap();
    assert_eq!(report.rebuilt, TEXTS.len());
    home.assert_in_step().await;
}

/// A file that is gone or rotten costs its document nothing but the file.
async fn what_is_lost_is_said(ground: Ground) {
    let ground = filled(ground).await;
    let originals = ground.store.originals().names().unwrap();
    let folder = ground.folder.path().join("originals");
    std::fs::remove_file(folder.join(&originals[0])).unwrap();
    std::fs::write(folder.join(&originals[1]), "rotten").unwrap();
    let there = Elsewhere::like(&ground).await;
    let restored = there.restore(&taken(&ground, None).await, None).await.unwrap();
    let lost: BTreeSet<&String> = restored.contents.lost.iter().collect();
    assert_eq!(lost, originals[..2].iter().collect());
    let back = there.open().await;
    let kept: BTreeSet<String> = back.store.originals().names().unwrap().into_iter().collect();
    assert_eq!(kept, originals[2..].iter().cloned().collect());
    assert_eq!(back.store.document_count(&back.everything()).await.unwrap(), TEXTS.len());
}

/// As a former version would have written it.
async fn an_older_one_is_brought_up_to_date(ground: Ground) {
    let old = known_schema(18).unwrap();
    let head = Head {
        lectern: "0.0.1".into(),
        schema: old.version,
        schema_mark: old.mark,
        taken_ms: 7,
        database: "sqlite".into(),
    };
    let mut packer = Packer::begin(Vec::new(), &head, None).unwrap();
    let workspace = ground.workspace.to_string();
    let text = |text: &str| Field::Text(text.to_owned());
    let row = |columns: &[&str], fields: Vec<Field>| KeptRow {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        fields,
    };
    let columns = ["id", "name", "live_generation", "created_ms", "catalog_version"];
    let fields = vec![text(&workspace), text("main"), Field::Nothing, Field::Whole(1), Field::Whole(5)];
    packer.row("workspaces", &row(&columns, fields)).unwrap();
    let columns = "id workspace_id kind state lease_owner lease_until fence created_ms updated_ms source_id begun_by";
    let columns: Vec<&str> = columns.split(' ').collect();
    let words = ["j", &workspace, "ingest", "running", "another"].map(text);
    let numbers = [Field::Whole(9), Field::Whole(1), Field::Whole(1), Field::Whole(1)];
    let fields = words.into_iter().chain(numbers).chain([Field::Nothing, text("")]).collect();
    packer.row("jobs", &row(&columns, fields)).unwrap();
    let (file, _) = packer.finish().unwrap();

    let there = Elsewhere::like(&ground).await;
    there.restore(&file, None).await.unwrap();
    let back = there.open().await;
    assert_eq!(back.workspace, ground.workspace);
    // 5, and one more since its first index was begun.
    assert_eq!(back.store.catalog_version(back.workspace).await.unwrap(), 6);
    assert_eq!(back.texts("SELECT state || ' ' || priority || note FROM jobs").await, ["queued 0"]);
    assert_eq!(back.store.cut().await.unwrap().schema().version, newest_schema());
}

async fn a_restore_that_died_is_done_again(ground: Ground) {
    let ground = filled(ground).await;
    let file = taken(&ground, None).await;
    let there = Elsewhere::like(&ground).await;
    // As far as one that is killed before its end comes: its mark, some originals, rows that were never committed.
    there.data().begin_restore().unwrap();
    there.originals().put(&[b"of a run that died".to_vec()]).unwrap();
    let mut filling = Filling::open(&there.database).await.unwrap();
    filling.begin(newest_schema()).await.unwrap();
    let columns = ["id", "name", "created_ms"].map(str::to_owned).into();
    let fields = vec![Field::Text("w".into()), Field::Text("main".into()), Field::Whole(1)];
    filling.put("workspaces", KeptRow { columns, fields }).await.unwrap();
    drop(filling);
    assert!(matches!(there.data().hold(), Err(HoldError::Unfinished(_))));

    there.restore(&file, None).await.unwrap();
    assert!(matches!(there.data().hold(), Err(HoldError::Unfinished(_))), "until its caller has proved it");
    let back = there.open().await;
    assert_eq!(back.store.originals().names().unwrap().len(), TEXTS.len());
    assert_eq!(back.store.document_count(&back.everything()).await.unwrap(), TEXTS.len());
}

async fn a_restore_that_died_at_its_end_is_done(ground: Ground) {
    let ground = filled(ground).await;
    let file = taken(&ground, None).await;
    let there = Elsewhere::like(&ground).await;
    assert!(!there.restore(&file, None).await.unwrap().was_there);
    assert!(there.restore(&file, None).await.unwrap().was_there);
    // Another one is not what is there.
    ground.publish("new.md", "public", "A new text.").await;
    let other = there.restore(&taken(&ground, None).await, None).await.unwrap_err();
    assert!(matches!(other, BackupError::Differs(_)), "{other}");
    let back = there.open().await;
    assert_eq!(back.store.document_count(&back.everything()).await.unwrap(), TEXTS.len());
}

async fn the_index_gives_what_it_gave(ground: Ground) {
    let home = Home::new(ground, IndexKind::Edge);
    let texts: Vec<(String, String)> = (0..40)
        .map(|n| {
            (format!("{n}.md"), format!("# Bird {n}\n\nThe heron number {n} eats {} fish in the {}.", n * 7 % 5, n % 3))
        })
        .collect();
    let texts: Vec<(&str, &str, &str)> =
        texts.iter().map(|(origin, text)| (origin.as_str(), "internal", text.as_str())).collect();
    home.ingest(&texts).await;
    home.remove(home.document("3.md").await.unwrap()).await;
    let wish = Wish { vectors: Vectors::Kept, passphrase: None, prover: Some(home.library.prover()) };
    let (file, _) = take(&home.ground.store, wish, Vec::new()).await.unwrap();
    let rankings = server::backup::check(on_disk(&file).path(), None).unwrap().rankings.unwrap();
    assert!(rankings.is_exact && rankings.rankings.len() == 39, "{} questions", rankings.rankings.len());
    assert!(rankings.rankings.iter().all(|ranking| ranking.points.len() == 10));

    let there = Elsewhere::like(&home.ground).await;
    there.restore(&file, None).await.unwrap();
    let back = Home::new(there.open().await, IndexKind::Edge);
    let lacking = back.library.prover().compare(&rankings).await.unwrap();
    assert_eq!((lacking.identical, lacking.share(&rankings)), (0, 0.0), "an empty index gives nothing");
    assert_eq!(back.library.reconcile().await.unwrap().rebuilt, 39);
    let agreement = back.library.prover().compare(&rankings).await.unwrap();
    assert_eq!(agreement, Agreement { questions: 39, identical: 39, differing: Vec::new() });
    back.assert_in_step().await;
}
