//! Packing: which passages fit, and the number each is called by.
//!
//! The order given is the order of worth. Aliases count from 1 and carry no internal id; what did not fit is said.

/// A passage that wants in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer<'a> {
    pub title: &'a str,
    pub text: &'a str,
}

/// What fits a budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    pub characters: usize,
    pub sources: usize,
}

/// The chosen offers, by their place in the list; the alias of the first is 1.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Packed {
    pub taken: Vec<usize>,
    pub left_out: Vec<usize>,
}

/// Take offers from the best on while they fit; a long one that does not fit makes way for a shorter one after it.
pub fn pack(offers: &[Offer<'_>], budget: Budget) -> Packed {
    let (mut packed, mut left) = (Packed::default(), budget.characters);
    for (at, offer) in offers.iter().enumerate() {
        let size = offer.title.chars().count() + offer.text.chars().count();
        if packed.taken.len() < budget.sources && size <= left {
            left -= size;
            packed.taken.push(at);
        } else {
            packed.left_out.push(at);
        }
    }
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sizes: &[usize], budget: Budget, taken: &[usize]) {
        let texts: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
        let offers: Vec<Offer<'_>> = texts.iter().map(|text| Offer { title: "", text }).collect();
        let packed = pack(&offers, budget);
        assert_eq!(packed.taken, taken);
        assert_eq!(packed.taken.len() + packed.left_out.len(), sizes.len());
    }

    #[test]
    fn takes_the_best_that_fit() {
        check(&[10, 10, 10], Budget { characters: 25, sources: 9 }, &[0, 1]);
        check(&[10, 20, 10], Budget { characters: 25, sources: 9 }, &[0, 2]);
        check(&[1, 1, 1], Budget { characters: 25, sources: 2 }, &[0, 1]);
        check(&[30], Budget { characters: 25, sources: 2 }, &[]);
        check(&[], Budget { characters: 25, sources: 2 }, &[]);
    }
}
