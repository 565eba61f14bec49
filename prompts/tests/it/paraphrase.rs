//! The checker on real sentences: those of the handbook that comes with the house, turned round and twisted by rule.
//!
//! What says the same in another order or other words must be supported; what changes a number, a name, a date, denies,
//! or cites another document must not. Prints what it counts; holds floors under precision and recall.

use std::path::Path;

use prompts::cite::{Source, judge};

struct Document {
    title: String,
    text: String,
}

/// Markdown and plain text of the handbook. Its pages of HTML are read by another crate.
fn handbook() -> Vec<Document> {
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/seed"), &mut found);
    found.sort_by(|one, other| one.text.cmp(&other.text));
    found
}

fn walk(folder: &Path, found: &mut Vec<Document>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "md" || kind == "txt") {
            let text = std::fs::read_to_string(&path).unwrap();
            let title = text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
            found.push(Document { title, text });
        }
    }
}

/// Sentences of prose that say enough to be cited.
fn sentences(document: &Document) -> Vec<String> {
    let prose = document.text.split("\n\n").filter(|block| {
        !block.starts_with(|c: char| "#|`-=>".contains(c) || c.is_ascii_digit()) && !block.contains("\n-")
    });
    let said =
        prose.flat_map(|block| block.split(". ").map(|said| said.replace('\n', " ").trim_end_matches('.').to_owned()));
    said.filter(|said| said.split(' ').count() >= 7 && !said.contains(['?', ':', '|', '['])).collect()
}

/// The clauses the other way round: "If A, B" and "B, if A" say the same.
fn turned(sentence: &str) -> Option<String> {
    let (first, second) = sentence.split_once(", ").filter(|(_, second)| !second.contains(", "))?;
    Some(format!("{second}, {first}."))
}

/// Other small words and endings, as a model words it.
fn reworded(sentence: &str) -> Option<String> {
    let swaps = [
        (" you ", " customers "),
        (" is ", " will be "),
        (" are ", " will be "),
        (" we ", " the company "),
        (" must ", " have to "),
        (" their ", " the "),
    ];
    let said = swaps.iter().fold(format!(" {sentence} "), |said, (from, to)| said.replace(from, to));
    (said.trim() != sentence).then(|| format!("According to the handbook, {}.", said.trim()))
}

/// Only its first two thirds.
fn shortened(sentence: &str) -> Option<String> {
    let words: Vec<&str> = sentence.split(' ').collect();
    (words.len() >= 12 && !words[words.len() * 2 / 3..].contains(&"not"))
        .then(|| words[..words.len() * 2 / 3].join(" "))
}

fn renumbered(sentence: &str) -> Option<String> {
    let at = sentence.find(|c: char| c.is_ascii_digit())?;
    let digit = sentence[at..].chars().next()?.to_digit(10)?;
    Some(format!("{}{}{}.", &sentence[..at], (digit + 3) % 9 + 1, &sentence[at + 1..]))
}

fn denied(sentence: &str) -> Option<String> {
    let said = |verb: &str| sentence.split_once(verb).map(|(before, after)| format!("{before}{verb}not {after}."));
    let already = [" not ", "n't ", " no ", " never ", "cannot", " only ", " none ", "without", " nothing", "Nobody"]
        .iter()
        .any(|word| sentence.contains(word));
    [" is ", " are ", " can ", " may ", " will ", " must "].into_iter().find_map(said).filter(|_| !already)
}

fn affirmed(sentence: &str) -> Option<String> {
    let many = ["not ", "never", "cannot", "no "].iter().map(|word| sentence.matches(word).count()).sum::<usize>();
    let said = sentence
        .replace(" is not ", " is ")
        .replace(" are not ", " are ")
        .replace("cannot ", "can ")
        .replace(" never ", " always ")
        .replace(" do not ", " do ");
    (said != sentence && many == 1).then(|| format!("{said}."))
}

/// A name within the sentence becomes another.
fn renamed(sentence: &str) -> Option<String> {
    let names = ["Practice", "Group", "Enterprise", "Solo", "Owner", "Sheffield", "Porto", "Settings", "Support"];
    let (name, at) = names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((at, sentence.find(&format!(" {name}"))?)))
        .min_by_key(|(_, at)| *at)?;
    let other = names.iter().cycle().skip(name + 1).find(|other| !sentence.contains(**other))?;
    Some(format!("{} {other}{}.", &sentence[..at], &sentence[at + 1 + names[name].len()..]))
}

#[derive(Default)]
struct Tally {
    right: usize,
    all: usize,
}

impl Tally {
    fn note(&mut self, right: bool) {
        self.right += usize::from(right);
        self.all += 1;
    }

    fn share(&self) -> f64 {
        self.right as f64 / self.all.max(1) as f64
    }
}

type Twist = fn(&str) -> Option<String>;

#[test]
fn the_checker_tells_paraphrases_from_twists() {
    let same: [(&str, Twist); 4] = [
        ("verbatim", |said| Some(said.to_owned())),
        ("turned", turned),
        ("reworded", reworded),
        ("shortened", shortened),
    ];
    let wrong: [(&str, Twist); 4] =
        [("number", renumbered), ("denied", denied), ("affirmed", affirmed), ("name", renamed)];
    let documents = handbook();
    assert!(documents.len() > 30);
    let sources: Vec<Source> = documents.iter().map(|document| Source::new(&document.title, &document.text)).collect();
    let (mut kept, mut refused, mut elsewhere) = (Tally::default(), Tally::default(), Tally::default());
    for (twists, supported) in [(same, true), (wrong, false)] {
        for (name, twist) in twists {
            let mut tally = Tally::default();
            for (at, document) in documents.iter().enumerate() {
                for claim in sentences(document).iter().filter_map(|said| twist(said)) {
                    let verdict = judge(&claim, 1, &sources[at]);
                    tally.note(verdict.is_ok() == supported);
                    if verdict.is_ok() != supported {
                        println!(
                            "{name}: {claim} -> {:?}",
                            verdict.map(|found| &document.text[found.quote]).map_err(|refusal| refusal.doubts)
                        );
                    }
                }
            }
            println!("{name:10} {:4} of {:4} right, {:.3}", tally.right, tally.all, tally.share());
            let sum = if supported { &mut kept } else { &mut refused };
            (sum.right, sum.all) = (sum.right + tally.right, sum.all + tally.all);
        }
    }
    for (at, document) in documents.iter().enumerate() {
        for said in sentences(document) {
            elsewhere.note(judge(&said, 1, &sources[(at + 1) % sources.len()]).is_err());
        }
    }
    println!("{:10} {:4} of {:4} right, {:.3}", "elsewhere", elsewhere.right, elsewhere.all, elsewhere.share());
    let wrongly = (refused.all - refused.right) + (elsewhere.all - elsewhere.right);
    let precision = kept.right as f64 / (kept.right + wrongly) as f64;
    println!("supported: precision {precision:.3}, recall {:.3}; twists refused {:.3}", kept.share(), refused.share());
    assert!(kept.all > 1_500 && refused.all > 500, "{} {}", kept.all, refused.all);
    assert!(precision >= 0.97, "precision {precision}");
    assert!(kept.share() >= 0.97, "recall {}", kept.share());
    assert!(refused.share() >= 0.95, "twists refused {}", refused.share());
}
