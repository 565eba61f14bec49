//! `lectern eval answers`: gold questions, leak questions and conversations over the seed.

use std::path::PathBuf;

use retrieval::access::Principal;

use super::kept::{Made, keep};
use super::{Keeping, checked_file, name_of};
use crate::answer::Answer;
use crate::cli::{Context, Failure, Outcome, desk, print, serve};
use crate::evaluation::answers::{self, Front};
use crate::evaluation::gold::{Conversation, Gold, Leak, Seed};
use crate::evaluation::kept::{Measured, Settings};
use crate::evaluation::{conversations, leaks};
use crate::http::wire::{AskReply, Viewer, parse_as};
use crate::wiring::{self, House};

#[derive(clap::Args)]
pub struct Args {
    /// Gold questions, one JSON object a line
    #[arg(default_value = "data/eval/gold.jsonl")]
    file: PathBuf,
    /// Questions that must leak nothing [default: leaks.jsonl beside the gold questions, if it is there]
    #[arg(long, value_name = "FILE")]
    leaks: Option<PathBuf>,
    /// Questions that follow others
    #[arg(long, value_name = "FILE")]
    conversations: Option<PathBuf>,
    /// The documents that are asked about: one sub-folder per tier
    #[arg(long, value_name = "FOLDER", default_value = "data/seed")]
    seed: PathBuf,
    /// Name every question that went wrong, on standard error; with --json print what came of every question before the sum
    #[arg(long)]
    each: bool,
    #[command(flatten)]
    keeping: Keeping,
}

/// What is asked, read before anything is indexed.
struct Questions {
    gold: Vec<Gold>,
    leaks: Vec<Leak>,
    conversations: Vec<Conversation>,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let seed = Seed::new(&args.seed).map_err(|error| Failure::Usage(format!("{}: {error}", args.seed.display())))?;
    let questions = read(&args, &seed)?;
    let house = wiring::throw_away(&context.config, None, None).await?;
    serve::seed(&house, &args.seed).await?;
    let made = measure(context, &args, &house, &seed, &questions).await;
    house.close().await;
    let made = made?;
    if args.keeping.no_store { Ok(()) } else { keep(context, made).await }
}

fn read(args: &Args, seed: &Seed) -> Result<Questions, Failure> {
    let beside = Some(args.file.with_file_name("leaks.jsonl")).filter(|file| file.is_file());
    let leaks = args.leaks.clone().map(checked_file).transpose()?.or(beside);
    let questions = Questions {
        gold: Gold::read(&args.file)?,
        leaks: leaks.map(|file| Leak::read(&file)).transpose()?.unwrap_or_default(),
        conversations: args.conversations.as_deref().map(Conversation::read).transpose()?.unwrap_or_default(),
    };
    let named = questions.gold.iter().flat_map(|one| &one.documents);
    let named = named.chain(questions.leaks.iter().flat_map(|one| &one.hidden));
    let named = named.chain(questions.conversations.iter().flat_map(|one| &one.documents));
    match seed.missing(named).as_slice() {
        [] => Ok(questions),
        missing => Err(anyhow::anyhow!("not in {}: {}", args.seed.display(), missing.join(", ")).into()),
    }
}

/// Everybody that the operator may ask as.
pub(super) fn asker(house: &House) -> impl Fn(&str) -> anyhow::Result<Principal> + Sync {
    move |who| Ok(desk::operator(house).seeing_as(parse_as(who)?)?)
}

/// What the operator is told, which is more than a visitor: origins stand in it.
pub(super) fn reply(answer: Answer) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&AskReply::new(answer, Viewer::Editor))?)
}

async fn measure(
    context: &Context,
    args: &Args,
    house: &House,
    seed: &Seed,
    questions: &Questions,
) -> Result<Vec<Made>, Failure> {
    let asker = asker(house);
    let front = Front { house, seed, asker: &asker, reply: &reply };
    let (mut numbers, remarks, told) = answers::measure(&front, &questions.gold).await?;
    let leaking = leaks::measure(&front, &questions.leaks).await?;
    (numbers.leak_questions, numbers.leaks) = (questions.leaks.len(), leaking.len());
    leaking.iter().for_each(|remark| print::complain(remark));
    match (args.each, context.json) {
        (true, true) => told.iter().for_each(print::json),
        (true, false) => remarks.iter().for_each(|remark| print::note(remark)),
        (false, _) => {}
    }
    show(context, &numbers)?;
    let name = args.keeping.set.clone().map_or_else(|| name_of(&args.file), Ok)?;
    let settings = |texts: Vec<&str>| {
        let (live, language) = (house.library.live(), &context.config.language);
        let weights = &house.answerer.finder.weights.version;
        Settings::new(live.embedder.name(), language, context.reranker(), weights, texts.into_iter())
    };
    let asked = questions.gold.iter().map(|gold| gold.question.as_str()).collect();
    let made = |set: String, settings, measured| Made { set, mode: String::new(), settings, measured };
    let mut all = vec![made(name, settings(asked), Measured::Answers(numbers))];
    if let Some(file) = &args.conversations {
        let found = conversations::measure(&front, &questions.conversations).await?;
        show(context, &found)?;
        let asked = questions.conversations.iter().map(|one| one.question.as_str()).collect();
        all.push(made(name_of(file)?, settings(asked), Measured::Conversations(found)));
    }
    Ok(all)
}

fn show(context: &Context, numbers: &impl serde::Serialize) -> Outcome {
    match (context.json, serde_json::to_value(numbers)?.as_object()) {
        (false, Some(fields)) => {
            fields.iter().for_each(|(name, value)| print::line(&format!("{name:<18} {value}")));
        }
        _ => print::json(numbers),
    }
    Ok(())
}
