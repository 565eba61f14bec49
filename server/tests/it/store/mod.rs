//! The store on both databases: what it keeps, what it refuses, and whom it shows what.

mod documents;
mod evaluations;
mod jobs;
mod leases;
mod opening;
mod passages;
mod small;
mod versions;
