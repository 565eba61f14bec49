//! What would become of an address, and why: every check that a crawl makes, in its order, in sentences.
//!
//! Asks nobody: the robots.txt and the ledger's row are handed in. Knows nothing of what the page itself would say.

use super::address::{Address, AddressError};
use super::ledger::{Row, Via};
use super::plan::{Bounds, Plan, PlanError};
use super::robots::{self, Robots};
use super::traps;

/// All that can be said of an address before it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Its one spelling, under which it stands in the ledger; of something that is no address, as it was typed.
    pub address: String,
    /// Whether a crawl would ask for it.
    pub fetched: bool,
    /// In the order in which a crawl looks.
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `address`, `plan`, `robots`, `traps`, `ledger`.
    pub subject: &'static str,
    pub sentence: String,
    /// Whether this would let it pass.
    pub passes: bool,
}

/// Explain an address as somebody typed it. `robots` is the text of the site's robots.txt, where it is known; `row` its
/// row in the ledger.
pub fn explain(text: &str, plan: &Plan, robots: Option<&[u8]>, row: Option<&Row>) -> Result<Explanation, PlanError> {
    let bounds = Bounds::new(plan)?;
    let address = match Address::parse(text) {
        Ok(address) => address,
        Err(error) => return Ok(refused(text, &error)),
    };
    let mut findings = vec![spelling(text, &address), planned(&bounds, &address, row)];
    findings.push(asked(plan, &address, robots));
    findings.push(match traps::looks(&address) {
        Ok(()) => passed("traps", "its address does not look like a trap"),
        Err(why) => Finding { subject: "traps", sentence: why, passes: false },
    });
    findings.push(recorded(row));
    let fetched = findings.iter().all(|finding| finding.passes);
    Ok(Explanation { address: address.to_string(), fetched, findings })
}

fn refused(text: &str, error: &AddressError) -> Explanation {
    let finding = Finding { subject: "address", sentence: error.to_string(), passes: false };
    Explanation { address: text.to_owned(), fetched: false, findings: vec![finding] }
}

fn spelling(text: &str, address: &Address) -> Finding {
    match address.as_str() == text {
        true => passed("address", "it is spelled as the ledger has it"),
        false => passed("address", &format!("the ledger has it as {address}")),
    }
}

fn planned(bounds: &Bounds, address: &Address, row: Option<&Row>) -> Finding {
    let start = bounds.start().contains(address);
    let (depth, via) = row.map_or((1, Via::Link), |row| (row.depth, row.via));
    match bounds.admits(address, depth, if start { Via::Start } else { via }) {
        Ok(()) if start => passed("plan", "the plan starts there"),
        Ok(()) => passed("plan", "the plan takes it, if a page in scope or a sitemap leads there"),
        Err(why) => Finding { subject: "plan", sentence: why, passes: false },
    }
}

fn asked(plan: &Plan, address: &Address, robots: Option<&[u8]>) -> Finding {
    let agent = robots::agent_of(plan.user_agent.as_deref());
    let Some(robots) = robots.map(|text| Robots::read(text, &agent)) else {
        return passed("robots", "the site's robots.txt is not known yet");
    };
    match (robots.allows(address), robots.ban(address)) {
        (true, _) => passed("robots", &format!("the site's robots.txt lets {agent} fetch it")),
        (false, ban) => {
            let rule = ban.map_or_else(String::new, |rule| format!(": {rule}"));
            let sentence = format!("the site's robots.txt asks {agent} not to fetch it{rule}");
            Finding { subject: "robots", sentence, passes: false }
        }
    }
}

fn recorded(row: Option<&Row>) -> Finding {
    let Some(row) = row else { return passed("ledger", "no crawl has come across it yet") };
    let live = if row.live { "a document of it is there" } else { "no document of it is there" };
    passed("ledger", &format!("in its last round: {}; {live}", row.verdict.sentence()))
}

fn passed(subject: &'static str, sentence: &str) -> Finding {
    Finding { subject, sentence: sentence.to_owned(), passes: true }
}
