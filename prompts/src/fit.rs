//! Fitting: what of a prompt goes into a model's window, and what was left out and why.
//!
//! The rules and the question go in or nothing does. Then by worth: the best source, the persona, the last turn, the
//! other sources, the summary, older turns from the newest back. A turn that does not fit ends the turns, because a
//! conversation with a hole misleads; a source that does not fit makes way for a shorter one. Works on sizes; knows no
//! text and no ruler.

/// How much there is room for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// Of the window, less what the answer may take.
    pub tokens: usize,
    pub sources: usize,
    pub turns: usize,
}

/// How large everything is that wants in, in tokens.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// The rules, the question, and all that frames them.
    pub fixed: usize,
    pub persona: usize,
    pub summary: Option<usize>,
    /// Oldest first.
    pub turns: Vec<usize>,
    /// Best first.
    pub sources: Vec<usize>,
}

/// By its place in what was offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Persona,
    Summary,
    Turn(usize),
    Source(usize),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    NoRoom {
        needs: usize,
        left: usize,
    },
    /// As many of its kind are in as may be.
    TooMany,
    /// A newer turn did not fit.
    BehindAGap,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeftOut {
    pub part: Part,
    pub reason: Reason,
}

/// What goes in, by its place in what was offered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fitted {
    pub persona: bool,
    pub summary: bool,
    /// Oldest first, the newest of those offered, without a gap.
    pub turns: Vec<usize>,
    /// Best first; the alias of each is its place here, from 1.
    pub sources: Vec<usize>,
    pub tokens: usize,
    pub left_out: Vec<LeftOut>,
}

/// Not even the rules and the question.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the rules and the question take {needs} tokens, and there is room for {room}")]
pub struct NoRoom {
    pub needs: usize,
    pub room: usize,
}

pub fn fit(sizes: &Sizes, room: Room) -> Result<Fitted, NoRoom> {
    if sizes.fixed > room.tokens {
        return Err(NoRoom { needs: sizes.fixed, room: room.tokens });
    }
    let mut fitted = Fitted { tokens: sizes.fixed, ..Fitted::default() };
    for (part, needs) in by_worth(sizes) {
        match fitted.why_not(part, needs, sizes, room) {
            Some(reason) => fitted.left_out.push(LeftOut { part, reason }),
            None => fitted.take(part, needs),
        }
    }
    fitted.turns.reverse();
    Ok(fitted)
}

fn by_worth(sizes: &Sizes) -> Vec<(Part, usize)> {
    let mut sources = sizes.sources.iter().enumerate().map(|(at, size)| (Part::Source(at), *size));
    let mut turns = sizes.turns.iter().enumerate().rev().map(|(at, size)| (Part::Turn(at), *size));
    let mut order: Vec<(Part, usize)> = sources.next().into_iter().collect();
    order.push((Part::Persona, sizes.persona));
    order.extend(turns.next());
    order.extend(sources);
    order.extend(sizes.summary.map(|size| (Part::Summary, size)));
    order.extend(turns);
    order
}

impl Fitted {
    fn why_not(&self, part: Part, needs: usize, sizes: &Sizes, room: Room) -> Option<Reason> {
        let left = room.tokens - self.tokens;
        match part {
            Part::Source(_) if self.sources.len() >= room.sources => Some(Reason::TooMany),
            Part::Turn(_) if self.turns.len() >= room.turns => Some(Reason::TooMany),
            Part::Turn(at) if self.turns.last().map_or(sizes.turns.len(), |last| *last) != at + 1 => {
                Some(Reason::BehindAGap)
            }
            _ if needs > left => Some(Reason::NoRoom { needs, left }),
            _ => None,
        }
    }

    fn take(&mut self, part: Part, needs: usize) {
        self.tokens += needs;
        match part {
            Part::Persona => self.persona = true,
            Part::Summary => self.summary = true,
            Part::Turn(at) => self.turns.push(at),
            Part::Source(at) => self.sources.push(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(turns: &[usize], sources: &[usize]) -> Sizes {
        Sizes { fixed: 100, persona: 20, summary: Some(50), turns: turns.to_vec(), sources: sources.to_vec() }
    }

    fn fitted(sizes: &Sizes, tokens: usize) -> Fitted {
        fit(sizes, Room { tokens, sources: 3, turns: 2 }).unwrap()
    }

    #[test]
    fn all_goes_in_when_there_is_room() {
        let all = fitted(&sizes(&[10, 10], &[30, 30]), 1_000);
        assert!(all.persona && all.summary && all.left_out.is_empty());
        assert_eq!((all.turns, all.sources, all.tokens), (vec![0, 1], vec![0, 1], 250));
    }

    #[test]
    fn what_is_worth_most_goes_first() {
        let small = fitted(&sizes(&[10, 10], &[30, 30]), 165);
        assert_eq!((small.persona, small.summary, small.turns, small.sources), (true, false, vec![1], vec![0]));
        let left: Vec<Part> = small.left_out.iter().map(|left| left.part).collect();
        assert_eq!(left, [Part::Source(1), Part::Summary, Part::Turn(0)]);
        assert_eq!(small.left_out[0].reason, Reason::NoRoom { needs: 30, left: 5 });
    }

    #[test]
    fn a_long_source_makes_way_and_a_long_turn_does_not() {
        let sources = fitted(&sizes(&[], &[30, 500, 30]), 300);
        assert_eq!(sources.sources, [0, 2]);
        let turns = fitted(&sizes(&[10, 500], &[]), 300);
        assert_eq!(turns.turns, Vec::<usize>::new());
        assert!(turns.left_out.contains(&LeftOut { part: Part::Turn(0), reason: Reason::BehindAGap }));
    }

    #[test]
    fn there_is_a_most_of_each_kind() {
        let many = fitted(&sizes(&[1; 5], &[1; 5]), 1_000);
        assert_eq!((many.turns, many.sources), (vec![3, 4], vec![0, 1, 2]));
        assert_eq!(many.left_out.iter().filter(|left| left.reason == Reason::TooMany).count(), 5);
    }

    #[test]
    fn the_rules_and_the_question_fit_or_nothing_does() {
        let room = Room { tokens: 99, sources: 1, turns: 1 };
        assert_eq!(fit(&sizes(&[], &[]), room), Err(NoRoom { needs: 100, room: 99 }));
    }

    #[test]
    fn everything_offered_is_taken_or_named() {
        for tokens in (100..400).step_by(7) {
            let offered = sizes(&[10, 70, 30], &[40, 20, 90, 10]);
            let fitted = fitted(&offered, tokens);
            let taken =
                usize::from(fitted.persona) + usize::from(fitted.summary) + fitted.turns.len() + fitted.sources.len();
            assert_eq!(taken + fitted.left_out.len(), 9);
            assert!(fitted.tokens <= tokens);
        }
    }
}
