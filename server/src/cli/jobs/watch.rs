//! `lectern jobs --watch`: a bar for every stage of what is under way, with how fast it goes and how long it will take.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::Only;
use crate::cli::desk::{self, Desk};
use crate::cli::{Context, Outcome, print};
use crate::http::wire::{JobLineReply, JobReply, JobStageReply};
use crate::library::JobState;

const POLL: Duration = Duration::from_millis(500);
const KNOWN: &str = "{prefix:>9} {msg:<16} {bar:30} {human_pos}/{human_len}  {rate}  {eta} left";
/// Before anything is done there is nothing to guess from.
const BEGUN: &str = "{prefix:>9} {msg:<16} {bar:30} {human_pos}/{human_len}";
const UNKNOWN: &str = "{prefix:>9} {msg:<16} {spinner} {human_pos}  {rate}";

/// Until nothing is under way.
pub async fn all(context: &Context, desk: &Desk, only: &Only) -> Outcome {
    let mut bars = Bars::new(context.json);
    loop {
        let mut under_way = desk.jobs(only).await?;
        under_way.retain(|job| !is_over(&job.state));
        bars.show(&under_way);
        if under_way.is_empty() || works_nowhere(desk) {
            bars.clear();
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Until it is over; an error if it did not come to its end.
pub async fn one(context: &Context, desk: &Desk, job: &str) -> Outcome {
    let mut bars = Bars::new(context.json);
    loop {
        let line = match desk {
            Desk::There(server) => line(server.job(job).await?),
            Desk::Here(_) => line(desk.job(job).await?),
        };
        bars.show(std::slice::from_ref(&line));
        if !is_over(&line.state) && !works_nowhere(desk) {
            tokio::time::sleep(POLL).await;
            continue;
        }
        bars.clear();
        if !context.json {
            print::line(&format!("{}: {}", line.job, line.state));
        }
        return match line.state.as_str() {
            "failed" | "cancelled" => Err(desk::gone("the job did not come to its end")),
            _ => Ok(()),
        };
    }
}

/// Without a server nothing moves while somebody looks.
fn works_nowhere(desk: &Desk) -> bool {
    let nowhere = matches!(desk, Desk::Here(_));
    if nowhere {
        print::note("no server is running on this data directory: nothing is being worked on");
    }
    nowhere
}

fn is_over(state: &str) -> bool {
    JobState::named(state).is_none_or(JobState::is_over)
}

fn line(job: JobReply) -> JobLineReply {
    let JobReply { job, kind, state, created_ms, updated_ms, own, source, stop_asked, note, counts, stages, .. } = job;
    JobLineReply { job, kind, state, created_ms, updated_ms, own, source, stop_asked, note, items: counts, stages }
}

/// What is on the screen: a bar by job and stage. Where nobody looks at a screen, a line whenever something has changed.
struct Bars {
    style: Style,
    screen: MultiProgress,
    bars: BTreeMap<(String, String), ProgressBar>,
    /// Below the others.
    waiting: ProgressBar,
    told: BTreeMap<String, JobLineReply>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Json,
    Screen,
    Lines,
}

impl Bars {
    fn new(json: bool) -> Self {
        let style = match (json, std::io::stderr().is_terminal()) {
            (true, _) => Style::Json,
            (false, true) => Style::Screen,
            (false, false) => Style::Lines,
        };
        let screen = MultiProgress::new();
        if style != Style::Screen {
            screen.set_draw_target(ProgressDrawTarget::hidden());
        }
        let words = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let waiting = screen.add(ProgressBar::new_spinner().with_style(words));
        Self { style, screen, bars: BTreeMap::new(), waiting, told: BTreeMap::new() }
    }

    fn show(&mut self, jobs: &[JobLineReply]) {
        for job in jobs.iter().filter(|job| self.told.get(&job.job) != Some(job)).cloned().collect::<Vec<_>>() {
            match self.style {
                Style::Json => print::json(&job),
                Style::Lines => print::line(&words(&job)),
                Style::Screen => self.draw(&job),
            }
            self.told.insert(job.job.clone(), job);
        }
        self.count(jobs.iter().filter(|job| job.stages.is_empty()).count());
        let is_there = |name: &str| jobs.iter().any(|job| job.job == name);
        self.bars.retain(|(job, _), bar| {
            is_there(job) || {
                bar.finish_and_clear();
                false
            }
        });
    }

    /// One that waits has nothing to show yet: it is counted below.
    fn draw(&mut self, job: &JobLineReply) {
        for stage in &job.stages {
            self.bar(job, stage);
        }
    }

    fn count(&self, waiting: usize) {
        match waiting {
            0 => self.waiting.set_message(""),
            1 => self.waiting.set_message("1 job waits"),
            many => self.waiting.set_message(format!("{many} jobs wait")),
        }
    }

    fn bar(&mut self, job: &JobLineReply, stage: &JobStageReply) {
        let screen = &self.screen;
        let bar = self.bars.entry((job.job.clone(), stage.name.clone())).or_insert_with(|| {
            let bar = screen.insert_before(&self.waiting, ProgressBar::new_spinner());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let (template, total) = match (stage.done, stage.total) {
            (_, 0) => (UNKNOWN, None),
            (0, total) => (BEGUN, Some(total)),
            (_, total) => (KNOWN, Some(total)),
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let rate = |state: &ProgressState, to: &mut dyn Write| {
            // A bar that cannot be drawn is no reason to stop.
            let _ = write!(to, "{:.1}/s", state.per_sec());
        };
        bar.set_style(style.with_key("rate", rate));
        bar.set_prefix(job.kind.clone());
        bar.set_message(stage.name.clone());
        total.into_iter().for_each(|total| bar.set_length(total as u64));
        bar.set_position(stage.done as u64);
    }

    fn clear(&mut self) {
        self.bars.values().for_each(ProgressBar::finish_and_clear);
        self.waiting.finish_and_clear();
        self.bars.clear();
    }
}

fn words(job: &JobLineReply) -> String {
    let stage = |stage: &JobStageReply| match stage.total {
        0 => format!("{} {}", stage.name, stage.done),
        total => format!("{} {}/{total}", stage.name, stage.done),
    };
    let stages: Vec<String> = job.stages.iter().map(stage).collect();
    format!("{} {} {}  {}", job.job, job.kind, job.state, stages.join(", ")).trim_end().to_owned()
}
