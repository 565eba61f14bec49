//! `lectern crawl`: sites are set up, visited again, explained and let go.

use std::io::IsTerminal;
use std::path::Path;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use retrieval::access::{AccessTier, Group};
use serde_json::json;

use super::desk::{self, Desk};
use super::ingest::Lines;
use super::sites;
use super::{Context, Failure, Outcome, print};
use crate::http::wire::{SiteRequest, SourceReply};
use crate::library::path_of;

#[derive(Args)]
pub struct CrawlArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Crawl a site, or crawl it again
    Run(Box<Run>),
    /// Show the sources
    List,
    /// Show every address of a source, and what became of it
    Pages {
        /// Its id or address
        source: String,
        /// Only these, as in failed,gone
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Tell what a crawl would do with an address, and why
    Explain {
        /// An address, or a path below a folder that is followed
        url: String,
        /// The source to ask for, by its id or address [default: the one whose site it is]
        #[arg(long)]
        source: Option<String>,
    },
    /// Take out what the last crawl found gone and held back, because it was so much
    Confirm {
        /// Its id or address
        source: String,
    },
    /// Forget a source, and take out what came from it
    Forget {
        /// Its id or address
        source: String,
    },
}

/// How a site is crawled.
#[derive(Args, Clone)]
pub struct SiteArgs {
    /// How far from the address: the page alone, what lies below it, or the whole site
    #[arg(long, value_parser = ["page", "section", "site"])]
    pub scope: Option<String>,
    /// Look for sitemaps as well, and take what they list within the scope
    #[arg(long)]
    pub sitemap: bool,
    /// Take only addresses whose path matches this pattern, as in '/docs/**'; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Leave out addresses whose path matches this pattern; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Follow links at most so far from the address
    #[arg(long)]
    pub depth: Option<u32>,
    /// Ask for at most so many pages
    #[arg(long)]
    pub pages: Option<usize>,
    /// Between two requests, in milliseconds; a longer delay that the site asks for is kept
    #[arg(long, value_name = "MS")]
    pub delay: Option<u64>,
    /// Take a page out when it was not seen there for so many days; without it, once the site says that it is gone
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    pub kept_days: Option<u32>,
    /// Sent to the site with every request, as in 'Authorization: Bearer ...'; may be repeated
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    pub header: Vec<(String, String)>,
    /// Instead of lectern's own name
    #[arg(long)]
    pub user_agent: Option<String>,
    /// Of each page, keep only what this CSS selector finds; may be repeated
    #[arg(long, value_name = "SELECTOR")]
    pub keep: Vec<String>,
    /// Of each page, leave out what this CSS selector finds; may be repeated
    #[arg(long, value_name = "SELECTOR")]
    pub drop: Vec<String>,
    /// No PDF or Office files
    #[arg(long)]
    pub pages_only: bool,
}

#[derive(Args)]
struct Run {
    /// Addresses, or folders that crawl.folders of the configuration names
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// Who may read what comes from there: public, customer, internal or restricted
    #[arg(long, value_parser = |text: &str| text.parse::<AccessTier>())]
    tier: AccessTier,
    /// Only members of these groups may read it, as in billing,hr
    #[arg(long, value_delimiter = ',', value_parser = |text: &str| text.parse::<Group>())]
    groups: Vec<Group>,
    #[command(flatten)]
    site: SiteArgs,
    /// With a running server: return when the crawl is done, not when it is queued
    #[arg(long)]
    wait: bool,
}

pub async fn run(context: &Context, args: CrawlArgs) -> Outcome {
    if let What::Run(run) = &args.what {
        check(&run.urls, run.tier, &run.groups, &run.site)?;
    }
    let desk = Desk::open(context).await?;
    let done = what(context, &desk, args.what).await;
    desk.close().await;
    done
}

async fn what(context: &Context, desk: &Desk, what: What) -> Outcome {
    match what {
        What::Run(run) => {
            let Run { urls, tier, groups, site, wait } = *run;
            // A site that is known keeps its plan where nothing is said of it; a new one is crawled below its address.
            let is_bare = urls.iter().all(|url| request(url, tier, &groups, &site).is_bare());
            let is_known = is_bare
                && match urls.first() {
                    Some(url) => desk.source_named(url).await.is_ok(),
                    None => false,
                };
            let below = (!is_known).then(|| "section".to_owned());
            let scope = site.scope.clone().or(below);
            crawl(context, desk, &urls, tier, &groups, &SiteArgs { scope, ..site }, wait).await
        }
        What::List => list(context, desk).await,
        What::Pages { source, only } => pages(context, desk, &source, &only).await,
        What::Explain { url, source } => explain(context, desk, &url, source).await,
        What::Confirm { source } => {
            let retired = desk.confirm(&desk.source_named(&source).await?.source).await?;
            report(context, "retired", retired, &format!("{retired} pages were taken out"))
        }
        What::Forget { source } => {
            let removed = desk.forget(&desk.source_named(&source).await?.source).await?;
            report(context, "removed", removed, &format!("forgotten, and {removed} pages were taken out"))
        }
    }
}

