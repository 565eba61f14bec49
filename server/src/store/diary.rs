//! The log of a job: who looks at it later sees when it was begun, why it waited, who ended it. Written in the statement that
//! changes the job, so that neither is there without the other.

use retrieval::model::JobId;

use super::{Store, StoreError};

/// Something that happened to a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    Begun,
    /// Whoever had it before died over it.
    TakenOver,
    /// The server went, and somebody else may have it.
    HandedBack,
    SetBack,
    StopAsked,
    Done,
    Failed,
    Cancelled,
}

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    pub at_ms: i64,
    pub event: String,
    pub why: Option<String>,
}

impl Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::TakenOver => "taken_over",
            Self::HandedBack => "handed_back",
            Self::SetBack => "set_back",
            Self::StopAsked => "stop_asked",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Of an UPDATE of jobs: `line`, an expression, goes behind the log. Of one that has grown long the older half goes.
pub(super) fn logged(line: &str) -> String {
    format!("log = CASE WHEN length(log) > 4000 THEN substr(log, 2001) ELSE log END || {line}")
}

impl Store {
    /// What is written of this.
    pub(super) fn log_line(&self, event: Event, why: &str) -> String {
        format!("{} {} {}\n", self.clock.now_ms(), event.as_str(), why.replace('\n', " "))
    }

    /// What happened to a job, the newest last.
    pub async fn job_log(&self, job: JobId) -> Result<Vec<LogLine>, StoreError> {
        let select = "SELECT log FROM jobs WHERE id = $1";
        let found: Option<(String,)> =
            sqlx::query_as(select).bind(job.to_string()).fetch_optional(&self.reader).await?;
        Ok(found.map(|(log,)| log.lines().filter_map(read).collect()).unwrap_or_default())
    }
}

/// Nothing of a line of which the beginning was cut off.
fn read(line: &str) -> Option<LogLine> {
    let (at, rest) = line.split_once(' ')?;
    let (event, why) = rest.split_once(' ')?;
    let why = Some(why.to_owned()).filter(|why| !why.is_empty());
    Some(LogLine { at_ms: at.parse().ok().filter(|at| *at > 1_000_000_000)?, event: event.to_owned(), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_is_none() {
        let line = |event: &str, why: Option<&str>| LogLine {
            at_ms: 1_795_251_600_000,
            event: event.to_owned(),
            why: why.map(str::to_owned),
        };
        assert_eq!(read("1795251600000 done "), Some(line("done", None)));
        assert_eq!(read("1795251600000 set_back the disk is full"), Some(line("set_back", Some("the disk is full"))));
        for cut in ["", "600000 done ", "back the disk is full", "full", "1795251600000"] {
            assert_eq!(read(cut), None, "{cut}");
        }
    }
}
