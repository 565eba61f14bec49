//! The store on both databases: what it keeps, what it refuses, and whom it shows what.

mod audit;
mod conversations;
mod documents;
mod evaluations;
mod jobs;
mod leases;
mod listing;
mod opening;
mod passages;
mod repeats;
mod searched;
mod small;
mod summaries;
mod versions;

mod people;
