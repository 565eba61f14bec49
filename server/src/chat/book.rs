//! The book: what was spent, day by day and by whom, for who looks after the house.
//!
//! What is put down for calls on their way stands in it, too, so that it never shows less than what was spent.

use super::spending::{DAY_MS, EVERYBODY, SOMEBODY, Till};
use crate::store::{SpendingLine, StoreError};

/// As long as sums are kept.
const DAYS: i64 = 31;

/// One day, in UTC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Day {
    pub begins_ms: i64,
    pub everybody_micros: i64,
    /// Who spent most first. The house itself, which rewrites for searches, is in the sum and in no line.
    pub payers: Vec<Spent>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spent {
    /// As whoever asked is known: a person's id, or `visitors` for all of them.
    pub payer: String,
    pub login: Option<String>,
    pub micros: i64,
}

impl Till {
    /// The last month, today first. Days without a sum are left out.
    pub async fn book(&self) -> Result<Vec<Day>, StoreError> {
        let today = self.store.clock().now_ms().div_euclid(DAY_MS);
        let mut days: Vec<Day> = Vec::new();
        for line in self.store.spending_since(self.workspace, today - DAYS).await? {
            let begins_ms = line.day * DAY_MS;
            if days.last().is_none_or(|day| day.begins_ms != begins_ms) {
                days.push(Day { begins_ms, everybody_micros: 0, payers: Vec::new() });
            }
            if let Some(day) = days.last_mut() {
                day.enter(line);
            }
        }
        Ok(days)
    }
}

impl Day {
    fn enter(&mut self, line: SpendingLine) {
        let SpendingLine { payer, login, micros, .. } = line;
        match payer.strip_prefix(SOMEBODY) {
            Some(payer) => self.payers.push(Spent { payer: payer.trim().to_owned(), login, micros }),
            None if payer == EVERYBODY => self.everybody_micros = micros,
            None => self.payers.push(Spent { payer, login, micros }),
        }
    }
}
