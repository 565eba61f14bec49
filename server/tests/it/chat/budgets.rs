//! What models may cost: counted in SQL before the call, set right after it, and never more than the budget.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use prompts::chat::{ChatError, ChatModel, Payer, Purse, Said};
use server::chat::{Budgets, Counted, Ladder, Price, Till};
use server::store::Store;

use super::{PATIENT, heard, question, remote, rung};
use crate::ground::{Ground, HOUR_MS, NOON_MS, on_both};
use crate::models::{Act, Format, ModelServer, Saying};

on_both!(
    what_a_call_cost_is_counted_for_everybody_and_for_who_asked,
    a_call_for_which_there_is_not_enough_left_is_not_made,
    a_new_day_begins_with_nothing_spent,
    what_failed_before_its_first_word_is_free,
    what_nobody_counted_stays_at_the_most_that_it_may_be,
    many_at_once_spend_no_more_than_one_after_another,
    another_server_and_a_later_start_know_what_was_spent,
);

/// A unit is a millionth: one for a token that goes in, two for one that comes out.
const PRICE: Price = Price { input_micros: 1_000_000, output_micros: 2_000_000 };
/// Of a reply that counts 7 and 3.
const COST: i64 = 7 + 2 * 3;
const TODAY: i64 = NOON_MS as i64 / (24 * HOUR_MS);

fn most() -> u64 {
    PRICE.at_most(&question())
}

fn somebody(name: &str) -> Payer {
    Payer::Somebody(name.to_owned())
}

/// The model of a server, with budgets.
fn counted(server: &ModelServer, store: &Store, ground: &Ground, budgets: [Option<u64>; 2]) -> Arc<dyn ChatModel> {
    let [everybody_micros, each_micros] = budgets;
    let model = remote(&server.url(), Format::OpenAi, "m", PATIENT);
    let model = Arc::new(Ladder::new(vec![rung(model, Some(PRICE), store.clock())]).unwrap());
    let budgets = Budgets { everybody_micros, each_micros };
    let till = Till { store: store.clone(), workspace: ground.workspace, budgets };
    Arc::new(Counted { model, dearest: PRICE, till })
}

async fn spent(ground: &Ground, payers: &[&str]) -> Vec<i64> {
    let spent = payers.iter().map(|payer| ground.store.spending_of(ground.workspace, TODAY, payer));
    join_all(spent).await.into_iter().map(Result::unwrap).collect()
}

async fn ask(model: &Arc<dyn ChatModel>, payer: &Payer) -> Result<String, ChatError> {
    let (text, end) = heard(model.stream(&question(), payer)).await;
    end.map(|_| text)
}

async fn what_a_call_cost_is_counted_for_everybody_and_for_who_asked(ground: Ground) {
    let server = ModelServer::saying("because").await;
    let model = counted(&server, &ground.store, &ground, [Some(1_000_000), None]);
    assert!(most() > COST as u64, "what may be is more than what is");
    let (_, end) = heard(model.stream(&question(), &somebody("ada"))).await;
    assert_eq!(end.unwrap().cost_micros, Some(COST as u64));
    ask(&model, &somebody("bob")).await.unwrap();
    ask(&model, &somebody("bob")).await.unwrap();
    ask(&model, &Payer::House).await.unwrap();
    let payers = ["everybody", "somebody ada", "somebody bob", "somebody cy"];
    assert_eq!(spent(&ground, &payers).await, [4 * COST, COST, 2 * COST, 0]);
}

async fn a_call_for_which_there_is_not_enough_left_is_not_made(ground: Ground) {
    let server = ModelServer::saying("because").await;
    // Enough for one call and what it leaves, not for a second.
    let enough = most() + COST as u64 - 1;
    let model = counted(&server, &ground.store, &ground, [None, Some(enough)]);
    assert!(ask(&model, &somebody("ada")).await.is_ok());
    let refused = ask(&model, &somebody("ada")).await.unwrap_err();
    assert_eq!(refused, ChatError::BudgetSpent(Purse::Yours));
    assert_eq!(
        refused.to_string(),
        "your budget for language models is spent for today: it begins anew at midnight UTC"
    );
    assert!(ask(&model, &somebody("bob")).await.is_ok() && ask(&model, &Payer::House).await.is_ok());
    assert_eq!(
        spent(&ground, &["everybody", "somebody ada"]).await,
        [3 * COST, COST],
        "what was refused is not counted"
    );
    let model = counted(&server, &ground.store, &ground, [Some(3 * COST as u64 + most() - 1), None]);
    let refused = ask(&model, &somebody("cy")).await.unwrap_err();
    assert_eq!(refused, ChatError::BudgetSpent(Purse::Everybody));
    assert!(refused.to_string().starts_with("this workspace's budget"), "{refused}");
    assert_eq!(server.heard().len(), 3);
}

