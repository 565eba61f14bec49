//! The store on both databases: what it keeps, what it refuses, and whom it shows what.

mod audit;
mod conversations;
mod documents;
mod ending;
mod evaluations;
mod faults;
mod jobs;
mod leases;
mod listing;
mod migrations;
mod opening;
mod passages;
mod repeats;
mod schedules;
mod searched;
mod small;
mod summaries;
mod versions;

mod people;
