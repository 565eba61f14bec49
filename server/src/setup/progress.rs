//! What a person sees while setup works: bars on a terminal, plain lines in a log, nothing in tests.
//!
//! Knows nothing of the steps it shows.

use std::borrow::Cow;
use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows the steps of setup, one after the other.
pub trait Progress {
    /// A step begins. With a number of bytes it is a bar, without one it only shows that time passes.
    fn begin(&self, step: &str, bytes: Option<u64>) -> Box<dyn Step>;

    /// Something a person should read that is no step.
    fn note(&self, line: &str);
}

/// A step under way. Dropped without [`done`](Self::done) it has failed, and whoever called says why.
pub trait Step {
    fn advance(&mut self, bytes: u64);

    fn done(self: Box<Self>);
}

/// Bars when standard error is a terminal, lines otherwise.
pub fn on_stderr() -> Box<dyn Progress> {
    if stderr().is_terminal() { Box::new(Bars) } else { Box::new(Lines) }
}

/// Bars that stay when they are full.
pub struct Bars;

/// A line when a step begins and one when it is done.
pub struct Lines;

/// Nothing at all.
pub struct Silent;

impl Progress for Bars {
    fn begin(&self, step: &str, bytes: Option<u64>) -> Box<dyn Step> {
        let (bar, template) = match bytes {
            Some(bytes) => (ProgressBar::new(bytes), "  {msg:44} {bar:24} {bytes:>11} of {total_bytes}"),
            None => (ProgressBar::new_spinner(), "{spinner} {msg:44} {elapsed}"),
        };
        let bar = bar.with_message(Cow::Owned(step.to_owned()));
        // A template that does not parse would only cost the looks.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Box::new(Bar(bar))
    }

    fn note(&self, line: &str) {
        Lines.note(line);
    }
}

struct Bar(ProgressBar);

impl Step for Bar {
    fn advance(&mut self, bytes: u64) {
        self.0.inc(bytes);
    }

    fn done(self: Box<Self>) {
        self.0.finish();
    }
}

impl Progress for Lines {
    fn begin(&self, step: &str, _bytes: Option<u64>) -> Box<dyn Step> {
        self.note(&format!("{step} ..."));
        Box::new(Line(step.to_owned()))
    }

    fn note(&self, line: &str) {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(stderr(), "{line}");
    }
}

struct Line(String);

impl Step for Line {
    fn advance(&mut self, _bytes: u64) {}

    fn done(self: Box<Self>) {
        Lines.note(&format!("{}: done", self.0));
    }
}

impl Progress for Silent {
    fn begin(&self, _step: &str, _bytes: Option<u64>) -> Box<dyn Step> {
        Box::new(Self)
    }

    fn note(&self, _line: &str) {}
}

impl Step for Silent {
    fn advance(&mut self, _bytes: u64) {}

    fn done(self: Box<Self>) {}
}
