//! `lectern remove`: documents leave the library, unreachable from the moment it returns. Their receipts say that they were
//! looked for.

use std::path::Path;

use serde_json::json;

use super::desk::{self, Desk};
use super::ingest::origin;
use super::{Context, Outcome, print};

#[derive(clap::Args)]
pub struct Args {
    /// Document ids, or the files that they came from
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let desk = Desk::open(context).await?;
    let mut missing = 0;
    for name in &args.names {
        let mut documents = desk.remove(name).await?;
        if documents.is_empty() {
            documents = desk.remove(&origin(Path::new(name))).await?;
        }
        let removed = !documents.is_empty();
        missing += usize::from(!removed);
        match context.json {
            true => print::json(&json!({"name": name, "removed": removed, "documents": documents})),
            false if removed => print::line(&format!("removed {name}: lectern receipts {}", documents.join(" "))),
            false => print::complain(&format!("there is no document \"{name}\"")),
        }
    }
    desk.close().await;
    if missing > 0 { Err(desk::gone("some documents were not there")) } else { Ok(()) }
}
