//! What language models cost, day by day.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::chat::{Budgets, Day, Spent};
use crate::clock::spelt;

/// Sums are millionths of the currency of the prices.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SpendingReply {
    /// Of the last month, today first; those without a sum are left out.
    pub days: Vec<SpendingDay>,
    /// What may be spent in a day by everybody together; without it there is no limit.
    pub budget_per_day_micros: Option<u64>,
    /// And by each who asks.
    pub budget_per_person_micros: Option<u64>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SpendingDay {
    /// In UTC, as in `2026-11-22`.
    pub day: String,
    /// With what is put down for calls on their way.
    pub everybody_micros: i64,
    pub payers: Vec<SpendingPayer>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SpendingPayer {
    /// A person's id, or `visitors` for all who did not sign in.
    pub payer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    pub micros: i64,
}

impl SpendingReply {
    pub fn new(days: Vec<Day>, budgets: Budgets) -> Self {
        Self {
            days: days.into_iter().map(SpendingDay::from).collect(),
            budget_per_day_micros: budgets.everybody_micros,
            budget_per_person_micros: budgets.each_micros,
        }
    }
}

impl From<Day> for SpendingDay {
    fn from(Day { begins_ms, everybody_micros, payers }: Day) -> Self {
        let payer = |Spent { payer, login, micros }: Spent| SpendingPayer { payer, login, micros };
        // The time behind the day is always midnight.
        let day = spelt(begins_ms).chars().take_while(|c| *c != 'T').collect();
        Self { day, everybody_micros, payers: payers.into_iter().map(payer).collect() }
    }
}
