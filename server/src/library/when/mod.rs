//! When something is due: `every 6 h`, or the five fields of cron, in UTC. Text in, moments out: knows no clock, no job and no
//! row.
//!
//! The next moment follows from the moment that is asked about and from nothing else. So a clock that jumps can make it neither
//! come in heaps nor stay away: whoever asks again is told again.

mod civil;
mod cron;

use std::fmt;

use self::cron::Cron;

const MINUTE_MS: i64 = 60_000;
/// Once a year is the least often; whoever wants less can begin it themselves.
const LONGEST_MS: i64 = 366 * 24 * 60 * MINUTE_MS;
const EXAMPLES: &str =
    "as in \"every 6 h\", \"every 30 min\", \"every 2 d\" or, in the five fields of cron, \"30 3 * * mon-fri\"";

/// When something is due, again and again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expression {
    written: String,
    rule: Rule,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Rule {
    Every { period_ms: i64 },
    Cron(Box<Cron>),
}

/// What is wrong with an expression: a sentence for whoever wrote it, which points at the place.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ExpressionError(String);

impl Expression {
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let written = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let lower = written.to_ascii_lowercase();
        let words: Vec<&str> = lower.split(' ').filter(|word| !word.is_empty()).collect();
        let rule = match words.as_slice() {
            [] => return Err(ExpressionError(format!("nothing says when: write it {EXAMPLES}"))),
            ["every", rest @ ..] => Rule::Every { period_ms: every(rest)? },
            fields => Rule::Cron(Box::new(Cron::parse(fields).map_err(ExpressionError)?)),
        };
        Ok(Self { written, rule })
    }

    /// The first moment after this one. `every` counts from the anchor, so that not all of them come at once.
    pub fn next_after(&self, now_ms: i64, anchor_ms: i64) -> i64 {
        match &self.rule {
            Rule::Every { period_ms } => {
                let into = (now_ms.saturating_sub(anchor_ms)).rem_euclid(*period_ms);
                now_ms.saturating_add(period_ms - into)
            }
            // One that never comes was refused when it was read.
            Rule::Cron(cron) => cron.next_after(now_ms).unwrap_or(i64::MAX),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// `6 h`, `6h` or `hour`.
fn every(words: &[&str]) -> Result<i64, ExpressionError> {
    let text = words.concat();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "m" | "min" | "mins" | "minute" | "minutes" => MINUTE_MS,
        "h" | "hour" | "hours" => 60 * MINUTE_MS,
        "d" | "day" | "days" => 24 * 60 * MINUTE_MS,
        "w" | "week" | "weeks" => 7 * 24 * 60 * MINUTE_MS,
        "" => return Err(ExpressionError(format!("every what? Write it {EXAMPLES}"))),
        other => return Err(ExpressionError(format!("\"{other}\" is not min, h, d or w: write it {EXAMPLES}"))),
    };
    let many = if number.is_empty() { Some(1) } else { number.parse::<i64>().ok() };
    match many.and_then(|many| many.checked_mul(unit_ms)) {
        Some(MINUTE_MS..=LONGEST_MS) => many.map(|many| many * unit_ms).ok_or_else(|| too_long(number)),
        _ => Err(too_long(number)),
    }
}

fn too_long(number: &str) -> ExpressionError {
    ExpressionError(format!("every {number}: it has to come at least once in 366 days, and at most once a minute"))
}

#[cfg(test)]
mod tests;
