//! The child's side: confined first, then one document after another until the parent hangs up.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use ingest::parse::{Kind, ParseError, Setting, Tools, parse, survey, unpack};
use ingest::ports::Reading;

use super::confine;
use super::frame::{self, Reply, Request, Verb, WireReading};

/// What the parent starts a worker with.
#[derive(clap::Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerArgs {
    #[arg(long)]
    pub memory_mb: u64,
    /// Of processor time, for one document.
    #[arg(long)]
    pub cpu_seconds: u64,
    #[arg(long)]
    pub pdfium: Option<PathBuf>,
    #[arg(long)]
    pub pdftotext: Option<PathBuf>,
    #[arg(long)]
    pub tesseract: Option<PathBuf>,
    #[arg(long)]
    pub ocr_languages: Option<String>,
    /// Go on where the kernel does not confine us: the operator said so.
    #[arg(long)]
    pub unconfined: bool,
}

/// A worker in another program than `lectern`: a house starts its workers from the program that is running.
pub fn serve_as_typed(args: impl Iterator<Item = OsString>) -> io::Result<()> {
    #[derive(clap::Parser)]
    struct Typed {
        #[command(flatten)]
        args: WorkerArgs,
    }
    let typed = <Typed as clap::Parser>::try_parse_from(args).map_err(io::Error::other)?;
    serve_parent(&typed.args)
}

/// Parse what the parent sends until it hangs up.
pub fn serve_parent(args: &WorkerArgs) -> io::Result<()> {
    let confined = confine::confine(args.memory_mb * 1024 * 1024);
    let fault = confined.err().filter(|_| !args.unconfined).map(|error| {
        format!("this machine does not confine the parser ({error}); to parse all the same, set parsing.unconfined")
    });
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Some((request, bytes)) = frame::next_request(&mut input)? {
        confine::allow_seconds(args.cpu_seconds)?;
        let reply = match &fault {
            Some(fault) => Reply::Read(Err(fault.clone())),
            None => reply(request, &bytes, args, &mut output)?,
        };
        frame::answer(&mut output, &reply, &[])?;
    }
    Ok(())
}

fn reply(request: Request, bytes: &[u8], args: &WorkerArgs, output: &mut impl Write) -> io::Result<Reply> {
    match request.verb {
        Verb::Survey => Ok(Reply::Surveyed(survey(bytes, &request.name).into())),
        Verb::Parse => Ok(Reply::Read(read(request, bytes, args, output)?)),
    }
}

/// What is inside is handed out before the answer; the outer error is that nobody listens any more.
fn read(
    request: Request,
    bytes: &[u8],
    args: &WorkerArgs,
    output: &mut impl Write,
) -> io::Result<Result<WireReading, String>> {
    let named = request.kind.as_deref().and_then(Kind::named);
    let kind = match named.map_or_else(|| Kind::sniff(bytes, Some(&request.name)), Ok) {
        Ok(kind) => kind,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut parsed = match parse(kind, bytes, &setting(request, args)) {
        Ok(parsed) => parsed,
        Err(error) => return Ok(Err(error.to_string())),
    };
    if kind.has_parts() {
        match hand_out(kind, bytes, output)? {
            Ok(problems) => parsed.problems.extend(problems),
            Err(error) => return Ok(Err(error.to_string())),
        }
    }
    Ok(Ok(Reading { kind, parsed }.into()))
}

fn hand_out(kind: Kind, bytes: &[u8], output: &mut impl Write) -> io::Result<Result<Vec<String>, ParseError>> {
    let mut sent = Ok(());
    let unpacked = unpack(kind, bytes, &mut |part| {
        if sent.is_ok() {
            let announced = Reply::Part { name: part.name, bytes: part.bytes.len() as u64 };
            sent = frame::answer(output, &announced, &part.bytes);
        }
    });
    sent.map(|()| unpacked)
}

/// An origin that is an address makes links absolute.
fn setting(request: Request, args: &WorkerArgs) -> Setting {
    let Request { name, url, rules, deaths, .. } = request;
    let url = url.or(Some(name).filter(|name| name.starts_with("http://") || name.starts_with("https://")));
    let WorkerArgs { pdfium, pdftotext, tesseract, ocr_languages, .. } = args.clone();
    let tools = Tools { pdfium, pdftotext, tesseract, ocr_languages };
    Setting { url, rules: rules.into(), tools, deaths }
}

impl WorkerArgs {
    /// As the parent types them.
    pub fn as_typed(&self) -> Vec<OsString> {
        let Self { memory_mb, cpu_seconds, pdfium, pdftotext, tesseract, ocr_languages, unconfined } = self;
        let mut typed: Vec<OsString> = vec![
            "--memory-mb".into(),
            memory_mb.to_string().into(),
            "--cpu-seconds".into(),
            cpu_seconds.to_string().into(),
        ];
        let paths = [("--pdfium", pdfium), ("--pdftotext", pdftotext), ("--tesseract", tesseract)];
        for (name, path) in paths {
            typed.extend(path.iter().flat_map(|path| [name.into(), path.into()]));
        }
        typed.extend(ocr_languages.iter().flat_map(|languages| ["--ocr-languages".into(), languages.into()]));
        typed.extend(unconfined.then(|| "--unconfined".into()));
        typed
    }
}
