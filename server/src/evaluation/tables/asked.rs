//! Tables of what was asked over the seed: confidence, answers, follow-ups.

use std::fmt::Write;

use super::{otherwise, remark};
use crate::evaluation::document::date;
use crate::evaluation::figures::BinOf;
use crate::evaluation::kept::{Measured, Run};
use crate::evaluation::{answers, conversations};

/// Every run that knows which of its questions have an answer.
pub fn confidence(runs: &[Run]) -> String {
    let known = runs.iter().filter_map(|run| match &run.measured {
        Measured::Retrieval { numbers, .. } => {
            let found = numbers.answerable.as_ref()?;
            Some((run, found.questions, found.auc, found.ece, &found.bins))
        }
        Measured::Answers(found) => Some((run, found.questions, found.auc, found.ece, &found.bins)),
        Measured::Conversations(_) => None,
    });
    let sections: Vec<String> = known
        .map(|(run, questions, auc, ece, bins)| {
            let auc = auc.map_or("-".into(), |auc| format!("{auc:.4}"));
            format!(
                "### {}\n\n{questions} questions: AUC {auc}, expected calibration error {ece:.4}.\n\n{}{}",
                run.set,
                bars(bins),
                remark(&otherwise(runs, &[run]))
            )
        })
        .collect();
    match sections.is_empty() {
        true => String::new(),
        false => format!("## Confidence: questions with an answer against those without\n\n{}", sections.join("\n")),
    }
}

fn bars(bins: &[BinOf]) -> String {
    let mut text =
        "| confidence | questions | mean confidence | share with an answer |\n|---|---|---|---|\n".to_owned();
    for bin in bins {
        let BinOf { from, to, mean, answered_share, count } = bin;
        let _ = writeln!(text, "| {from:.1} to {to:.1} | {count} | {mean:.3} | {answered_share:.3} |");
    }
    text
}

/// A table for each run over gold questions.
pub fn answers(runs: &[Run]) -> String {
    let found = runs.iter().filter_map(|run| match &run.measured {
        Measured::Answers(numbers) => Some((run, numbers)),
        Measured::Retrieval { .. } | Measured::Conversations(_) => None,
    });
    let tables = found.map(|(run, numbers)| answered(run, numbers) + &remark(&otherwise(runs, &[run])));
    tables.collect::<Vec<_>>().join("\n")
}

fn answered(run: &Run, n: &answers::Numbers) -> String {
    let of = |part: usize, whole: usize| format!("{part} of {whole}");
    let rows = [
        ("answered correctly", of(n.correct, n.answerable)),
        ("answered from a right document", of(n.answered_right, n.answerable)),
        ("with a right quote", of(n.quote_right, n.answerable)),
        ("declined wrongly", of(n.declined_wrongly, n.answerable)),
        ("declined rightly", of(n.declined_rightly, n.unanswerable)),
        ("right document first", format!("{:.4}", n.hit_at_1)),
        ("right document among five", format!("{:.4}", n.hit_at_5)),
        ("citation precision", format!("{:.4}", n.citation_precision)),
        ("quotes that stand in their source to the byte", format!("{:.4}", n.quote_exactness)),
        ("leaks", of(n.leaks, n.leak_questions)),
    ];
    let rows: String = rows.into_iter().map(|(what, value)| format!("| {what} | {value} |\n")).collect();
    let (set, day) = (&run.set, date(run.created_ms));
    format!("## Answers: {set}\n\n{} questions, measured on {day}.\n\n| | |\n|---|---|\n{rows}", n.questions)
}

/// A table for each run over conversations.
pub fn follow_ups(runs: &[Run]) -> String {
    let found = runs.iter().filter_map(|run| match &run.measured {
        Measured::Conversations(numbers) => Some(conversation(run, numbers) + &remark(&otherwise(runs, &[run]))),
        Measured::Retrieval { .. } | Measured::Answers(_) => None,
    });
    found.collect::<Vec<_>>().join("\n")
}

fn conversation(run: &Run, numbers: &conversations::Numbers) -> String {
    let mut text = format!(
        "## Follow-ups: {}\n\nRight document first / among five, for the question as it was typed, as it was made to \
         stand alone, and as a person made it; measured on {}.\n\n| kind | questions | typed | made to stand alone | by \
         hand |\n|---|---|---|---|---|\n",
        run.set,
        date(run.created_ms)
    );
    for (kind, found) in numbers {
        let hits = |hits: conversations::Hits| format!("{:.3} / {:.3}", hits.hit_at_1, hits.hit_at_5);
        let (raw, rewritten, by_hand) = (hits(found.raw), hits(found.rewritten), hits(found.by_hand));
        let _ = writeln!(text, "| {kind} | {} | {raw} | {rewritten} | {by_hand} |", found.questions);
    }
    text
}
