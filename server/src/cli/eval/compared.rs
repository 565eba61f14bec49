//! `lectern eval list`: the last two runs of every set side by side.

use super::kept::latest;
use crate::cli::{Context, Outcome, print};
use crate::evaluation::compare::{Comparison, compare};
use crate::evaluation::document::date;

#[derive(clap::Args)]
pub struct Args {
    /// Only this set
    #[arg(long, value_name = "NAME")]
    set: Option<String>,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let lines = compare(&latest(context, args.set.as_deref(), 2).await?);
    if context.json {
        lines.iter().for_each(print::json);
    } else if lines.is_empty() {
        print::note("no run is kept yet: `lectern eval retrieval` and `lectern eval answers` make some");
    } else {
        print::line(&format!(
            "{:<24} {:<8} {:<26} {:>8} {:>8} {:>8}",
            "set", "mode", "measure", "latest", "before", "+-"
        ));
        lines.iter().for_each(show);
    }
    Ok(())
}

fn show(line: &Comparison) {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let interval = line.ci95.map_or(String::new(), |[low, high]| format!("  [{low:+.4}, {high:+.4}]"));
    let changed = match line.changed.as_slice() {
        [] => String::new(),
        changed => format!("  changed: {}", changed.join(", ")),
    };
    print::line(&format!(
        "{:<24} {:<8} {:<26} {:>8} {:>8} {:>8}  {}{interval}{changed}",
        line.set,
        line.mode,
        line.measure,
        number(Some(line.latest)),
        number(line.before),
        line.difference.map_or("-".to_owned(), |value| format!("{value:+.4}")),
        date(line.latest_ms)
    ));
}
