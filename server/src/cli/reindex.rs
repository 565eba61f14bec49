//! `lectern reindex`: build the index anew beside the one that answers, and change from one to another.

use clap::{Args, Subcommand};

use super::desk::{self, Desk};
use super::remote::Remote;
use super::{Context, Failure, Outcome, jobs, print};
use crate::clock::spelt;
use crate::http::wire::{GenerationList, GenerationReply, ReindexRequest, Reindexing, VerdictReply};
use crate::library::{JobKind, LibraryError, Wanted};
use crate::wiring::House;

/// Builds the index as the configuration says now: its model, language, sizes of passages and kind of vectors. Questions are
/// answered from the former one meanwhile. The new one goes live if it finds what the former found.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ReindexArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// Keep it from going live, however good it is, until somebody promotes it
    #[arg(long)]
    hold: bool,
    /// Return when it is done, with progress, not when it is accepted
    #[arg(long)]
    wait: bool,
}

#[derive(Subcommand)]
enum What {
    /// Show every build, and how it compared
    List,
    /// Answer from this build from now on
    Promote { generation: String },
    /// Answer from the build that answered before
    Rollback,
    /// Put a build away for good, and look whether it is gone
    Discard { generation: String },
}

pub async fn run(context: &Context, args: ReindexArgs) -> Outcome {
    let desk = Desk::open(context).await?;
    let done = what(context, &desk, args).await;
    desk.close().await;
    done
}

async fn what(context: &Context, desk: &Desk, args: ReindexArgs) -> Outcome {
    match args.what {
        None => begin(context, desk, args.hold, args.wait).await,
        Some(What::List) => list(context, desk).await,
        Some(What::Promote { generation }) => told(context, desk.promote(&generation).await?),
        Some(What::Rollback) => told(context, desk.roll_back().await?),
        Some(What::Discard { generation }) => told(context, desk.discard(&generation).await?),
    }
}

async fn begin(context: &Context, desk: &Desk, hold: bool, wait: bool) -> Outcome {
    let begun = desk.reindex(hold).await?;
    if let Desk::Here(house) = desk {
        // Nobody else does the work.
        while house.library.run(JobKind::Reindex).await?.is_some() {}
    } else if wait {
        jobs::watch_one(context, desk, &begun.job).await?;
    } else {
        match context.json {
            true => print::json(&begun),
            false => print::line(&format!("{} is built by job {}", begun.generation, begun.job)),
        }
        return Ok(());
    }
    let built = desk.generations().await?.into_iter().find(|one| one.generation == begun.generation);
    told(context, built.ok_or_else(|| desk::gone("it was discarded meanwhile"))?)
}

async fn list(context: &Context, desk: &Desk) -> Outcome {
    let generations = desk.generations().await?;
    if context.json {
        generations.iter().for_each(print::json);
        return Ok(());
    }
    let row = |one: &GenerationReply| {
        let verdict = one.verdict.as_ref().map(words).unwrap_or_default();
        [one.generation.clone(), one.state.clone(), one.model.clone(), spelt(one.created_ms), verdict]
    };
    let rows: Vec<_> = generations.iter().map(row).collect();
    print::table(["generation", "state", "model", "begun", "compared"], &rows);
    Ok(())
}

fn told(context: &Context, one: GenerationReply) -> Outcome {
    if context.json {
        print::json(&one);
        return Ok(());
    }
    print::line(&format!("{}: {}", one.generation, one.state));
    if let Some(verdict) = &one.verdict {
        print::line(&format!("  {}", words(verdict)));
        verdict.reasons.iter().for_each(|reason| print::line(&format!("  {reason}")));
    }
    Ok(())
}

fn words(verdict: &VerdictReply) -> String {
    let VerdictReply { known, recall_before, recall_after, questions, agreement, .. } = verdict;
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    format!(
        "{} (known documents found {} before, {} now, of {known}; {} of what is found is the same, of {questions} questions)",
        if verdict.passes { "good enough" } else { "not as good" },
        percent(*recall_before),
        percent(*recall_after),
        percent(*agreement),
    )
}

impl Desk {
    async fn reindex(&self, hold: bool) -> Result<Reindexing, Failure> {
        match self {
            Self::There(server) => server.reindex(hold).await,
            Self::Here(house) => {
                let wanted = if hold { Wanted::Held } else { Wanted::Promoted };
                let (generation, job) = house.library.reindex(wanted).await.map_err(refused)?;
                Ok(Reindexing { generation: generation.to_string(), job: job.to_string() })
            }
        }
    }

    async fn generations(&self) -> Result<Vec<GenerationReply>, Failure> {
        match self {
            Self::There(server) => server.generations().await,
            Self::Here(house) => Ok(house.library.builds().await?.into_iter().map(GenerationReply::from).collect()),
        }
    }

    async fn promote(&self, name: &str) -> Result<GenerationReply, Failure> {
        match self {
            Self::There(server) => server.promote(name).await,
            Self::Here(house) => {
                house.library.promote(name.parse().map_err(|_| no_build())?).await.map_err(refused)?;
                found(house, name).await
            }
        }
    }

    async fn roll_back(&self) -> Result<GenerationReply, Failure> {
        match self {
            Self::There(server) => server.roll_back().await,
            Self::Here(house) => {
                let generation = house.library.roll_back().await.map_err(refused)?;
                found(house, &generation.to_string()).await
            }
        }
    }

    async fn discard(&self, name: &str) -> Result<GenerationReply, Failure> {
        match self {
            Self::There(server) => server.discard(name).await,
            Self::Here(house) => {
                let build = house.library.discard(name.parse().map_err(|_| no_build())?).await.map_err(refused)?;
                Ok(build.into())
            }
        }
    }
}

impl Remote {
    async fn reindex(&self, hold: bool) -> Result<Reindexing, Failure> {
        self.call(self.client.post(self.at("/generations")).json(&ReindexRequest { hold })).await
    }

    async fn generations(&self) -> Result<Vec<GenerationReply>, Failure> {
        let found: GenerationList = self.call(self.client.get(self.at("/generations"))).await?;
        Ok(found.generations)
    }

    async fn promote(&self, name: &str) -> Result<GenerationReply, Failure> {
        self.call(self.client.post(self.at(&format!("/generations/{name}/promote")))).await
    }

    async fn roll_back(&self) -> Result<GenerationReply, Failure> {
        self.call(self.client.post(self.at("/generations/rollback"))).await
    }

    async fn discard(&self, name: &str) -> Result<GenerationReply, Failure> {
        self.call(self.client.delete(self.at(&format!("/generations/{name}")))).await
    }
}

async fn found(house: &House, name: &str) -> Result<GenerationReply, Failure> {
    let mut builds = house.library.builds().await?.into_iter().map(GenerationReply::from);
    builds.find(|one| one.generation == name).ok_or_else(no_build)
}

fn no_build() -> Failure {
    desk::gone("there is no such index")
}

fn refused(error: LibraryError) -> Failure {
    match error {
        LibraryError::NoBuild => no_build(),
        LibraryError::Refused(why) => desk::gone(why),
        other => other.into(),
    }
}