async fn a_new_day_begins_with_nothing_spent(ground: Ground) {
    let server = ModelServer::saying("because").await;
    let model = counted(&server, &ground.store, &ground, [Some(most()), None]);
    assert!(ask(&model, &Payer::House).await.is_ok());
    assert!(ask(&model, &Payer::House).await.is_err());
    ground.turn(24 * HOUR_MS);
    assert!(ask(&model, &Payer::House).await.is_ok());
    assert_eq!(spent(&ground, &["everybody"]).await, [COST], "yesterday is kept");
    ground.turn(40 * 24 * HOUR_MS);
    assert!(ask(&model, &Payer::House).await.is_ok());
    assert_eq!(spent(&ground, &["everybody"]).await, [0], "for a while");
}

async fn what_failed_before_its_first_word_is_free(ground: Ground) {
    let server = ModelServer::doing([Act::status(401)]).await;
    let model = counted(&server, &ground.store, &ground, [Some(most()), Some(most())]);
    for _ in 0..3 {
        assert!(matches!(ask(&model, &somebody("ada")).await, Err(ChatError::Refused(_))));
    }
    assert_eq!(spent(&ground, &["everybody", "somebody ada"]).await, [0, 0]);
}

async fn what_nobody_counted_stays_at_the_most_that_it_may_be(ground: Ground) {
    let uncounted = Saying { usage: None, ..Saying::new("because of this") };
    let acts = [Act::Say(uncounted), Act::Cut("because ".into()), Act::Stall("because ".into())];
    let server = ModelServer::doing(acts).await;
    let model = counted(&server, &ground.store, &ground, [Some(1_000_000), None]);
    let most = i64::try_from(most()).unwrap();
    let (_, end) = heard(model.stream(&question(), &Payer::House)).await;
    assert_eq!(end.unwrap().cost_micros, None, "unknown, and not nothing");
    assert_eq!(spent(&ground, &["everybody"]).await, [most]);
    assert!(ask(&model, &Payer::House).await.is_err());
    assert_eq!(spent(&ground, &["everybody"]).await, [2 * most], "it was cut in the middle");
    let mut streaming = model.stream(&question(), &Payer::House);
    assert!(matches!(streaming.next().await, Some(Ok(Said::Piece(_)))));
    drop(streaming);
    assert_eq!(spent(&ground, &["everybody"]).await, [3 * most], "its reader left");
    assert!(server.comes_to(0).await);
}

async fn many_at_once_spend_no_more_than_one_after_another(ground: Ground) {
    let uncounted = Saying { usage: None, ..Saying::new("because") };
    let server = ModelServer::doing([Act::Say(uncounted)]).await;
    let other = ground.open_again().await.unwrap();
    let budgets = [Some(5 * most()), Some(3 * most())];
    let models = [counted(&server, &ground.store, &ground, budgets), counted(&server, &other, &ground, budgets)];
    let (ada, bob) = (somebody("ada"), somebody("bob"));
    let asked = (0..20).map(|n| ask(&models[n % 2], if n % 4 < 2 { &ada } else { &bob }));
    let made = join_all(asked).await.into_iter().filter(Result::is_ok).count();
    assert_eq!((made, server.heard().len()), (5, 5));
    let most = i64::try_from(most()).unwrap();
    let found = spent(&ground, &["everybody", "somebody ada", "somebody bob"]).await;
    assert!(found[0] == 5 * most && found[1] <= 3 * most && found[2] <= 3 * most, "{found:?}");
}

/// Counted before the call: whatever happens to the process afterwards, it is there.
async fn another_server_and_a_later_start_know_what_was_spent(ground: Ground) {
    let server = ModelServer::doing([Act::Silence]).await;
    let budgets = [Some(most()), None];
    let model = counted(&server, &ground.store, &ground, budgets);
    let mut waiting = model.stream(&question(), &Payer::House);
    tokio::select! {
        said = waiting.next() => panic!("{said:?}"),
        there = server.comes_to(1) => assert!(there),
    }
    let later = ground.open_again().await.unwrap();
    let refused = ask(&counted(&server, &later, &ground, budgets), &Payer::House).await;
    assert_eq!(refused, Err(ChatError::BudgetSpent(Purse::Everybody)));
    let elsewhere = ground.elsewhere().await;
    assert_eq!(elsewhere.store.spending_of(elsewhere.workspace, TODAY, "everybody").await.unwrap(), 0);
}
