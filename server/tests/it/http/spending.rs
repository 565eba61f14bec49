//! What language models cost, as an admin is shown it.

use retrieval::access::Role;
use serde_json::json;
use server::chat::{Budgets, Till};
use server::http::{Desk, router};
use server::store::Account;

use super::{Holding, Served, served};
use crate::ground::{HOUR_MS, NOON_MS};

const DAY: i64 = NOON_MS as i64 / (24 * HOUR_MS);

#[tokio::test]
async fn an_admin_sees_each_day_and_who_spent_it() {
    let served = served().await;
    let budgets = Budgets { everybody_micros: Some(5_000_000), each_micros: None };
    let till = Till { store: served.library.store.clone(), workspace: served.library.workspace, budgets };
    let served = Served { router: router(Desk { till, ..served.desk.clone() }), ..served };
    let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
    let (ada, reader) = served.person("ada", Role::Reader, "public").await;
    let unspent = served.by(&admin, "GET", "/api/v1/spending", "").await.json();
    let budget = json!({"days": [], "budget_per_day_micros": 5_000_000, "budget_per_person_micros": null});
    assert_eq!(unspent, budget);

    let account = |payer: &str| Account { payer: payer.to_owned(), most_micros: None };
    let (everybody, visitors, ada_too) =
        (account("everybody"), account("somebody visitors"), account(&format!("somebody {ada}")));
    for (day, accounts, micros) in [
        (DAY - 60, vec![everybody.clone()], 1),
        (DAY - 1, vec![everybody.clone()], 9),
        (DAY, vec![everybody.clone(), visitors], 30),
        (DAY, vec![everybody, ada_too], 70),
    ] {
        let held = served.library.store.spending_hold(served.library.workspace, day, &accounts, micros).await;
        assert_eq!(held.unwrap(), None);
    }
    let shown = served.by(&admin, "GET", "/api/v1/spending", "").await.json();
    let today = json!({"day": "2026-09-21", "everybody_micros": 100, "payers": [
        {"payer": ada.to_string(), "login": "ada", "micros": 70},
        {"payer": "visitors", "micros": 30},
    ]});
    let yesterday = json!({"day": "2026-09-20", "everybody_micros": 9, "payers": []});
    assert_eq!(shown["days"], json!([today, yesterday]));
    for (holding, status) in [(&reader, 403), (&Holding::Nothing, 401)] {
        assert_eq!(served.by(holding, "GET", "/api/v1/spending", "").await.status.as_u16(), status);
    }
}
