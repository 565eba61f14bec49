//! `lectern retry`: what failed is tried again, without being handed in again.

use super::desk::{self, Desk};
use super::ingest::{Lines, drain, watch, work_off};
use super::{Context, Outcome, print};
use crate::library::Onlooker;

#[derive(clap::Args)]
pub struct Args {
    /// What failed in this job [default: in any job of the last seven days]
    job: Option<String>,
    /// With a running server: return when the work is done, not when it is accepted
    #[arg(long)]
    wait: bool,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let desk = Desk::open(context).await?;
    let mut lines = Lines::new(context.json);
    let retried = match &desk {
        Desk::There(server) => server.retry(args.job).await?.job,
        Desk::Here(house) => {
            drain(house).await?;
            let job = args.job.map(|job| job.parse()).transpose().map_err(|_| desk::gone("there is no such job"))?;
            let clearance = desk::operator(house).clearance()?;
            let onlooker = Onlooker { clearance: &clearance, person: None, keeps_house: true };
            house.library.retry(onlooker, job).await?.map(|job| job.to_string())
        }
    };
    let Some(job) = retried else {
        desk.close().await;
        print::note("there is nothing to try again");
        return Ok(());
    };
    lines.jobs.push(job);
    match &desk {
        Desk::There(server) => watch(server, args.wait, &mut lines).await?,
        Desk::Here(house) => work_off(house, 0, &mut lines).await?,
    }
    desk.close().await;
    lines.summary()
}
