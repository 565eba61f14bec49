//! Chance that can be repeated: the same seed gives the same throws on every machine and in every version.
//!
//! Written out because what is measured must not change with a crate. Knows nothing of what is thrown for.

/// SplitMix64: small, quick, and good enough for made-up documents.
pub struct Dice(u64);

impl Dice {
    /// Throws that depend on all of these numbers and nothing else.
    pub fn of(seeds: &[u64]) -> Self {
        let mut dice = Self(0);
        for seed in seeds {
            dice.0 = dice.next().wrapping_add(*seed);
        }
        dice
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to just under 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 to just under `many`, which is at least 1.
    pub fn below(&mut self, many: usize) -> usize {
        (self.unit() * many as f64) as usize
    }

    /// Around 0 with a variance of 1: four uniform quarters of one throw, near enough to a bell and ten times as quick.
    pub fn bell(&mut self) -> f32 {
        let thrown = self.next();
        let sum: u32 = (0..4).map(|quarter| u32::from((thrown >> (16 * quarter)) as u16)).sum();
        (sum as f32 / 65_536.0 - 2.0) * 3.0_f32.sqrt()
    }

    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}
