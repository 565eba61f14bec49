//! `lectern extract`: what would be read of a file. Keeps nothing and needs no data directory.

use std::path::{Path, PathBuf};

use ingest::clean::clean;
use ingest::parse::{Kind, parse, plain_text};
use serde_json::{Value, json};

use super::desk;
use super::{Context, Failure, Outcome, print};
use crate::library::LARGEST_UPLOAD_BYTES;

#[derive(clap::Args)]
pub struct Args {
    /// Read the files as this type: markdown, text or html [default: what their content says]
    #[arg(long = "type", value_name = "TYPE", value_parser = |name: &str| Kind::named(name).ok_or("use markdown, text or html"))]
    kind: Option<Kind>,
    /// Where a page came from; makes its links absolute
    #[arg(long)]
    url: Option<String>,
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub fn run(context: &Context, args: &Args) -> Outcome {
    let mut failed = 0;
    for path in &args.files {
        match extract(path, args) {
            Ok(extracted) if context.json => print::json(&extracted),
            Ok(extracted) => print::line(extracted["markdown"].as_str().unwrap_or_default()),
            Err(reason) => {
                failed += 1;
                print::complain(&format!("{}: {reason}", path.display()));
            }
        }
    }
    if failed > 0 {
        Err::<(), Failure>(desk::gone(&format!("{failed} of {} files could not be read", args.files.len())))
    } else {
        Ok(())
    }
}

fn extract(path: &Path, args: &Args) -> Result<Value, String> {
    if std::fs::metadata(path).is_ok_and(|file| file.len() > LARGEST_UPLOAD_BYTES as u64) {
        return Err("it is larger than 50 MB".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let name = path.to_string_lossy();
    let kind = args.kind.map_or_else(|| Kind::sniff(&bytes, Some(&name)), Ok).map_err(|error| error.to_string())?;
    let parsed = parse(kind, &bytes, args.url.as_deref()).map_err(|error| error.to_string())?;
    let cleaned = clean(&parsed.markdown);
    let pages: Vec<Value> = parsed.pages.iter().map(|page| json!({"number": page.number, "text": page.text})).collect();
    let problems: Vec<String> = parsed.problems.into_iter().chain(cleaned.problems).collect();
    Ok(json!({
        "path": name,
        "title": parsed.title,
        "language": parsed.language,
        "text": plain_text(&cleaned.text),
        "markdown": cleaned.text,
        "pages": pages,
        "problems": problems,
    }))
}
