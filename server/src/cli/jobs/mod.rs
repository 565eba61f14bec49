//! `lectern jobs`: what is being worked on, how far it is, and what begins by itself.

mod remote;
mod schedules;
mod watch;

use clap::{Args, Subcommand};

pub(super) use watch::one as watch_one;

use super::desk::{self, Desk};
use super::{Context, Failure, Outcome, print};
use crate::clock::spelt;
use crate::http::wire::{JobLineReply, JobLogReply, JobReply};
use crate::library::{JobFilter, JobKind, JobState, Onlooker};
use crate::wiring::House;

/// So many of a list, unless it is told otherwise.
const LINES: u8 = 20;
/// Items that are asked for at once.
const PAGE: usize = 200;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct JobsArgs {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    show: Show,
}

#[derive(Args)]
struct Show {
    /// Show this job and what became of its items [default: list the last jobs]
    job: Option<String>,
    /// Stay, and show how far it is, until it is over; without a job, until nothing is under way
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    only: Only,
}

/// Which jobs are listed.
#[derive(Args, Clone)]
pub(super) struct Only {
    /// Only ingest, crawl, reconcile, expire, reindex or backup
    #[arg(long, value_parser = |name: &str| JobKind::named(name).ok_or("it is ingest, crawl, reconcile, expire, reindex or backup"))]
    pub kind: Option<JobKind>,
    /// Only open, queued, running, done, failed or cancelled ones
    #[arg(long, value_parser = |name: &str| JobState::named(name).ok_or("it is open, queued, running, done, failed or cancelled"))]
    pub state: Option<JobState>,
    /// At most so many
    #[arg(long, default_value_t = LINES, value_parser = clap::value_parser!(u8).range(1..=200))]
    pub limit: u8,
}

#[derive(Subcommand)]
enum What {
    /// Have a job stopped: what was done stays
    Cancel { job: String },
    /// Show what begins by itself, and when
    Schedules,
    /// Have something begin by itself: a source, or what the house does for itself
    Schedule {
        /// The id or the address of a source, or reconcile, expire, reindex or backup
        name: String,
        /// As in "every 6 h", or the five fields of cron, in UTC
        expression: String,
        /// Keep it for later: nothing begins by it
        #[arg(long)]
        off: bool,
    },
    /// Have a source crawled only when somebody says so
    Unschedule {
        /// Its id or its address
        name: String,
    },
}

pub async fn run(context: &Context, args: JobsArgs) -> Outcome {
    let desk = Desk::open(context).await?;
    let done = what(context, &desk, args).await;
    desk.close().await;
    done
}

async fn what(context: &Context, desk: &Desk, args: JobsArgs) -> Outcome {
    let Show { job, watch, only } = args.show;
    match (args.what, job) {
        (Some(What::Cancel { job }), _) => cancel(context, desk, &job).await,
        (Some(What::Schedules), _) => schedules::list(context, desk).await,
        (Some(What::Schedule { name, expression, off }), _) => {
            schedules::set(context, desk, &name, (&expression, !off)).await
        }
        (Some(What::Unschedule { name }), _) => schedules::remove(context, desk, &name).await,
        (None, Some(job)) if watch => watch::one(context, desk, &job).await,
        (None, None) if watch => watch::all(context, desk, &only).await,
        (None, Some(job)) => one(context, desk, &job).await,
        (None, None) => list(context, desk, &only).await,
    }
}

async fn list(context: &Context, desk: &Desk, only: &Only) -> Outcome {
    let jobs = desk.jobs(only).await?;
    if context.json {
        jobs.iter().for_each(print::json);
        return Ok(());
    }
    let row = |job: &JobLineReply| {
        let items: Vec<String> = job.items.iter().map(|(state, many)| format!("{many} {state}")).collect();
        let note = job.note.clone().unwrap_or_default();
        [job.job.clone(), job.kind.clone(), job.state.clone(), spelt(job.created_ms), items.join(", "), note]
    };
    let rows: Vec<_> = jobs.iter().map(row).collect();
    print::table(["job", "kind", "state", "begun", "items", ""], &rows);
    Ok(())
}

