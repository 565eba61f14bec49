//! `lectern jobs`: how a job stands, item by item.

use super::desk::{self, Desk};
use super::{Context, Outcome, print};
use crate::http::wire::JobReply;

#[derive(clap::Args)]
pub struct Args {
    /// The job's id, as `lectern ingest` printed it
    job: String,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let desk = Desk::open(context).await?;
    let status: JobReply = match &desk {
        Desk::There(server) => server.job(&args.job).await?,
        Desk::Here(house) => {
            let job = args.job.parse().map_err(|_| desk::gone("there is no such job"))?;
            house.library.job(job).await?.ok_or_else(|| desk::gone("there is no such job"))?.into()
        }
    };
    if context.json {
        print::json(&status);
    } else {
        let ended = status.items.iter().filter(|item| item.status != "queued").count();
        print::line(&format!("{}: {}, {ended} of {} items ended", status.job, status.state, status.items.len()));
        for item in status.items.iter().filter(|item| item.reason.is_some()) {
            let name = item.path.as_deref().or(item.url.as_deref()).unwrap_or_default();
            print::line(&format!("  {} {name}: {}", item.status, item.reason.as_deref().unwrap_or_default()));
        }
    }
    desk.close().await;
    Ok(())
}
