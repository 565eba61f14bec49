//! Sites, wherever the work is done: in this process, or by the running server.

use std::path::Path;
use std::time::Duration;

use ingest::crawl::plan::Bounds;

use super::Failure;
use super::desk::{self, Desk};
use crate::http::wire::{ExplainReply, PageReply, SiteRequest, SourceReply};
use crate::library::{LibraryError, SourceStatus, path_of};
use crate::wiring::House;

const POLL: Duration = Duration::from_millis(500);

/// Checked before anything is opened, so that a typing error costs nothing.
pub fn check(sites: &[SiteRequest]) -> Result<(), Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    for site in sites {
        let (plan, _) = site.clone().plan(Duration::ZERO).map_err(|error| usage(&error))?;
        Bounds::new(&plan).map_err(|error| usage(&error))?;
    }
    Ok(())
}

impl Desk {
    /// Set a site up and queue its crawl; the id of the source.
    pub async fn crawl(&self, site: SiteRequest) -> Result<String, Failure> {
        match self {
            Self::There(server) => Ok(server.crawl(&site).await?.source),
            Self::Here(house) => {
                let is_bare = site.is_bare();
                let planned = site.plan(house.library.web.delay);
                let (plan, label) = planned.map_err(|error| Failure::Usage(error.to_string()))?;
                let clearance = desk::operator(house).clearance()?;
                let plan = if is_bare { house.library.known_plan(&clearance, plan, &label).await? } else { plan };
                let (source, _) = house.library.crawl_later(&clearance, &plan, &label).await.map_err(as_usage)?;
                Ok(source.id.to_string())
            }
        }
    }

    /// Wait until nothing of these sources is under way, doing the work here if there is nobody else to do it.
    pub async fn finish_crawls(
        &self,
        sources: &[String],
        watch: &(dyn Fn(&SourceReply) + Send + Sync),
    ) -> Result<(), Failure> {
        match self {
            Self::Here(house) => work_here(house, sources, watch).await,
            Self::There(server) => {
                for id in sources {
                    loop {
                        let source = server.source(id).await?.ok_or_else(no_source)?;
                        watch(&source);
                        if is_settled(&source) {
                            break;
                        }
                        tokio::time::sleep(POLL).await;
                    }
                }
                Ok(())
            }
        }
    }

    pub async fn sources(&self) -> Result<Vec<SourceReply>, Failure> {
        match self {
            Self::There(server) => server.sources().await,
            Self::Here(house) => Ok(house.library.sources().await?.into_iter().map(SourceReply::from).collect()),
        }
    }

    /// The source with this id or address, or the only one that has this address in it.
    pub async fn source_named(&self, name: &str) -> Result<SourceReply, Failure> {
        let mut sources = self.sources().await?;
        let exact = |source: &SourceReply| {
            let is_address = source.address.trim_end_matches('/') == name.trim_end_matches('/');
            source.source == name || is_address || path_of(&source.address).is_some_and(|path| path == Path::new(name))
        };
        match sources.iter().position(exact) {
            Some(at) => Ok(sources.swap_remove(at)),
            None => Err(desk::gone(&format!("there is no source \"{name}\"; `lectern crawl list` shows them"))),
        }
    }

    pub async fn pages(&self, id: &str) -> Result<Vec<PageReply>, Failure> {
        match self {
            Self::There(server) => server.pages(id).await,
            Self::Here(house) => {
                let lines = house.library.ledger(&found(house, id).await?.source, None).await?;
                Ok(lines.into_iter().map(PageReply::from).collect())
            }
        }
    }

    pub async fn confirm(&self, id: &str) -> Result<usize, Failure> {
        match self {
            Self::There(server) => Ok(server.confirm(id).await?.retired),
            Self::Here(house) => Ok(house.library.confirm(&found(house, id).await?.source).await?),
        }
    }

    pub async fn forget(&self, id: &str) -> Result<usize, Failure> {
        match self {
            Self::There(server) => Ok(server.forget(id).await?.retired),
            Self::Here(house) => Ok(house.library.forget(&found(house, id).await?.source).await?),
        }
    }

    pub async fn explain(&self, id: &str, url: &str) -> Result<ExplainReply, Failure> {
        match self {
            Self::There(server) => server.explain(id, url).await,
            Self::Here(house) => Ok(house.library.explain(&found(house, id).await?.source, url).await?.into()),
        }
    }
}

/// Crawl and ingest side by side, as a server would.
async fn work_here(
    house: &House,
    sources: &[String],
    watch: &(dyn Fn(&SourceReply) + Send + Sync),
) -> Result<(), Failure> {
    let crawling = async {
        while house.library.crawl(&|_| {}).await?.is_some() {}
        Ok::<_, Failure>(())
    };
    let ingesting = async {
        loop {
            while house.library.work(&|_, _| {}).await?.is_some() {}
            let mut settled = true;
            for id in sources {
                let source = SourceReply::from(found(house, id).await?);
                watch(&source);
                settled &= is_settled(&source);
            }
            if settled {
                return Ok::<_, Failure>(());
            }
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::try_join!(crawling, ingesting).map(|_| ())
}

fn is_settled(source: &SourceReply) -> bool {
    !source.crawling && !source.verdicts.contains_key("handed_in")
}

async fn found(house: &House, id: &str) -> Result<SourceStatus, Failure> {
    house.library.source(&desk::operator(house).clearance()?, id).await?.ok_or_else(no_source)
}

fn no_source() -> Failure {
    desk::gone("there is no such source")
}

fn as_usage(error: LibraryError) -> Failure {
    match error {
        LibraryError::Plan(sentence) => Failure::Usage(sentence),
        other => other.into(),
    }
}
