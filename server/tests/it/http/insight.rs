//! Insight: sums over what was asked, questions without a good answer, documents that nobody needed. Nobody learns from them of
//! what those asked who read more.

use axum::http::StatusCode;
use retrieval::access::Role;
use serde_json::{Value, json};

use super::{Holding, Served, served};
use crate::ground::HOUR_MS;

const REFUNDS: &str = "How long do refunds take?";
/// Of these nobody knows anything, and they are written with words that stand nowhere else.
const UNKNOWN: &str = "Do zq731x sleep at noon?";
const SECRET: &str = "Do zq944y cry at night?";
const DAY_MS: i64 = 24 * HOUR_MS;

async fn ask(served: &Served, holding: &Holding, question: &str) -> String {
    served.ground.turn(1);
    let reply = served.by(holding, "POST", "/api/v1/ask", &json!({"question": question}).to_string()).await.json();
    reply["record_id"].as_str().unwrap().to_owned()
}

async fn seen(served: &Served, holding: &Holding, path: &str) -> Value {
    let reply = served.by(holding, "GET", &format!("/api/v1/insight{path}"), "").await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()
}

#[tokio::test]
async fn days_are_summed_of_those_who_read_no_more() {
    let served = served().await;
    let (_, hr) = served.person("hr", Role::Reader, "internal,groups=hr").await;
    let (editor, _) = served.person("ed", Role::Editor, "internal").await;
    let (member, _) = served.person("member", Role::Editor, "internal,groups=hr").await;
    let helped = ask(&served, &Holding::Nothing, REFUNDS).await;
    let body = json!({"helpful": true}).to_string();
    served.by(&Holding::Nothing, "PUT", &format!("/api/v1/answers/{helped}/feedback"), &body).await;
    ask(&served, &Holding::Nothing, "hello").await;
    let hidden = ask(&served, &hr, REFUNDS).await;
    let body = json!({"helpful": false}).to_string();
    served.by(&hr, "PUT", &format!("/api/v1/answers/{hidden}/feedback"), &body).await;
    served.ground.turn(DAY_MS);
    ask(&served, &Holding::Nothing, UNKNOWN).await;
    // A stay does not outlast a day.
    let (editor, member) = (served.stay(editor).await, served.stay(member).await);

    let told = |overview: &Value| -> Vec<Value> {
        let days = overview["days"].as_array().unwrap();
        let field = |day: &Value, name: &str| day[name].clone();
        let names = ["questions", "answered", "declined", "helpful", "unhelpful"];
        days.iter().map(|day| json!(names.map(|name| field(day, name)))).collect()
    };
    let overview = seen(&served, &editor, "?days=3").await;
    assert_eq!(told(&overview), [json!([0, 0, 0, 0, 0]), json!([2, 1, 0, 1, 0]), json!([1, 0, 1, 0, 0])], "{overview}");
    assert_eq!(overview["days"][1]["day"], "2026-09-21");
    assert!(overview["days"][1]["median_ms"].is_i64() && overview["days"][0]["median_ms"].is_null(), "{overview}");
    let stages = |day: usize| overview["days"][day]["stages"].as_array().unwrap();
    let named: Vec<&str> = stages(1).iter().map(|one| one["stage"].as_str().unwrap()).collect();
    assert_eq!(named, ["rewrite", "embedding", "search", "order", "first_word", "words"], "{overview}");
    assert!(stages(1).iter().all(|one| one["mean_ms"].as_i64() <= one["p95_ms"].as_i64()), "{overview}");
    assert_eq!((stages(0).len(), stages(2).len()), (0, 6), "nothing was asked on the first day");
    let wider = seen(&served, &member, "?days=3").await;
    assert_eq!(told(&wider)[1], json!([3, 2, 0, 1, 1]), "{wider}");
    // Four of the five documents are there for both, the one of the group for its members alone; one is for nobody here.
    let there = |overview: &Value| overview["library"].as_array().unwrap().last().unwrap()["documents"].clone();
    assert_eq!((there(&overview), there(&wider)), (json!(3), json!(4)));
    let fresh = &overview["freshness"][0];
    assert_eq!((&fresh["source"], &fresh["documents"]), (&Value::Null, &json!([3, 0, 0, 0, 0])), "{overview}");
    assert_eq!(seen(&served, &editor, "").await["days"].as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn questions_without_a_good_answer_stand_together() {
    let served = served().await;
    let (_, hr) = served.person("hr", Role::Reader, "internal,groups=hr").await;
    let (ed, editor) = served.person("ed", Role::Editor, "internal").await;
    let (_, member) = served.person("member", Role::Editor, "internal,groups=hr").await;
    for question in [UNKNOWN, "do ZQ731X  sleep at noon?", "Do zq731x sleep at noon, too?"] {
        ask(&served, &Holding::Nothing, question).await;
    }
    ask(&served, &hr, SECRET).await;
    let poor = ask(&served, &Holding::Nothing, REFUNDS).await;
    let body = json!({"helpful": false}).to_string();
    served.by(&Holding::Nothing, "PUT", &format!("/api/v1/answers/{poor}/feedback"), &body).await;

    let gaps = seen(&served, &editor, "/questions").await;
    let groups = gaps["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2, "{gaps}");
    let [together, alone] = [&groups[0], &groups[1]];
    assert_eq!((&together["asked"], &together["declined"], &together["unhelpful"]), (&json!(3), &json!(3), &json!(0)));
    assert_eq!(together["questions"].as_array().unwrap().len(), 3);
    assert_eq!((&alone["question"], &alone["unhelpful"]), (&json!(REFUNDS), &json!(1)));
    assert_eq!(alone["questions"][0]["record_id"], json!(poor));
    assert!(!gaps.to_string().contains("zq944y"), "{gaps}");
    assert_eq!((&gaps["compared"], &gaps["left_out"]), (&json!(3), &json!(0)));
    assert!(seen(&served, &member, "/questions").await.to_string().contains("zq944y"));
    served.ground.turn(8 * DAY_MS);
    let editor = served.stay(ed).await;
    assert_eq!(seen(&served, &editor, "/questions?days=7").await["groups"], json!([]));
}

#[tokio::test]
async fn how_sure_answers_were_is_told_of_those_who_read_no_more() {
    let served = served().await;
    let (_, hr) = served.person("hr", Role::Reader, "internal,groups=hr").await;
    let (ed, editor) = served.person("ed", Role::Editor, "internal").await;
    let (_, member) = served.person("member", Role::Editor, "internal,groups=hr").await;
    let sums = |reply: &Value| -> Vec<u64> {
        let bins = reply["bins"].as_array().unwrap();
        assert_eq!(bins.len(), 10, "{reply}");
        for bin in bins.iter().filter(|bin| bin["asked"] != 0) {
            let (from, to) = (bin["from"].as_f64().unwrap(), bin["to"].as_f64().unwrap());
            assert!((from..=to).contains(&bin["confidence"].as_f64().unwrap()), "{bin}");
        }
        let all = |name: &str| bins.iter().map(|bin| bin[name].as_u64().unwrap()).sum::<u64>();
        ["asked", "answered", "judged", "helpful"].map(all).into()
    };
    let helped = ask(&served, &Holding::Nothing, REFUNDS).await;
    let body = json!({"helpful": true}).to_string();
    served.by(&Holding::Nothing, "PUT", &format!("/api/v1/answers/{helped}/feedback"), &body).await;
    ask(&served, &Holding::Nothing, UNKNOWN).await;
    // Nothing is looked up for a greeting.
    ask(&served, &Holding::Nothing, "hello").await;
    let hidden = ask(&served, &hr, REFUNDS).await;
    let body = json!({"helpful": false}).to_string();
    served.by(&hr, "PUT", &format!("/api/v1/answers/{hidden}/feedback"), &body).await;
    let told = seen(&served, &editor, "/reliability").await;
    assert_eq!(sums(&told), [2, 1, 1, 1], "{told}");
    assert_eq!(sums(&seen(&served, &member, "/reliability").await), [3, 2, 2, 1]);
    served.ground.turn(8 * DAY_MS);
    let editor = served.stay(ed).await;
    assert_eq!(sums(&seen(&served, &editor, "/reliability?days=7").await), [0, 0, 0, 0]);
}

#[tokio::test]
async fn what_was_lost_is_counted_of_what_one_reads() {
    let served = served().await;
    let (_, editor) = served.person("ed", Role::Editor, "internal").await;
    let lost = r#"UPDATE versions SET problems = '["hidden elements left out: 2"]' WHERE title = 'TITLE'"#;
    for (title, words) in [("Refunds", "hidden elements"), ("Service", "hidden elements"), ("Deal", "zq944y")] {
        served.ground.sql(&lost.replace("TITLE", title).replace("hidden elements", words)).await;
    }
    let told = seen(&served, &editor, "/problems").await;
    assert_eq!(told, json!({"problems": [{"problem": "hidden elements left out", "documents": 2}]}));
    let path = "/api/v1/documents?problem=hidden%20elements%20left%20out&sort=title";
    let found = served.by(&editor, "GET", path, "").await.json();
    let titles: Vec<&Value> = found["documents"].as_array().unwrap().iter().map(|one| &one["title"]).collect();
    assert_eq!((titles, &found["total"]), (vec![&json!("Refunds"), &json!("Service")], &json!(2)));
}

#[tokio::test]
async fn what_nobody_needed_is_listed_to_who_reads_it() {
    let served = served().await;
    let (hr, _) = served.person("hr", Role::Reader, "internal,groups=hr").await;
    let (ed, editor) = served.person("ed", Role::Editor, "internal").await;
    let (member, _) = served.person("member", Role::Editor, "internal,groups=hr").await;
    let unused = async |holding: &Holding, query: &str| -> Vec<String> {
        let reply = seen(&served, holding, &format!("/unused{query}")).await;
        let mut titles: Vec<String> = reply["documents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["title"].as_str().unwrap().to_owned())
            .collect();
        titles.sort();
        titles
    };
    assert_eq!(unused(&editor, "").await, [""; 0], "what has just come could not be needed yet");
    served.ground.turn(91 * DAY_MS);
    let (editor, member, hr) = (served.stay(ed).await, served.stay(member).await, served.stay(hr).await);
    assert_eq!(unused(&editor, "").await, ["Refunds", "Refunds inside", "Service"]);
    assert_eq!(unused(&member, "").await, ["Pay", "Refunds", "Refunds inside", "Service"]);
    ask(&served, &Holding::Nothing, REFUNDS).await;
    assert_eq!(unused(&editor, "").await, ["Refunds inside", "Service"]);
    ask(&served, &hr, "How fast is service restored?").await;
    assert!(!unused(&member, "").await.contains(&"Service".to_owned()));
    assert_eq!(
        unused(&editor, "").await,
        ["Refunds inside", "Service"],
        "what somebody asked who reads more is not told"
    );
    served.ground.turn(31 * DAY_MS);
    let editor = served.stay(ed).await;
    assert_eq!(unused(&editor, "?days=30").await.len(), 3);

    let first = seen(&served, &editor, "/unused?days=30&limit=2").await;
    let behind = first["next"].as_str().unwrap();
    let rest = seen(&served, &editor, &format!("/unused?days=30&limit=2&after={behind}")).await;
    let (first, rest) = (first["documents"].as_array().unwrap(), rest["documents"].as_array().unwrap());
    assert_eq!((first.len(), rest.len()), (2, 1));
    assert!(first.iter().all(|one| one["document_id"] != rest[0]["document_id"]));
}

#[tokio::test]
async fn insight_is_for_editors_and_says_what_it_cannot_read() {
    let served = served().await;
    let (_, reader) = served.person("ada", Role::Reader, "restricted").await;
    let (_, editor) = served.person("ed", Role::Editor, "public").await;
    for path in ["", "/questions", "/reliability", "/unused"] {
        for (holding, status) in [(&Holding::Nothing, 401), (&reader, 403), (&editor, 200)] {
            let reply = served.by(holding, "GET", &format!("/api/v1/insight{path}"), "").await;
            assert_eq!(reply.status.as_u16(), status, "{path}");
        }
        for query in ["days=0", "days=367", "days=x", "days=-1", "what=1"] {
            let reply = served.by(&editor, "GET", &format!("/api/v1/insight{path}?{query}"), "").await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path} {query}");
        }
    }
    for query in ["limit=0", "limit=201", "after=x"] {
        let reply = served.by(&editor, "GET", &format!("/api/v1/insight/unused?{query}"), "").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
    }
}
