//! Chance that can be had again: the same seed is the same test.

use std::collections::BTreeSet;

use retrieval::access::{AccessLabel, AccessTier, Group};

pub const GROUPS: [&str; 4] = ["billing", "hr", "sales", "web"];
const WORDS: [&str; 12] = [
    "refund", "invoice", "holiday", "salary", "server", "outage", "password", "price", "contract", "tax", "office",
    "key",
];

/// SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }

    pub fn words(&mut self, many: u64) -> String {
        (0..many).map(|_| self.one_of(&WORDS)).collect::<Vec<_>>().join(" ")
    }

    pub fn label(&mut self) -> AccessLabel {
        let tier = self.one_of(&AccessTier::ALL);
        let groups: BTreeSet<Group> =
            GROUPS.iter().filter(|_| self.below(4) == 0).map(|group| group.parse().unwrap()).collect();
        AccessLabel { tier, groups }
    }
}
