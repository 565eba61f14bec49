//! Conversations in, questions out: when something is carried, what, and when nothing is.

use super::*;

fn history(turns: &[(&str, &[&str])]) -> Vec<Turn> {
    let turn = |(question, sources): &(&str, &[&str])| Turn {
        question: (*question).to_owned(),
        answer: String::new(),
        sources: sources.iter().map(|title| (*title).to_owned()).collect(),
    };
    turns.iter().map(turn).collect()
}

fn check(before: &[&str], question: &str, expected: &str) {
    let turns: Vec<(&str, &[&str])> = before.iter().map(|question| (*question, &[] as &[&str])).collect();
    let found = stand_alone(question, &history(&turns));
    assert_eq!(found.text, expected);
    assert_eq!(found.need.is_some(), found.text != question);
    assert_eq!(found.carried.is_empty(), found.need.is_none());
}

fn stays(before: &[&str], question: &str) {
    check(before, question, question);
}

#[test]
fn what_a_question_leans_on_is_put_in_front_of_it() {
    check(&["How long do refunds take?"], "what about annual renewals?", "refunds: what about annual renewals?");
    check(&["how much is parental leave"], "can that be split", "parental leave: can that be split");
    check(&["is there an app for Android tablets?"], "why?", "app for Android tablets: why?");
    check(&["what is the hotel limit in London"], " and per year? ", "hotel limit in London: and per year?");
    check(&["how do I close my account"], "and then?", "close my account: and then?");
    check(&["Who was Ada Lovelace?"], "when was she born", "Ada Lovelace: when was she born");
    check(&["do you take direct debit?"], "paypal?", "direct debit: paypal?");
}

#[test]
fn a_question_with_a_subject_of_its_own_stays_as_it_was_typed() {
    let refunds = &["How long do refunds take?"];
    stays(refunds, "How do I reset my password?");
    stays(refunds, " where is  customer data stored ");
    stays(refunds, "is it possible to export the diary?");
    stays(refunds, "charity discount");
    stays(refunds, "what does LX-2015 mean?");
    stays(refunds, "ok thanks");
    stays(refunds, "");
    stays(&[], "what about it?");
}

#[test]
fn key_words_after_key_words_are_a_new_subject() {
    stays(&["refund time"], "charity discount?");
    check(&["refund time"], "and for charities?", "refund time: and for charities?");
}

#[test]
fn the_newest_subject_comes_first_and_a_new_one_forgets_the_old() {
    let plans = ["how much is Solo", "and Practice?", "what about Group?"];
    check(&plans, "does it include webhooks?", "Group Practice Solo: does it include webhooks?");
    check(&["how much is Solo", "who reviews discounts", "ok"], "do they stack", "reviews discounts: do they stack");
    let many: Vec<String> = (0..20).map(|n| format!("and what about subject{}?", char::from(b'a' + n))).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let carried = stand_alone("why?", &history(&many.iter().map(|q| (*q, &[] as &[&str])).collect::<Vec<_>>()));
    assert!(carried.text.split(' ').count() <= 12 && carried.text.starts_with("subjectt"), "{}", carried.text);
}

#[test]
fn codes_years_and_versions_take_the_place_of_their_like() {
    check(&["patient sees LX-1007 when booking"], "and LX-1011?", "patient sees when booking: and LX-1011?");
    check(&["annual leave in 2026"], "and in 2025?", "annual leave: and in 2025?");
    let turns = history(&[("what does Practice cost?", &["Loxwell pricing 2026"])]);
    assert_eq!(stand_alone("and in 2025?", &turns).carried, ["Practice cost"]);
}

#[test]
fn the_source_is_named_where_the_subject_says_little() {
    let one = history(&[("do you have an app", &["Loxwell Pocket, the mobile app | Loxwell Help", "Other"])]);
    let found = stand_alone("does it work offline", &one);
    assert_eq!(found.text, "Loxwell Pocket the mobile app, app: does it work offline");
    assert_eq!(found.need, Some(Need::RefersBack));
    let none = history(&[("can i get a refund for my annual plan", &["Refunds"])]);
    assert_eq!(stand_alone("how do i ask for it", &none).text, "refund for my annual plan: how do i ask for it");
}

#[test]
fn other_languages_have_their_own_words_and_unknown_ones_are_left_alone() {
    check(
        &["Wie lange dauert eine Rückerstattung?"],
        "Und für Jahrespläne?",
        "dauert eine Rückerstattung: Und für Jahrespläne?",
    );
    check(&["Was kostet die App?"], "Was ist mit Android?", "kostet die App: Was ist mit Android?");
    stays(&["Wie lange dauert eine Rückerstattung?"], "Wie setze ich mein Passwort zurück?");
    check(
        &["¿Cuánto tarda el reembolso?"],
        "¿y para los planes anuales?",
        "tarda el reembolso: ¿y para los planes anuales?",
    );
    stays(&["¿Cuánto tarda el reembolso?"], "¿Cómo cambio mi contraseña?");
    check(
        &["Combien coûte un abonnement ?"],
        "et pour deux cliniques ?",
        "coûte un abonnement: et pour deux cliniques ?",
    );
    stays(&["Combien coûte un abonnement ?"], "Comment changer mon mot de passe ?");
    stays(&["退款需要多长时间？"], "那年度计划呢？");
    stays(&["Как долго длится возврат?"], "а почему?");
    stays(&["Как долго длится возврат?"], "why?");
    stays(&["How long do refunds take?"], "Und für Jahrespläne?");
}

#[test]
fn of_a_long_story_its_end_is_carried() {
    let story =
        "hello, we run three clinics near Leeds and our old system was sold last spring, can you import our patients?";
    check(
        &[story],
        "how long will it take?",
        "Leeds old system sold last spring import patients: how long will it take?",
    );
}

#[test]
fn a_long_or_odd_history_does_no_harm() {
    let long = "refund ".repeat(100_000);
    let found = stand_alone("what about it?", &history(&[(&long, &[&long])]));
    assert!(found.text.len() < 300, "{}", found.text.len());
    let unbroken = "x".repeat(100_000);
    for odd in
        [unbroken.as_str(), "", "?!", "\u{0}", "😀", "it", "and and and", "'; DROP TABLE passages; --", "{{ x }}"]
    {
        for question in ["why?", odd] {
            let found = stand_alone(question, &history(&[(odd, &[odd]), ("", &[])]));
            assert!(
                found.text.ends_with(question.trim()) && found.text.len() < question.len() + 100,
                "{odd}: {}",
                found.text
            );
        }
    }
}