async fn one(context: &Context, desk: &Desk, job: &str) -> Outcome {
    let status = desk.job(job).await?;
    match context.json {
        true => print::json(&status),
        false => words(&status),
    }
    Ok(())
}

fn words(status: &JobReply) {
    let ended = status.items.iter().filter(|item| item.status != "queued").count();
    print::line(&format!("{}: {}, {ended} of {} items ended", status.job, status.state, status.items.len()));
    status.note.iter().for_each(|note| print::line(&format!("  {note}")));
    for stage in &status.stages {
        match stage.total {
            0 => print::line(&format!("  {:<16} {}", stage.name, stage.done)),
            total => print::line(&format!("  {:<16} {} of {total}", stage.name, stage.done)),
        }
    }
    for JobLogReply { at_ms, event, why } in &status.log {
        print::line(format!("  {} {event} {}", spelt(*at_ms), why.as_deref().unwrap_or_default()).trim_end());
    }
    for item in status.items.iter().filter(|item| item.reason.is_some()) {
        let name = item.path.as_deref().or(item.url.as_deref()).unwrap_or_default();
        print::line(&format!("  {} {name}: {}", item.status, item.reason.as_deref().unwrap_or_default()));
    }
}

async fn cancel(context: &Context, desk: &Desk, job: &str) -> Outcome {
    let line = desk.cancel(job).await?;
    match context.json {
        true => print::json(&line),
        false => {
            print::line(&format!("{}: {}", line.job, if line.state == "running" { "stopping" } else { &line.state }))
        }
    }
    Ok(())
}

impl Desk {
    pub(super) async fn jobs(&self, only: &Only) -> Result<Vec<JobLineReply>, Failure> {
        match self {
            Self::There(server) => server.jobs(only).await,
            Self::Here(house) => {
                let filter = JobFilter { kind: only.kind, state: only.state };
                let clearance = desk::operator(house).clearance()?;
                let (lines, _) = house.library.jobs(everything(&clearance), filter, None, only.limit.into()).await?;
                Ok(lines.into_iter().map(JobLineReply::from).collect())
            }
        }
    }

    /// A job with all of its items.
    pub(super) async fn job(&self, job: &str) -> Result<JobReply, Failure> {
        match self {
            Self::There(server) => server.whole_job(job).await,
            Self::Here(house) => whole_job(house, job).await,
        }
    }

    async fn cancel(&self, name: &str) -> Result<JobLineReply, Failure> {
        let house = match self {
            Self::There(server) => return server.cancel_job(name).await,
            Self::Here(house) => house,
        };
        let (job, clearance) = (name.parse().map_err(|_| no_job())?, desk::operator(house).clearance()?);
        if house.library.job(job).await?.is_none() {
            return Err(no_job());
        }
        if !house.library.stop(job).await? {
            return Err(desk::gone("the job is over: there is nothing to stop"));
        }
        let line = house.library.job_line(everything(&clearance), job).await?.ok_or_else(no_job)?;
        Ok(line.into())
    }
}

async fn whole_job(house: &House, name: &str) -> Result<JobReply, Failure> {
    let (job, clearance) = (name.parse().map_err(|_| no_job())?, desk::operator(house).clearance()?);
    let (mut after, mut items) = (-1, Vec::new());
    loop {
        let seen = house.library.job_seen(everything(&clearance), job, (after, PAGE)).await?.ok_or_else(no_job)?;
        let next = seen.next;
        let page = JobReply::new(seen, None);
        items.extend(page.items);
        match next {
            Some(next) => after = next,
            None => return Ok(JobReply { items, ..page }),
        }
    }
}

fn everything(clearance: &retrieval::access::Clearance) -> Onlooker<'_> {
    Onlooker { clearance, person: None, keeps_house: true }
}

fn no_job() -> Failure {
    desk::gone("there is no such job")
}
