//! A share of places for every document, so that one long page does not crowd out the rest.

use std::collections::HashMap;

use crate::ports::Scored;

/// A document fills at most this many places while others wait.
const PER_DOCUMENT: usize = 3;

/// Keep the order, but let no document take more than its share while others wait; what was held back follows.
pub(super) fn share(passages: Vec<Scored>) -> Vec<Scored> {
    let mut taken: HashMap<_, usize> = HashMap::new();
    let (mut kept, mut held_back) = (Vec::new(), Vec::new());
    for scored in passages {
        let places = taken.entry(scored.passage.document).or_default();
        *places += 1;
        if *places <= PER_DOCUMENT { kept.push(scored) } else { held_back.push(scored) }
    }
    kept.append(&mut held_back);
    kept
}

#[cfg(test)]
mod tests {
    use super::super::tests::scored;
    use super::*;
    use crate::model::Passage;

    fn check(documents: &[u128], expected: &[u128]) {
        let of = |document: &u128| scored(Passage::sample(*document, 0, ""), 1.0);
        let shared = share(documents.iter().map(of).collect());
        assert_eq!(shared.iter().map(|s| s.passage.document.0.as_u128()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_exceeds_its_share_follows() {
        check(&[1, 1, 1, 1, 2, 1, 3], &[1, 1, 1, 2, 3, 1, 1]);
        check(&[1, 1, 1, 1, 1], &[1, 1, 1, 1, 1]);
        check(&[], &[]);
    }
}
