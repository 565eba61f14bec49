//! A web that is made up: paths and what they answer, and a quick look at pages instead of a parser.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use ingest::crawl::ports::{Fetch, FetchFault, Fetched, Request, Survey};
use ingest::parse;
use ingest::ports::ParseFault;
use tokio::time::Instant;
use url::Url;

pub type Answer = Result<Fetched, FetchFault>;
type Fallback = Box<dyn Fn(&Request) -> Option<Answer> + Send + Sync>;

/// Everything that is there; anything else is a 404.
#[derive(Default)]
pub struct Site {
    answers: HashMap<String, Vec<Answer>>,
    fallback: Option<Fallback>,
    /// What was asked for, and when.
    log: Mutex<Vec<(String, Instant)>>,
    rendered: HashMap<String, String>,
    pub etags: bool,
}

impl Site {
    /// A page at a path of `https://acme.example`, or at a whole address.
    pub fn page(self, at: &str, html: &str) -> Self {
        self.answer(at, Ok(ok(html)))
    }

    pub fn redirect(self, at: &str, to: &str) -> Self {
        self.answer(at, Ok(Fetched { location: Some(to.to_owned()), ..status(302) }))
    }

    /// Several answers for one address come one after another; the last one stays.
    pub fn answer(mut self, at: &str, answer: Answer) -> Self {
        self.answers.entry(full(at)).or_default().push(answer);
        self
    }

    pub fn without(mut self, at: &str) -> Self {
        self.answers.remove(&full(at));
        self
    }

    pub fn otherwise(mut self, fallback: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static) -> Self {
        self.fallback = Some(Box::new(fallback));
        self
    }

    pub fn rendered(mut self, at: &str, html: &str) -> Self {
        self.rendered.insert(full(at), html.to_owned());
        self
    }

    /// The paths of what was asked for, without robots.txt and the page that does not exist.
    pub fn asked(&self) -> Vec<String> {
        let paths = self.log.lock().unwrap().iter().map(|(url, _)| short(url)).collect::<Vec<_>>();
        paths.into_iter().filter(|path| !path.contains("robots.txt") && !path.contains("/lectern-asks")).collect()
    }

    pub fn asked_at(&self, at: &str) -> Vec<Instant> {
        let url = full(at);
        self.log.lock().unwrap().iter().filter(|(asked, _)| *asked == url).map(|(_, when)| *when).collect()
    }

    /// Everything that was asked for, robots.txt too.
    pub fn requests(&self) -> usize {
        self.log.lock().unwrap().len()
    }

    pub fn forget(&self) {
        self.log.lock().unwrap().clear();
    }
}

pub fn ok(html: &str) -> Fetched {
    Fetched {
        status: 200,
        content_type: Some("text/html".to_owned()),
        body: html.as_bytes().to_vec(),
        ..Fetched::default()
    }
}

pub fn status(status: u16) -> Fetched {
    Fetched { status, ..Fetched::default() }
}

/// The address of a path of the made-up host.
pub fn full(at: &str) -> String {
    if at.starts_with('/') { format!("https://acme.example{at}") } else { at.to_owned() }
}

pub fn short(url: &str) -> String {
    url.strip_prefix("https://acme.example").unwrap_or(url).to_owned()
}

#[async_trait]
impl Fetch for Site {
    async fn fetch(&self, request: &Request) -> Answer {
        let url = request.url.to_string();
        let nth = {
            let mut log = self.log.lock().unwrap();
            log.push((url.clone(), Instant::now()));
            log.iter().filter(|(asked, _)| *asked == url).count() - 1
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
        let scripted = self.answers.get(&url).map(|answers| answers[nth.min(answers.len() - 1)].clone());
        let made = scripted.or_else(|| self.fallback.as_ref()?(request)).unwrap_or_else(|| Ok(status(404)));
        let Ok(mut fetched) = made else { return made };
        if self.etags && fetched.status == 200 {
            let etag = Some(format!("{:?}", fetched.body.len()));
            if request.etag == etag {
                return Ok(status(304));
            }
            fetched.etag = etag;
        }
        Ok(fetched)
    }

    async fn render(&self, request: &Request) -> Option<Result<Vec<u8>, FetchFault>> {
        self.rendered.get(request.url.as_str()).map(|html| Ok(html.as_bytes().to_vec()))
    }
}

/// Reads what the pages of these tests say of themselves, as they spell it.
pub struct Glance;

#[async_trait]
impl Survey for Glance {
    async fn survey(&self, url: &Url, bytes: Vec<u8>) -> Result<parse::Survey, ParseFault> {
        let html = String::from_utf8(bytes).unwrap();
        let after = |mark: &str| -> Vec<String> {
            let found = html.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
            found.filter_map(|link| url.join(link).ok()).map(String::from).collect()
        };
        Ok(parse::Survey {
            links: after("<a href=\""),
            canonical: after("<link rel=canonical href=\"").pop(),
            refresh: after("<meta http-equiv=refresh content=\"").pop(),
            noindex: html.contains("<meta name=robots content=noindex>"),
            nofollow: html.contains("<meta name=robots content=nofollow>"),
            needs_scripts: html.contains("<div id=app></div>"),
        })
    }
}
