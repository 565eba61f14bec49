//! PDF files: how many of their words are read, in files whose text is known.

use std::path::Path;

use anyhow::{Context as _, ensure};
use ingest::draft::text_of;
use ingest::parse::{PageRules, plain_text};
use ingest::ports::{NoParts, Parse};
use server::worker::ParseWorkers;

use super::super::report::{Findings, Target};
use super::words::{f1, mean};

/// Measure on a folder with `pdfbox-text/X.pdf` and `X.pdf.txt`, and the book of the sample files with its text.
pub async fn measure(data: &Path, workers: &ParseWorkers) -> anyhow::Result<Findings> {
    let folder = data.join("pdf");
    let mut found = Findings::default();
    let mut scores = Vec::new();
    let (mut unread, mut worst) = (0, (1.0, String::new()));
    for pdf in files(&folder.join("pdfbox-text"), "pdf")? {
        let expected = std::fs::read_to_string(pdf.with_extension("pdf.txt")).unwrap_or_default();
        if expected.split_whitespace().count() < 5 {
            continue; // a file about something else than text
        }
        let read = text(workers, &pdf).await;
        unread += usize::from(read.is_none());
        let score = f1(&read.unwrap_or_default(), &expected);
        if score < worst.0 {
            worst = (score, pdf.file_name().unwrap_or_default().to_string_lossy().into_owned());
        }
        scores.push(score);
    }
    let row = found.row("word F1, pairs", mean(scores.iter().copied()), "").target(Target::AtLeast(0.95));
    row.also("files", scores.len() as f64).also("not read at all", unread as f64).also("worst", worst.0);
    found.remark(format!("the worst is {}", worst.1));

    let book = folder.join("sample-files/009-pdflatex-geotopo/GeoTopo-komprimiert.pdf");
    let expected = std::fs::read_to_string(folder.join("GeoTopo-book.ground-truth.txt"))
        .with_context(|| format!("the text of the book is not in {}", folder.display()))?;
    let read = text(workers, &book).await.context("the book could not be read")?;
    found.row("word F1, a book of formulas", f1(&read, &expected), "").target(Target::AtLeast(0.95));
    Ok(found)
}

async fn text(workers: &ParseWorkers, file: &Path) -> Option<String> {
    let bytes = std::fs::read(file).ok()?;
    let read = workers.parse(&file.to_string_lossy(), bytes, &PageRules::default(), &mut NoParts).await.ok()?;
    Some(plain_text(&text_of(&read.parsed).0.text))
}

fn files(folder: &Path, extension: &str) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    ensure!(!files.is_empty(), "{} has no .{extension} files", folder.display());
    Ok(files)
}
