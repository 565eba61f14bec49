//! `lectern doctor`: is everything in order, and if not, what to do.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;

use super::desk;
use super::remote::Remote;
use super::{Context, Failure, Outcome, chain, print};
use crate::canary::Watch;
use crate::clock::{Clock, spelt};
use crate::datadir::{DataDir, Held, HoldError};
use crate::http::wire::{SelfCheckReply, SpendingReply};
use crate::setup::{self, Occasion, SetupPaths, State};
use crate::wiring::{self, CageMaker, House};

/// Up to about this many times off, the mean length was measured to change next to nothing (see the keyword encoder).
const FAR: f64 = 2.5;

/// Sums are kept in millionths.
const MICROS: f64 = 1e6;

/// One thing that was looked at.
struct Check {
    name: String,
    fine: bool,
    words: String,
}

#[derive(clap::Args)]
pub struct Args {
    /// Also plant marked documents in a house that nobody lives in, and try by every way to see them as somebody who may not
    #[arg(long)]
    leaks: bool,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let mut checks = provisioned(context).await?;
    if checks.iter().all(|check| check.fine) {
        match DataDir::new(&context.config.data_dir).hold() {
            Err(HoldError::InUse) => {
                checks.push(fine("data directory", "in use by a running server; ask its /readyz"));
                let server = Remote::connect(&DataDir::new(&context.config.data_dir))?;
                checks.extend(asked(context, &server, &args).await?);
            }
            Err(error) => checks.push(bad("data directory", error.to_string())),
            Ok(held) => match look_inside(context, &args, held).await {
                Ok(found) => checks.extend(found),
                Err(error) => checks.push(bad("catalog and index", chain(&error))),
            },
        }
    }
    let bad = checks.iter().filter(|check| !check.fine).count();
    for check in &checks {
        match context.json {
            true => print::json(&json!({"check": check.name, "fine": check.fine, "detail": check.words})),
            false => {
                print::line(&format!("{} {:<16} {}", if check.fine { "ok  " } else { "BAD " }, check.name, check.words))
            }
        }
    }
    if bad > 0 { Err(desk::gone(&format!("{bad} of {} checks failed", checks.len()))) } else { Ok(()) }
}

/// Every byte of the libraries and the model against what setup recorded.
async fn provisioned(context: &Context) -> anyhow::Result<Vec<Check>> {
    let config = context.config.clone();
    let findings = tokio::task::spawn_blocking(move || {
        setup::verify(&SetupPaths::new(&config.data_dir), &wiring::choice(&config, Occasion::Repair))
    });
    let check = |finding: setup::Finding| match finding.state {
        State::Sound(()) => fine(&finding.part, "as recorded"),
        State::Missing if finding.part == "PDFium" => {
            fine(&finding.part, "not there: PDF files are read less well; `lectern setup` provides it")
        }
        State::Missing => bad(&finding.part, "not there: run `lectern setup`".into()),
        State::Damaged(file) => bad(&finding.part, format!("{} is damaged: {}", file.display(), setup::REPAIR_HINT)),
    };
    Ok(findings.await?.into_iter().map(check).collect())
}

async fn look_inside(context: &Context, args: &Args, held: Held) -> anyhow::Result<Vec<Check>> {
    let house = wiring::open(&context.config, held).await?;
    let checks = all_inside(context, args, &house).await;
    house.close().await;
    checks
}

async fn all_inside(context: &Context, args: &Args, house: &House) -> anyhow::Result<Vec<Check>> {
    let mut checks = inside(house).await?;
    checks.extend(leaks(context, args, house).await?);
    if context.config.chat.is_some() {
        let told = SpendingReply::new(house.till.book().await?, house.till.budgets);
        checks.push(spent(&told, &today(house.store.clock())));
    }
    Ok(checks)
}

