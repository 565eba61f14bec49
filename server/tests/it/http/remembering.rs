//! What of a long conversation goes along with the next question, to the models and into the answer, and what does not.
//! The models are servers on loopback: a small one that rewrites and sums up, a large one that answers.

use std::sync::Arc;
use std::time::Duration;

use prompts::persona::Persona;
use prompts::template::Templates;
use retrieval::access::Role;
use serde_json::{Value, json};
use server::answer::{Answerer, Rewriter, Voice};
use server::store::{Owner, Part, Rest, Summary};

use super::conversations::Talker;
use super::{Served, serve_home};
use crate::chat::{PATIENT, remote, rewriter};
use crate::ground::{Ground, label};
use crate::library::{Home, IndexKind};
use crate::models::{Act, Format, ModelServer};

const REFUNDS: &str = "# Refunds\n\nRefunds take ten business days to arrive. They go to the card that was charged.";
const DESK: &str = "# Desk\n\nThe desk pays refunds of up to zq731x euros without asking anybody.";
/// Asked first; what a small model makes of whatever is asked next, and its summary where one was wanted.
const QUESTION: &str = "How long do refunds take?";
const LARGE_SAYS: &str = "Refunds take ten business days to arrive [1].";
/// Longer than anything here takes, so that a hang is a failure and not a hang.
const PATIENCE: Duration = Duration::from_secs(60);

struct House {
    served: Served,
    small: ModelServer,
    large: ModelServer,
}

impl House {
    async fn new(large: ModelServer) -> Self {
        let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
        home.ingest(&[("refunds.md", "public", REFUNDS), ("desk.md", "internal", DESK)]).await;
        let small = ModelServer::saying(QUESTION).await;
        let model = remote(&large.url(), Format::OpenAi, "large", PATIENT);
        let voice = Some(Voice { model, speaker: Persona::sample().into() });
        let answerer = Answerer { voice, rewriter: rewriter(&small), ..home.answerer() };
        Self { served: serve_home(home, answerer, true), small, large }
    }

    async fn talker(&self) -> Talker {
        let (_, cookie) = self.served.person("ada", Role::Reader, "internal").await;
        Talker::new(&self.served, cookie).await
    }

    /// Once the summary holds so many turns.
    async fn summed_up(&self, turns: i64) {
        let select = "SELECT CAST(turns AS TEXT) FROM summaries";
        let there = async {
            while !self.served.ground.texts(select).await.iter().any(|found| found.parse::<i64>().unwrap() >= turns) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, there).await.expect("nothing was summed up");
    }

    /// One that goes further than any that is made meanwhile, and rests on the desk.
    async fn put_summary(&self, talker: &Talker, text: &str) {
        let (store, workspace) = (&self.served.ground.store, self.served.ground.workspace);
        let owner =
            Owner { name: self.served.ground.texts("SELECT owner FROM conversations").await.remove(0), person: None };
        let conversation = store.conversation(workspace, &owner, talker.id.parse().unwrap()).await.unwrap().unwrap();
        let turns = store.turns(&self.served.library.clearance, &conversation, 0, 9).await.unwrap();
        let desk = self.served.library.find(&self.served.library.clearance, "desk.md").await.unwrap()[0];
        let rests = turns.into_iter().filter_map(|turn| turn.answer).flat_map(|answer| answer.rests);
        let rest = rests.into_iter().find(|rest| rest.document == desk).unwrap();
        let summary = Summary { turns: 400, text: text.to_owned(), rests: vec![Rest { part: Part::Named, ..rest }] };
        assert!(store.summary_put(&conversation, &summary).await.unwrap());
    }

    /// In whose eyes it stands, as the operator would set it.
    async fn relabel_desk(&self, who: &str) {
        let desk = self.served.library.find(&self.served.library.clearance, "desk.md").await.unwrap();
        let (store, workspace) = (&self.served.ground.store, self.served.ground.workspace);
        assert!(store.document_relabel(workspace, desk[0], &label(who)).await.unwrap());
    }
}

/// The last of what a model was sent.
fn last(model: &ModelServer) -> String {
    sent(&model.heard().last().unwrap().1)
}

