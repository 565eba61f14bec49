//! `lectern extract`: what would be read of a file. Keeps nothing and needs no data directory.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use ingest::draft::text_of;
use ingest::parse::{Kind, PageRules, Part, plain_text};
use ingest::ports::TakeParts;
use serde_json::{Value, json};

use super::desk;
use super::{Context, Failure, Outcome, print};
use crate::library::LARGEST_FILE_BYTES;
use crate::setup::SetupPaths;
use crate::wiring;
use crate::worker::{Hints, ParseWorkers};

#[derive(clap::Args)]
pub struct Args {
    /// Read the files as this type, such as html, pdf, docx, csv or mail [default: what their content says]
    #[arg(long = "type", value_name = "TYPE", value_parser = known_type)]
    kind: Option<String>,
    /// Where a page came from; makes its links absolute
    #[arg(long)]
    url: Option<String>,
    /// Of a page, keep only what this CSS selector finds; may be repeated
    #[arg(long, value_name = "SELECTOR")]
    keep: Vec<String>,
    /// Of a page, leave out what this CSS selector finds; may be repeated
    #[arg(long, value_name = "SELECTOR")]
    drop: Vec<String>,
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn known_type(name: &str) -> Result<String, &'static str> {
    let known = Kind::named(name).map(|_| name.to_owned());
    known.ok_or("use markdown, text, html, pdf, docx, pptx, xlsx, odt, epub, rtf, csv, json, eml, msg or zip")
}

pub async fn run(context: &Context, args: &Args) -> Outcome {
    let workers = wiring::workers(&context.config, SetupPaths::new(&context.config.data_dir).pdfium())?;
    let mut failed = 0;
    for path in &args.files {
        match extract(path, args, &workers).await {
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

async fn extract(path: &Path, args: &Args, workers: &ParseWorkers) -> Result<Value, String> {
    let file = tokio::fs::metadata(path).await.map_err(|error| error.to_string())?;
    if !file.is_file() {
        return Err("it is not a file".to_owned());
    }
    if file.len() > LARGEST_FILE_BYTES as u64 {
        return Err("it is larger than 50 MB".to_owned());
    }
    let bytes = tokio::fs::read(path).await.map_err(|error| error.to_string())?;
    let name = path.to_string_lossy();
    let rules = PageRules { keep: args.keep.clone(), drop: args.drop.clone() };
    let hints = Hints { kind: args.kind.clone(), url: args.url.clone(), rules };
    let mut inside = Names::default();
    let read = workers.read(&name, bytes, hints, &mut inside).await.map_err(|fault| fault.to_string())?;
    let (parsed, (cleaned, pages)) = (&read.parsed, text_of(&read.parsed));
    let ends = pages.iter().skip(1).map(|(_, start)| *start).chain([cleaned.text.len()]);
    let pages = pages
        .iter()
        .zip(ends)
        .map(|((number, start), end)| json!({"number": number, "text": plain_text(&cleaned.text[*start..end])}));
    let problems: Vec<&String> = parsed.problems.iter().chain(&cleaned.problems).collect();
    Ok(json!({
        "path": name,
        "type": read.kind.as_str(),
        "title": parsed.title,
        "language": parsed.language,
        "author": parsed.author,
        "dated": parsed.dated,
        "text": plain_text(&cleaned.text),
        "markdown": cleaned.text,
        "pages": pages.collect::<Vec<_>>(),
        "inside": inside.0,
        "problems": problems,
    }))
}

/// The names of the files inside.
#[derive(Default)]
struct Names(Vec<String>);

#[async_trait]
impl TakeParts for Names {
    async fn take(&mut self, part: Part) {
        self.0.push(part.name);
    }

    fn start_over(&mut self) {
        self.0.clear();
    }
}
