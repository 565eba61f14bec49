//! `lectern jobs schedules`, `schedule` and `unschedule`: what begins by itself.

use serde_json::json;

use crate::cli::desk::{self, Desk};
use crate::cli::{Context, Failure, Outcome, print};
use crate::clock::spelt;
use crate::http::wire::{ScheduleReply, ScheduleRequest};
use crate::library::{Expression, JobKind, LibraryError, OfTheHouse, Source, Wish};
use crate::wiring::House;

pub async fn list(context: &Context, desk: &Desk) -> Outcome {
    let schedules = match desk {
        Desk::There(server) => server.schedules().await?,
        Desk::Here(house) => {
            house.library.ensure_schedules().await?;
            let planned = house.library.schedules(&desk::operator(house).clearance()?, OfTheHouse::Too).await?;
            planned.into_iter().map(ScheduleReply::from).collect()
        }
    };
    if context.json {
        schedules.iter().for_each(print::json);
        return Ok(());
    }
    let rows: Vec<_> = schedules.iter().map(row).collect();
    print::table(["schedule", "of", "begins", "next", "last"], &rows);
    Ok(())
}

pub async fn set(context: &Context, desk: &Desk, name: &str, (expression, enabled): (&str, bool)) -> Outcome {
    // Before anything is asked of anybody: a typing error costs nothing.
    Expression::parse(expression).map_err(|error| Failure::Usage(error.to_string()))?;
    let request = ScheduleRequest { expression: expression.to_owned(), enabled };
    let schedule = match desk {
        Desk::There(server) => server.set_schedule(&id_of(desk, name).await?, &request).await?,
        Desk::Here(house) => here(desk, house, name, Wish { expression, is_on: enabled }).await?,
    };
    match (context.json, schedule.next_ms) {
        (true, _) => print::json(&schedule),
        (false, Some(next)) => print::line(&format!("{}: {}, next {}", name, schedule.expression, spelt(next))),
        (false, None) => print::line(&format!("{name}: {}, not now", schedule.expression)),
    }
    Ok(())
}

pub async fn remove(context: &Context, desk: &Desk, name: &str) -> Outcome {
    let removed = match desk {
        Desk::There(server) => server.remove_schedule(&id_of(desk, name).await?).await?,
        Desk::Here(house) => house.library.unplan(&source(desk, house, name).await?).await?,
    };
    match (context.json, removed) {
        (true, _) => print::json(&json!({"removed": removed})),
        (false, true) => print::line(&format!("{name} begins no longer by itself")),
        (false, false) => return Err(desk::gone(&format!("{name} has no schedule"))),
    }
    Ok(())
}

async fn here(desk: &Desk, house: &House, name: &str, wish: Wish<'_>) -> Result<ScheduleReply, Failure> {
    let planned = match of_the_house(name) {
        Some(kind) => house.library.plan_upkeep(kind, wish).await,
        None => house.library.plan_crawls(&source(desk, house, name).await?, wish).await,
    };
    match planned {
        Ok(planned) => Ok(planned.into()),
        Err(LibraryError::Plan(sentence)) => Err(Failure::Usage(sentence)),
        Err(other) => Err(other.into()),
    }
}

async fn source(desk: &Desk, house: &House, name: &str) -> Result<Source, Failure> {
    let id = desk.source_named(name).await?.source;
    let found = house.library.source(&desk::operator(house).clearance()?, &id).await?;
    Ok(found.ok_or_else(|| desk::gone("there is no such source"))?.source)
}

/// As the server knows it.
async fn id_of(desk: &Desk, name: &str) -> Result<String, Failure> {
    match of_the_house(name) {
        Some(kind) => Ok(kind.as_str().to_owned()),
        None => Ok(desk.source_named(name).await?.source),
    }
}

fn of_the_house(name: &str) -> Option<JobKind> {
    JobKind::named(name).filter(|kind| kind.is_of_the_house())
}

fn row(schedule: &ScheduleReply) -> [String; 5] {
    let when = |ms: Option<i64>, never: &str| ms.map_or_else(|| never.to_owned(), spelt);
    let next = when(schedule.next_ms, if schedule.enabled { "soon" } else { "not now" });
    let of = schedule.address.clone().unwrap_or_else(|| "the house".to_owned());
    [schedule.schedule.clone(), of, schedule.expression.clone(), next, when(schedule.last_ms, "never")]
}
