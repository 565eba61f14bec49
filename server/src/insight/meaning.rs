//! Meaning: questions that ask the same in other words are one group.
//!
//! Greedy: the newest question leads the first group, and each further one joins the group whose leader it is nearest to, if
//! that is near enough, else it leads one of its own. A better clustering would move questions between groups as more are
//! asked; this one says of each group by which question it is held together. Knows vectors, no model.

use std::collections::HashMap;

use retrieval::ports::Embedding;

use crate::store::Gap;

/// The cosine from which two questions ask the same.
pub const SAME: f32 = 0.72;

/// Questions of one meaning, the newest first. Never empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    pub gaps: Vec<Gap>,
}

impl Group {
    /// The one that leads it.
    pub fn question(&self) -> &str {
        self.gaps.first().map_or("", |gap| gap.question.as_str())
    }

    fn newest_ms(&self) -> i64 {
        self.gaps.iter().map(|gap| gap.asked_ms).max().unwrap_or_default()
    }
}

/// The same words once, however often they were asked, the newest first; how many were asked that are beyond `most`.
pub fn once_each(gaps: Vec<Gap>, most: usize) -> (Vec<Group>, usize) {
    let (mut places, mut groups): (HashMap<String, usize>, Vec<Group>) = Default::default();
    let mut left_out = 0;
    for gap in gaps {
        let words = gap.question.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        match places.get(&words) {
            Some(at) => groups[*at].gaps.push(gap),
            None if groups.len() == most => left_out += 1,
            None => {
                places.insert(words, groups.len());
                groups.push(Group { gaps: vec![gap] });
            }
        }
    }
    (groups, left_out)
}

/// Those of one meaning together, the largest group first, then the newest.
pub fn grouped(asked: Vec<Group>, vectors: &[Embedding]) -> Vec<Group> {
    let mut led: Vec<(&Embedding, Group)> = Vec::new();
    for (one, vector) in asked.into_iter().zip(vectors) {
        let near = led.iter().map(|(leader, _)| cosine(leader, vector)).zip(0..);
        let nearest = near.max_by(|(one, _), (other, _)| one.total_cmp(other)).filter(|(near, _)| *near >= SAME);
        match nearest {
            Some((_, at)) => led[at].1.gaps.extend(one.gaps),
            None => led.push((vector, one)),
        }
    }
    let mut groups: Vec<Group> = led.into_iter().map(|(_, group)| group).collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.gaps.len(), group.newest_ms())));
    groups
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let lengths = (sum(one, one) * sum(other, other)).sqrt();
    if lengths > 0.0 { sum(one, other) / lengths } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use retrieval::model::RecordId;
    use uuid::Uuid;

    use super::*;

    fn gap(question: &str, asked_ms: i64) -> Gap {
        let record = RecordId(Uuid::from_u128(asked_ms.unsigned_abs().into()));
        Gap { record, question: question.into(), is_declined: true, is_unhelpful: false, asked_ms }
    }

    fn told(groups: &[Group]) -> Vec<Vec<&str>> {
        groups.iter().map(|group| group.gaps.iter().map(|gap| gap.question.as_str()).collect()).collect()
    }

    #[test]
    fn the_same_words_are_compared_once() {
        let asked = vec![gap("Why?", 4), gap("How?", 3), gap(" why?  ", 2), gap("Who?", 1)];
        let (groups, left_out) = once_each(asked, 2);
        assert_eq!(told(&groups), [vec!["Why?", " why?  "], vec!["How?"]]);
        assert_eq!(left_out, 1);
    }

    #[test]
    fn what_is_near_is_together_and_the_largest_comes_first() {
        let (asked, _) = once_each(vec![gap("a", 4), gap("b", 3), gap("b again", 2), gap("nothing", 1)], 9);
        let vectors = [[1.0, 0.0], [0.0, 2.0], [0.3, 1.0], [0.0, 0.0]].map(|vector| Embedding::from(vector.to_vec()));
        assert_eq!(told(&grouped(asked, &vectors)), [vec!["b", "b again"], vec!["a"], vec!["nothing"]]);
    }

    #[test]
    fn each_joins_the_nearest_and_not_the_first() {
        let (asked, _) = once_each(vec![gap("a", 3), gap("b", 2), gap("nearer to b", 1)], 9);
        let vectors = [[1.0, 0.0], [0.6, 0.8], [0.75, 0.66]].map(|vector| Embedding::from(vector.to_vec()));
        let groups = grouped(asked, &vectors);
        assert_eq!(told(&groups), [vec!["b", "nearer to b"], vec!["a"]]);
    }
}
