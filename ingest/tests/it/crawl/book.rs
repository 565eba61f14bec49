//! A ledger in memory, which keeps to the letter what the port promises.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use ingest::crawl::address::Address;
use ingest::crawl::ledger::{Farewell, Found, HandIn, Mark, Opened, Row, Verdict};
use ingest::crawl::ports::{Ledger, LedgerError};

use super::site::{full, short};

#[derive(Default)]
pub struct Book(Mutex<State>);

#[derive(Default)]
struct State {
    rows: BTreeMap<Address, Row>,
    open: bool,
    live_before: usize,
    plan: String,
    finished_plan: Option<String>,
    handed_in: Vec<String>,
    retired: Vec<String>,
    /// Let the connection break after so many calls.
    calls_left: Option<usize>,
}

impl Book {
    pub fn verdict(&self, at: &str) -> Option<Verdict> {
        let address = Address::parse(&full(at)).unwrap();
        self.0.lock().unwrap().rows.get(&address).map(|row| row.verdict.clone())
    }

    /// What was handed in since the last look, sorted.
    pub fn take_handed_in(&self) -> Vec<String> {
        let mut paths = std::mem::take(&mut self.0.lock().unwrap().handed_in);
        paths.sort();
        paths
    }

    pub fn take_retired(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().retired)
    }

    pub fn live(&self) -> usize {
        self.0.lock().unwrap().rows.values().filter(|row| row.live).count()
    }

    pub fn count(&self, verdict: &str) -> usize {
        self.0.lock().unwrap().rows.values().filter(|row| row.verdict.as_str() == verdict).count()
    }

    pub fn break_after(&self, calls: usize) {
        self.0.lock().unwrap().calls_left = Some(calls);
    }

    pub fn mend(&self) {
        self.0.lock().unwrap().calls_left = None;
    }

    fn call<T>(&self, work: impl FnOnce(&mut State) -> T) -> Result<T, LedgerError> {
        let mut state = self.0.lock().unwrap();
        match state.calls_left.as_mut() {
            Some(0) => return Err(LedgerError::Unavailable("the plug was pulled".into())),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(work(&mut state))
    }
}

impl State {
    fn settle(&mut self, address: &Address, verdict: Verdict) -> &mut Row {
        let fresh = || Row {
            address: address.clone(),
            depth: 0,
            via: ingest::crawl::ledger::Via::Link,
            verdict: Verdict::Waiting,
            this_round: true,
            live: false,
            mark: Mark::default(),
        };
        let row = self.rows.entry(address.clone()).or_insert_with(fresh);
        row.verdict = verdict;
        row.this_round = true;
        row
    }
}

#[async_trait]
impl Ledger for Book {
    async fn begin(&self, plan: &str) -> Result<Opened, LedgerError> {
        self.call(|state| {
            if !state.open {
                state.open = true;
                state.live_before = state.rows.values().filter(|row| row.live).count();
            }
            state.plan = plan.to_owned();
            let same_plan = state.finished_plan.as_deref() == Some(plan);
            Opened { rows: state.rows.values().cloned().collect(), live_before: state.live_before, same_plan }
        })
    }

    async fn discover(&self, found: &[Found]) -> Result<usize, LedgerError> {
        self.call(|state| {
            let mut new = 0;
            for Found { address, depth, via, .. } in found {
                if state.rows.get(address).is_some_and(|row| row.this_round) {
                    continue;
                }
                let row = state.settle(address, Verdict::Waiting);
                (row.depth, row.via) = (*depth, *via);
                new += 1;
            }
            new
        })
    }

    async fn record(&self, settled: &[(Address, Verdict)]) -> Result<(), LedgerError> {
        self.call(|state| {
            for (address, verdict) in settled {
                state.settle(address, verdict.clone());
            }
        })
    }

    async fn hand_in(&self, page: HandIn) -> Result<Verdict, LedgerError> {
        self.call(|state| {
            let row = state.settle(&page.address, Verdict::HandedIn);
            (row.live, row.mark) = (true, page.mark);
            state.handed_in.push(short(page.address.as_str()));
            Verdict::HandedIn
        })
    }

    async fn finish(&self, farewell: &Farewell) -> Result<(), LedgerError> {
        self.call(|state| {
            for address in &farewell.retire {
                state.rows.get_mut(address).unwrap().live = false;
                state.retired.push(short(address.as_str()));
            }
            for (address, why) in &farewell.hold {
                state.settle(address, Verdict::Held(why.clone()));
            }
            state.rows.values_mut().for_each(|row| row.this_round = false);
            state.open = false;
            state.finished_plan = Some(state.plan.clone());
        })
    }
}
