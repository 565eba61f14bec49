//! `lectern ingest`: files, folders and addresses go into the library, with a line for each.

mod files;
mod follow;
mod handing;
mod lines;

use std::path::{Path, PathBuf};
use std::time::Duration;

use ingest::source;
use retrieval::access::{AccessLabel, AccessTier, Group};

use super::crawl::{self, SiteArgs};
use super::desk::Desk;
use super::{Context, Failure, Outcome};
pub use files::{Files, origin};
use follow::{Following, follow};
pub use handing::{drain, here, watch, work_off};
pub use lines::Lines;

#[derive(clap::Args)]
pub struct Args {
    /// Files, folders, and addresses on the web
    #[arg(required = true, value_name = "PATH|URL")]
    paths: Vec<PathBuf>,
    /// Who may read them: public, customer, internal or restricted
    #[arg(long, value_parser = |text: &str| text.parse::<AccessTier>())]
    tier: AccessTier,
    /// Only members of these groups may read them, as in billing,hr
    #[arg(long, value_delimiter = ',', value_parser = |text: &str| text.parse::<Group>())]
    groups: Vec<Group>,
    /// With a running server: return when the work is done, not when it is accepted
    #[arg(long)]
    wait: bool,
    /// Take out what came from there and is gone
    #[arg(long, help_heading = "Folders")]
    sync: bool,
    /// With --sync: also when more than 30 % of a folder is gone
    #[arg(long, requires = "sync", help_heading = "Folders")]
    confirm: bool,
    /// Stay, look again every so many seconds, and hand in what changed
    #[arg(long, value_name = "SECONDS", help_heading = "Folders", num_args = 0..=1, default_missing_value = "5", value_parser = clap::value_parser!(u64).range(1..))]
    watch: Option<u64>,
    #[command(flatten, next_help_heading = "Addresses")]
    site: SiteArgs,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let label = AccessLabel { tier: args.tier, groups: args.groups.iter().cloned().collect() };
    let (addresses, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| is_address(path));
    if !addresses.is_empty() && (!paths.is_empty() || args.sync || args.watch.is_some()) {
        return Err(Failure::Usage("addresses and folders are taken in by commands of their own".into()));
    }
    let urls: Vec<String> = addresses.iter().map(|url| url.to_string_lossy().into_owned()).collect();
    crawl::check(&urls, args.tier, &args.groups, &args.site)?;
    let desk = Desk::open(context).await?;
    if !addresses.is_empty() {
        let done = crawl::crawl(context, &desk, &urls, args.tier, &args.groups, &args.site, args.wait).await;
        desk.close().await;
        return done;
    }
    let listed = || list(&paths, &label);
    let done = if args.sync || args.watch.is_some() {
        let every = args.watch.map(Duration::from_secs);
        let following = Following { sync: args.sync, confirmed: args.confirm, every };
        follow(&desk, &paths, listed, following, context.json).await
    } else {
        let (listing, mut lines) = (listed(), Lines::new(context.json));
        listing.refused.into_iter().for_each(|(path, reason)| lines.refused(&path, reason));
        handing::hand_in(&desk, listing.files, args.wait, &mut lines).await?;
        lines.summary()
    };
    desk.close().await;
    done
}

fn is_address(path: &Path) -> bool {
    path.to_string_lossy().contains("://")
}

fn list(paths: &[PathBuf], label: &AccessLabel) -> Files {
    let mut files = Files::default();
    for path in paths {
        let listing = source::list(path);
        files.add(listing, |_| Ok(label.clone()));
    }
    files
}