/// Of the server that owns the data directory.
async fn asked(context: &Context, server: &Remote, args: &Args) -> Result<Vec<Check>, Failure> {
    let told = if args.leaks { Some(server.self_check().await?) } else { server.last_check().await? };
    let mut checks: Vec<Check> = told.map(|told| judged(told, !args.leaks)).into_iter().collect();
    if context.config.chat.is_some() {
        checks.push(spent(&server.spending().await?, &today(&Clock::system())));
    }
    Ok(checks)
}

/// What language models have cost today. At the end of a budget nothing is wrong: quotes are given instead.
fn spent(told: &SpendingReply, today: &str) -> Check {
    let sum = |micros: f64| format!("{:.4}", micros / MICROS);
    let most = |budget: Option<u64>| budget.map_or_else(String::new, |most| format!(" of {}", sum(most as f64)));
    let spent = told.days.iter().find(|day| day.day == today);
    let by_all = sum(spent.map_or(0.0, |day| day.everybody_micros as f64));
    let by_one = spent.and_then(|day| day.payers.first()).map_or_else(String::new, |payer| {
        let who = payer.login.as_deref().unwrap_or(&payer.payer);
        format!("; most by {who}: {}{}", sum(payer.micros as f64), most(told.budget_per_person_micros))
    });
    fine("spending", &format!("today {by_all}{}{by_one}", most(told.budget_per_day_micros)))
}

/// As replies write it.
fn today(clock: &Clock) -> String {
    spelt(clock.now_ms()).chars().take_while(|c| *c != 'T').collect()
}

/// Sought now, or how it ended when they were sought last.
async fn leaks(context: &Context, args: &Args, house: &House) -> anyhow::Result<Option<Check>> {
    let metrics = PrometheusBuilder::new().build_recorder().handle();
    let cages = Arc::new(CageMaker::new(&context.config, house, metrics));
    let watch = Watch::new(cages, house.store.clone(), house.library.workspace);
    let run = if args.leaks { Some(watch.sweep().await?) } else { watch.last().await? };
    Ok(run.map(|run| judged(run.into(), !args.leaks)))
}

fn judged(told: SelfCheckReply, is_old: bool) -> Check {
    let SelfCheckReply { at, probes, leaks, remarks } = told;
    let when = if is_old { format!(" at {at}") } else { String::new() };
    match remarks.is_empty() && leaks == 0 {
        true => fine("leaks", &format!("{probes} probes{when}, none saw what is not theirs")),
        false => bad("leaks", format!("{leaks} leaks in {probes} probes{when}: {}", remarks.join("; "))),
    }
}

/// Catalog and index, compared and mended.
async fn inside(house: &House) -> anyhow::Result<Vec<Check>> {
    house.store.ping().await?;
    let documents = house.store.document_count(&house.library.clearance).await?;
    let report = house.library.reconcile().await?;
    let mended = report.orphans + report.relabelled + report.rebuilt;
    let index = match mended {
        0 => fine("index", &format!("{} points, all as the catalog says", report.points)),
        _ => fine(
            "index",
            &format!(
                "{} points; mended: {} removed, {} re-labelled, {} documents written again",
                report.points, report.orphans, report.relabelled, report.rebuilt
            ),
        ),
    };
    Ok(vec![fine("catalog", &format!("{documents} documents")), index, keywords(house).await?])
}

/// What the keyword weights in the index take for the usual passage, and what that is by now.
async fn keywords(house: &House) -> anyhow::Result<Check> {
    let recorded = house.keywords.average_terms;
    let words = match house.keywords.present_average(&house.store, &house.library.clearance).await? {
        None => format!("made for passages of {recorded:.0} terms; too few are here to compare"),
        Some(present) => {
            let hint = match (present / recorded).max(recorded / present) {
                far if far > FAR => "; deleting the folder `index` while nothing runs has it built anew for those",
                _ => "",
            };
            format!("made for passages of {recorded:.0} terms; those here have {present:.0}{hint}")
        }
    };
    Ok(fine("keywords", &words))
}

fn fine(name: &str, words: &str) -> Check {
    Check { name: name.to_owned(), fine: true, words: words.to_owned() }
}

fn bad(name: &str, words: String) -> Check {
    Check { name: name.to_owned(), fine: false, words }
}
