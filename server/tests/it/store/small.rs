//! The small nouns: cached vectors, originals, answer records.

use ingest::draft::hash_of;
use ingest::ports::{Catalog, CatalogError, Change};
use retrieval::access::Reach;
use retrieval::model::{ContentHash, DocumentId, GenerationId};
use server::store::{AnswerRecord, Originals, Stages, Tokens};
use uuid::Uuid;

use crate::ground::{Ground, MODEL, draft, label, on_both};

on_both!(
    vectors_come_back_bit_by_bit_in_the_order_asked_for,
    a_vector_belongs_to_one_model,
    an_original_that_is_gone_is_an_error_that_says_so,
    an_answer_record_holds_what_rested_on_what,
);

async fn vectors_come_back_bit_by_bit_in_the_order_asked_for(ground: Ground) {
    let odd = [0.0, -0.0, 1.5e-45, f32::MIN_POSITIVE, f32::MAX, f32::NEG_INFINITY, f32::NAN, 1.0 / 3.0];
    let (lease, items) = ground.job(&[("a.md", "public")]).await;
    let mut odd_draft = draft(&items[0], &(0..250).map(|n| n.to_string()).collect::<Vec<_>>().join("\n"));
    for (at, (_, vector)) in odd_draft.vectors.iter_mut().enumerate() {
        let mut numbers = odd;
        numbers[7] = at as f32 / 3.0;
        *vector = numbers.into();
    }
    ground.settle(&lease, &items[0], Change::Publish(Box::new(odd_draft.clone()))).await;
    let mut keys: Vec<ContentHash> = odd_draft.vectors.iter().map(|(key, _)| *key).collect();
    keys.reverse();
    keys.insert(100, hash_of("never seen"));
    let found = ground.store.vector_find(MODEL, &keys).await.unwrap();
    assert!(found[100].is_none());
    let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
    for (found, (_, expected)) in found.iter().flatten().zip(odd_draft.vectors.iter().rev()) {
        assert_eq!(bits(found), bits(expected));
    }
    assert_eq!(found.iter().flatten().count(), 250);
    assert!(ground.store.vector_find(MODEL, &[]).await.unwrap().is_empty());
}

async fn a_vector_belongs_to_one_model(ground: Ground) {
    let published = ground.publish("a.md", "public", "text").await;
    let key = published.draft.vectors[0].0;
    assert!(ground.store.vector_find(MODEL, &[key]).await.unwrap()[0].is_some());
    assert!(ground.store.vector_find("another", &[key]).await.unwrap()[0].is_none());
    // Another document says the same: it goes with the last of them.
    let again = ground.publish("b.md", "internal", "text").await;
    ground.store.document_remove(ground.workspace, published.document).await.unwrap();
    assert!(ground.store.vector_find(MODEL, &[key]).await.unwrap()[0].is_some());
    ground.store.document_remove(ground.workspace, again.document).await.unwrap();
    assert!(ground.store.vector_find(MODEL, &[key]).await.unwrap()[0].is_none());
}

async fn an_original_that_is_gone_is_an_error_that_says_so(ground: Ground) {
    let (lease, items) = ground.job(&[("a.md", "public")]).await;
    let error = ground.catalog(&lease).await.original(&items[0]).await.err().unwrap();
    assert!(matches!(&error, CatalogError::Lost(_)), "{error}");
    assert!(error.to_string().contains("its original cannot be read"), "{error}");
}

async fn an_answer_record_holds_what_rested_on_what(ground: Ground) {
    let record = AnswerRecord {
        workspace: ground.workspace,
        generation: GenerationId(Uuid::from_u128(2)),
        asker: "visitor tier=public".into(),
        reach: Reach::UpTo(label("public")),
        question: "Wie lange dauert's?\n\"ü\" 数".into(),
        answer: "Zehn Tage.".into(),
        declined: false,
        mode: "extractive",
        model: "none".into(),
        trace: serde_json::json!({"candidates": [{"point": "x", "fused": 0.5}]}),
        took_ms: 12,
        stages: Some(Stages([1, 2, 3, 0, 5, 1])),
        confidence: Some(0.4567),
        tokens: Tokens::default(),
        documents: vec![(DocumentId(Uuid::from_u128(3)), true), (DocumentId(Uuid::from_u128(4)), false)],
    };
    let id = ground.store.answer_record_insert(&record).await.unwrap().to_string();
    let kept = |column: &str| {
        format!("SELECT {column} FROM answer_records WHERE id = '{id}' AND took_ms = 12 AND declined = 0")
    };
    for (column, expected) in [
        ("asker", record.asker.clone()),
        ("question", record.question.clone()),
        ("answer", record.answer.clone()),
        ("mode", record.mode.to_owned()),
        ("trace", record.trace.to_string()),
        ("stages", "1 2 3 0 5 1".to_owned()),
        ("CAST(confidence AS TEXT)", "457".to_owned()),
        ("generation_id", record.generation.to_string()),
    ] {
        assert_eq!(ground.texts(&kept(column)).await, [expected]);
    }
    let found = format!("SELECT document_id FROM answer_documents WHERE record_id = '{id}' AND cited = 1");
    assert_eq!(ground.texts(&found).await, [Uuid::from_u128(3).to_string()]);
    let declined = AnswerRecord { declined: true, ..record };
    assert_ne!(ground.store.answer_record_insert(&declined).await.unwrap().to_string(), id);
}

#[test]
fn the_same_bytes_may_be_handed_in_by_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let originals = Originals::open(folder.path()).unwrap();
    let contents: Vec<Vec<u8>> = (0..40).map(|n| vec![n; 20_000]).collect();
    std::thread::scope(|scope| {
        let put = || originals.put(&contents).map_err(|error| error.to_string());
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(put)).collect();
        for thread in threads {
            let names = thread.join().unwrap().unwrap();
            for (name, bytes) in names.iter().zip(&contents) {
                assert!(originals.get(name).unwrap() == *bytes, "{name} is not whole");
            }
        }
    });
    let kept = std::fs::read_dir(folder.path()).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file());
    assert_eq!(kept.count(), contents.len(), "something was left behind");
}

#[test]
fn the_name_of_an_original_is_never_a_path() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "s").unwrap();
    let originals = Originals::open(&folder.path().join("originals")).unwrap();
    for name in ["../secret", "", ".", "/etc/passwd", &format!("../{}", "0".repeat(61)), &"g".repeat(64)] {
        assert!(originals.get(name).is_err(), "{name}");
        assert!(originals.remove(name).is_err(), "{name}");
    }
}