/// Whether these can be crawled at all.
pub fn check(urls: &[String], tier: AccessTier, groups: &[Group], site: &SiteArgs) -> Outcome {
    let requests: Vec<SiteRequest> = urls.iter().map(|url| request(url, tier, groups, site)).collect();
    sites::check(&requests)
}

/// Crawl these addresses, each a source of its own, with a line for every address that the crawl came across.
pub async fn crawl(
    context: &Context,
    desk: &Desk,
    urls: &[String],
    tier: AccessTier,
    groups: &[Group],
    site: &SiteArgs,
    wait: bool,
) -> Outcome {
    let mut sources = Vec::new();
    for url in urls {
        sources.push(desk.crawl(request(url, tier, groups, site)).await?);
    }
    if matches!(desk, Desk::There(_)) && !wait {
        for source in &sources {
            report(context, "source", source, &format!("queued: `lectern crawl pages {source}` shows how it goes"))?;
        }
        return Ok(());
    }
    let bar = progress();
    desk.finish_crawls(&sources, &|source| bar.set_message(words(source))).await?;
    bar.finish_and_clear();
    let mut lines = Lines::new(context.json);
    for id in &sources {
        for page in desk.pages(id).await? {
            lines.item(&page.into());
        }
        desk.source_named(id).await?.problems.iter().for_each(|problem| print::note(problem));
    }
    lines.summary()
}

fn request(url: &str, tier: AccessTier, groups: &[Group], site: &SiteArgs) -> SiteRequest {
    let site = site.clone();
    SiteRequest {
        url: url.to_owned(),
        tier: tier.to_string(),
        groups: groups.iter().map(ToString::to_string).collect(),
        scope: site.scope,
        sitemap: site.sitemap,
        include: site.include,
        exclude: site.exclude,
        depth: site.depth,
        pages: site.pages,
        delay_ms: site.delay,
        user_agent: site.user_agent,
        headers: site.header,
        keep: site.keep,
        drop: site.drop,
        pages_only: site.pages_only,
        kept_days: site.kept_days,
    }
}

async fn list(context: &Context, desk: &Desk) -> Outcome {
    for source in desk.sources().await? {
        match context.json {
            true => print::json(&source),
            false => {
                print::line(&format!("{}  {} ({}, {})", source.source, source.address, source.scope, source.tier));
                print::line(&format!("    {}", words(&source)));
                source.problems.iter().for_each(|problem| print::line(&format!("    {problem}")));
            }
        }
    }
    Ok(())
}

async fn pages(context: &Context, desk: &Desk, source: &str, only: &[String]) -> Outcome {
    let id = desk.source_named(source).await?.source;
    for page in desk.pages(&id).await?.into_iter().filter(|page| only.is_empty() || only.contains(&page.status)) {
        match (context.json, &page.reason) {
            (true, _) => print::json(&page),
            (false, Some(reason)) => print::line(&format!("{:<13} {}: {reason}", page.status, page.url)),
            (false, None) => print::line(&format!("{:<13} {}", page.status, page.url)),
        }
    }
    Ok(())
}

async fn explain(context: &Context, desk: &Desk, url: &str, source: Option<String>) -> Outcome {
    let source = match source {
        Some(name) => desk.source_named(&name).await?,
        None => source_of(desk, url).await?,
    };
    let explained = desk.explain(&source.source, url).await?;
    if context.json {
        print::json(&explained);
        return Ok(());
    }
    let verdict = if explained.fetched { "a crawl would ask for it" } else { "a crawl would not ask for it" };
    print::line(&format!("{}: {verdict}", explained.url));
    for finding in &explained.findings {
        print::line(&format!(
            "  {} {:<8} {}",
            if finding.passes { "ok" } else { "no" },
            finding.subject,
            finding.sentence
        ));
    }
    Ok(())
}

/// The source with the longest address that this one begins with, else one of the same host.
async fn source_of(desk: &Desk, url: &str) -> Result<SourceReply, Failure> {
    let host = |address: &str| url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    let is_below = |source: &SourceReply| {
        let folder = path_of(&source.address);
        url.starts_with(&source.address) || folder.is_some_and(|folder| Path::new(url).starts_with(folder))
    };
    let mut sources = desk.sources().await?;
    sources
        .retain(|source| is_below(source) || host(url).is_some_and(|host_of| host(&source.address) == Some(host_of)));
    let rank = |source: &SourceReply| (is_below(source), source.address.len());
    let none = || desk::gone("no source has this site; `lectern crawl list` shows them");
    sources.into_iter().max_by_key(rank).ok_or_else(none)
}

fn words(source: &SourceReply) -> String {
    let counts: Vec<String> = source.verdicts.iter().map(|(verdict, many)| format!("{many} {verdict}")).collect();
    let state = if source.crawling { "crawling: " } else { "" };
    format!("{state}{}", counts.join(", "))
}

fn report(context: &Context, name: &str, value: impl serde::Serialize, words: &str) -> Outcome {
    match context.json {
        true => print::json(&json!({name: value})),
        false => print::line(words),
    }
    Ok(())
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

fn header(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once(':').ok_or("a header is a name and a value, as in 'Cookie: session=1'")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