fn sent(body: &Value) -> String {
    let messages = body["messages"].as_array().unwrap().iter();
    messages.map(|message| message["content"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn asks_for_a_summary(body: &Value) -> bool {
    sent(body).contains("You shorten a conversation")
}

async fn ask(house: &House, talker: &Talker, question: &str) -> Value {
    let reply = talker.ask(&house.served, question).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_last_turns_leave_behind_is_summed_up() {
    let house = House::new(ModelServer::saying(LARGE_SAYS).await).await;
    let talker = house.talker().await;
    assert_eq!(ask(&house, &talker, QUESTION).await["mode"], "generated");
    for n in 2..=12 {
        assert_eq!(ask(&house, &talker, &format!("What of refund number {n}?")).await["mode"], "generated");
        assert!(!last(&house.large).contains("<summary-") || n > 6, "nothing is left behind yet");
    }
    house.summed_up(6).await;
    let asked: Vec<Value> = house.small.heard().into_iter().map(|(_, body)| body).collect();
    let summing: Vec<&Value> = asked.iter().filter(|body| asks_for_a_summary(body)).collect();
    let [summing] = &summing[..] else { panic!("{} summaries", summing.len()) };
    let summing = sent(summing);
    assert!(summing.contains("number 2?") && summing.contains("number 6?") && !summing.contains("number 7?"));
    ask(&house, &talker, "What of refund number 13?").await;
    let prompt = last(&house.large);
    let summary = prompt.split("<summary-").nth(1).unwrap().split("</summary-").next().unwrap();
    assert_eq!(summary.lines().filter(|line| line.ends_with(QUESTION)).count(), 1, "{prompt}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_summary_what_was_quoted_goes_along() {
    let house = House::new(ModelServer::saying(LARGE_SAYS).await).await;
    let mut served = house.served;
    // Nobody to sum up, and nobody to rewrite.
    served.desk.answerer.rewriter = Rewriter::new(None, Arc::new(Templates::load().unwrap()));
    served.router = server::http::router(served.desk.clone());
    let (_, cookie) = served.person("ada", Role::Reader, "internal").await;
    let talker = Talker::new(&served, cookie).await;
    for _ in 1..=9 {
        talker.ask(&served, QUESTION).await;
    }
    let prompt = last(&house.large);
    let notes = prompt.split("<summary-").nth(1).unwrap().split("</summary-").next().unwrap();
    let noted = format!("- {QUESTION} Refunds take ten business days to arrive.");
    assert_eq!(notes.lines().filter(|line| line.ends_with(&noted)).count(), 2, "{notes}");
    assert_eq!(house.small.heard().len(), 0);
}

/// A summary, the notes and the turns that rest on what was hidden go to nobody; when it is shown again, they do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_goes_along_in_no_way() {
    let says = "The desk pays refunds of up to zq731x euros without asking anybody [1].";
    let house = House::new(ModelServer::saying(&format!("{says} {}", says.replace("[1]", "[2]"))).await).await;
    let talker = house.talker().await;
    for _ in 1..=8 {
        let told = ask(&house, &talker, QUESTION).await;
        assert!(told["answer"].as_str().unwrap().contains("zq731x"), "{told}");
    }
    house.put_summary(&talker, "The desk pays zq731x gnus.").await;
    let mut heard = [0, 0];
    for (desk, is_told) in [("internal", true), ("restricted", false), ("internal", true)] {
        house.relabel_desk(desk).await;
        let before = [&house.small, &house.large].map(|model| model.heard().len());
        ask(&house, &talker, QUESTION).await;
        for (at, model) in [&house.small, &house.large].into_iter().enumerate() {
            let asked: Vec<String> = model.heard()[before[at]..].iter().map(|(_, body)| sent(body)).collect();
            heard[at] += asked.len();
            assert!(is_told || asked.iter().all(|sent| !sent.contains("zq731x") && !sent.contains("Source: Desk")));
            assert_eq!(asked.iter().any(|sent| sent.contains("gnus")), is_told && at == 1, "{desk}: {asked:?}");
        }
        for turn in &talker.said(&house.served).await[..8] {
            assert_eq!((&turn["masked"], turn.to_string().contains("zq731x")), (&json!(!is_told), is_told), "{turn}");
        }
    }
    assert!(heard[0] >= 3 && heard[1] == 3, "{heard:?}");
}

/// An answer that a model worded when it had been told of earlier ones goes with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_worded_after_something_hidden_is_masked_with_it() {
    let texts: Vec<(String, String)> = (0..12)
        .map(|n| (format!("{n}.md"), format!("# Device {n}\n\nThe gauge of device zq{n}qz is {n}7 millimetres wide.")))
        .collect();
    let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    let texts = texts.iter().map(|(origin, text)| (origin.as_str(), "internal", text.as_str()));
    let herons = ("herons.md", "internal", "# Herons\n\nHerons eat seven fish in the morning.");
    home.ingest(&texts.chain([herons]).collect::<Vec<_>>()).await;
    let large = ModelServer::doing([
        Act::say("Herons eat seven fish in the morning [1]."),
        Act::say("As I said, seven for herons. The gauge of device zq9qz is 97 millimetres wide [1]."),
    ])
    .await;
    let model = remote(&large.url(), Format::OpenAi, "large", PATIENT);
    let answerer = Answerer { voice: Some(Voice { model, speaker: Persona::sample().into() }), ..home.answerer() };
    let served = serve_home(home, answerer, true);
    let (_, cookie) = served.person("ada", Role::Reader, "internal").await;
    let talker = Talker::new(&served, cookie).await;
    let first = talker.ask(&served, "What do herons eat in the morning?").await.json();
    assert_eq!(first["mode"], "generated", "{first}");
    let second = talker.ask(&served, "What is the gauge of device zq9qz?").await.json();
    assert_eq!(second["mode"], "generated", "{second}");
    assert!(last(&large).contains("You answered") && second["answer"].as_str().unwrap().contains("As I said"));
    assert_eq!(last(&large).matches("seven fish").count(), 1, "in what was said, and in no source");
    let document = served.library.find(&served.library.clearance, "herons.md").await.unwrap();
    let cites = |turn: &Value| turn["citations"][0]["document_id"] == document[0].to_string();
    assert!(cites(&first) && !cites(&second), "{first} {second}");
    served.library.remove(&document).await.unwrap();
    for turn in talker.said(&served).await {
        assert_eq!(turn["masked"], true, "{turn}");
    }
}

/// Two hundred turns, and what goes along stays as much as it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_of_two_hundred_turns_goes_on() {
    let long = format!("{LARGE_SAYS} {}", "And that is so. ".repeat(40));
    let house = House::new(ModelServer::saying(&long).await).await;
    let talker = house.talker().await;
    ask(&house, &talker, QUESTION).await;
    for n in 2..=200 {
        let told = ask(&house, &talker, &format!("What of refund number {n}? {}", "Please. ".repeat(40))).await;
        assert_eq!((&told["turn"], &told["mode"]), (&json!(n), &json!("generated")), "{told}");
    }
    house.summed_up(180).await;
    for model in [&house.small, &house.large] {
        let sizes: Vec<usize> = model.heard().iter().map(|(_, body)| sent(body).len()).collect();
        let (first, second) = sizes.split_at(sizes.len() / 2);
        let most = |sizes: &[usize]| *sizes.iter().max().unwrap();
        assert!(most(second) <= most(first) + most(first) / 10, "{} and then {}", most(first), most(second));
    }
    let many = |table: &str, column: &str| {
        let ground = &house.served.ground;
        let select = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table} GROUP BY {column}");
        async move {
            let counts = ground.texts(&select).await;
            counts.iter().map(|many| many.parse::<usize>().unwrap()).max().unwrap()
        }
    };
    assert!(many("turn_passages", "turn").await <= 12, "two documents, each in few parts");
    assert_eq!(many("summaries", "conversation_id").await, 1);
    assert!(many("summary_passages", "conversation_id").await <= 2);
    let file = talker.send_to(&house.served, "GET", "/export", "").await.json();
    assert_eq!(file["said"].as_array().map(Vec::len), Some(200));
}
