//! A model's calls of tools, put together from the pieces in which they come: the common words of `openai` and `anthropic`.
//!
//! Knows no format and no network, and nothing of what a tool does.

use prompts::chat::{Call, ChatError, Tool};

use super::heard::garbled;

const MOST_CALLS: usize = 16;
/// Of the arguments of all calls of a reply.
const MOST_BYTES: usize = 64 * 1024;

/// The calls of one reply, so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Calls {
    offered: Vec<String>,
    begun: Vec<Begun>,
    bytes: usize,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Begun {
    /// Its place in the reply, where the format gives one.
    index: Option<u64>,
    id: String,
    tool: String,
    /// A JSON object, once it is whole; nothing stands for an empty one.
    arguments: String,
}

/// A piece of one: its beginning names it, the others bring its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Part<'a> {
    pub index: Option<u64>,
    pub id: &'a str,
    pub tool: &'a str,
    pub arguments: &'a str,
}

impl Calls {
    pub fn of(tools: &[Tool]) -> Self {
        Self { offered: tools.iter().map(|tool| tool.name.clone()).collect(), ..Self::default() }
    }

    /// A model that wants a tool though none was offered could never go on.
    pub fn wanted(&self) -> Result<(), ChatError> {
        match self.offered.is_empty() {
            true => Err(garbled("it asked for a tool, and none was offered")),
            false => Ok(()),
        }
    }

    pub fn hear(&mut self, part: Part<'_>) -> Result<(), ChatError> {
        self.wanted()?;
        self.bytes += part.id.len() + part.tool.len() + part.arguments.len();
        if self.bytes > MOST_BYTES {
            return Err(garbled(&format!("its calls of tools take more than {MOST_BYTES} bytes")));
        }
        let begun = self.place(part)?;
        // Some servers name a call in every piece of it.
        for (known, said) in [(&mut begun.id, part.id), (&mut begun.tool, part.tool)] {
            if known.is_empty() {
                said.clone_into(known);
            }
        }
        begun.arguments.push_str(part.arguments);
        Ok(())
    }

    /// The call that a piece belongs to: by its place where it has one; else the last, unless it names another.
    fn place(&mut self, part: Part<'_>) -> Result<&mut Begun, ChatError> {
        let is_here = |begun: &Begun| match part.index {
            Some(_) => begun.index == part.index,
            None => part.id.is_empty() || begun.id == part.id,
        };
        let at = self.begun.iter().rposition(is_here).unwrap_or(self.begun.len());
        if at == MOST_CALLS {
            return Err(garbled(&format!("it makes more than {MOST_CALLS} calls of tools")));
        }
        if at == self.begun.len() {
            self.begun.push(Begun { index: part.index, ..Begun::default() });
        }
        Ok(&mut self.begun[at])
    }

    /// All of them, once nothing more is to come.
    pub fn whole(&mut self) -> Result<Vec<Call>, ChatError> {
        let begun = std::mem::take(&mut self.begun);
        begun.into_iter().enumerate().map(|(at, begun)| self.called(at, begun)).collect()
    }

    fn called(&self, at: usize, begun: Begun) -> Result<Call, ChatError> {
        let Begun { id, tool, arguments, .. } = begun;
        if !self.offered.contains(&tool) {
            return Err(garbled("it asked for a tool that was not offered"));
        }
        let arguments = if arguments.trim().is_empty() { "{}" } else { &arguments };
        let arguments =
            serde_json::from_str(arguments).map_err(|_| garbled("what it gives a tool is no JSON object"))?;
        // Not every server names its calls, and an outcome has to name one.
        let id = if id.is_empty() { format!("call-{}", at + 1) } else { id };
        Ok(Call { id, tool, arguments })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn calls() -> Calls {
        let tool = |name: &str| Tool { name: name.into(), about: String::new(), parameters: Default::default() };
        Calls::of(&[tool("find"), tool("count")])
    }

    fn named<'a>(index: Option<u64>, id: &'a str, tool: &'a str, arguments: &'a str) -> Part<'a> {
        Part { index, id, tool, arguments }
    }

    #[track_caller]
    fn check(parts: &[Part<'_>], expected: Result<&[(&str, &str, &str)], &str>) {
        let mut calls = calls();
        let found = parts.iter().try_for_each(|part| calls.hear(*part)).and_then(|()| calls.whole());
        let expected = expected.map_err(garbled).map(|calls| {
            let call = |(id, tool, arguments): &(&str, &str, &str)| Call {
                id: (*id).into(),
                tool: (*tool).into(),
                arguments: serde_json::from_str(arguments).unwrap(),
            };
            calls.iter().map(call).collect::<Vec<_>>()
        });
        assert_eq!(found, expected, "{parts:?}");
    }

    #[test]
    fn pieces_become_calls() {
        let arguments = json!({"text": "a"}).to_string();
        let (one, other) = arguments.split_at(4);
        check(
            &[named(Some(0), "x", "find", one), named(Some(1), "y", "count", ""), named(Some(0), "", "", other)],
            Ok(&[("x", "find", &arguments), ("y", "count", "{}")]),
        );
        // Without a place, and without an id.
        check(
            &[named(None, "x", "find", "{}"), named(None, "y", "find", "{}")],
            Ok(&[("x", "find", "{}"), ("y", "find", "{}")]),
        );
        check(&[named(None, "", "find", one), named(None, "", "", other)], Ok(&[("call-1", "find", &arguments)]));
        check(&[], Ok(&[]));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        check(&[named(Some(0), "x", "delete", "{}")], Err("it asked for a tool that was not offered"));
        check(&[named(Some(0), "x", "find", "{\"a\":")], Err("what it gives a tool is no JSON object"));
        check(&[named(Some(0), "x", "find", "[1]")], Err("what it gives a tool is no JSON object"));
        check(
            &[named(Some(0), "x", "find", &"1".repeat(MOST_BYTES))],
            Err("its calls of tools take more than 65536 bytes"),
        );
        let many: Vec<Part<'_>> = (0..17).map(|at| named(Some(at), "", "find", "")).collect();
        check(&many, Err("it makes more than 16 calls of tools"));
        let none = Calls::default().hear(named(Some(0), "x", "find", "{}"));
        assert_eq!(none, Err(garbled("it asked for a tool, and none was offered")));
    }
}
