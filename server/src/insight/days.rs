//! Days: what was asked on each, how it went, how long it took and what it cost. Numbers in, numbers out.

use crate::store::{Asked, Judgement, STAGES, Stages};

use super::DAY_MS;

/// The ways in which something was looked up; the others are courtesies and questions back.
const LOOKED_UP: [&str; 2] = ["extractive", "generated"];

/// A day in UTC.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Day {
    /// Since 1970.
    pub day: i64,
    /// Answered, declined or neither: courtesies, questions back, people that were called for.
    pub questions: u64,
    pub answered: u64,
    pub declined: u64,
    /// Conversations that were passed on to a person.
    pub passed_on: u64,
    pub helpful: u64,
    pub unhelpful: u64,
    /// Of what was looked up; none on a day without.
    pub median_ms: Option<i64>,
    pub slow_ms: Option<i64>,
    /// Of those that were measured, by [`STAGES`]; none on a day without.
    pub stages: Option<[StageTime; STAGES.len()]>,
    /// In a language model's words.
    pub worded: u64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_micros: i64,
}

/// How long a step took on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StageTime {
    pub mean_ms: i64,
    /// Nor 95 in a hundred took longer.
    pub slow_ms: i64,
}

/// So many days from the first, whether anything was asked on them or not.
pub fn summed(first_day: i64, days: u32, asked: &[Asked], judged: &[Judgement], passed_on: &[i64]) -> Vec<Day> {
    let mut sums: Vec<Day> =
        (0..i64::from(days.max(1))).map(|at| Day { day: first_day + at, ..Day::default() }).collect();
    let mut took: Vec<Vec<i64>> = vec![Vec::new(); sums.len()];
    let mut steps: Vec<Vec<Stages>> = vec![Vec::new(); sums.len()];
    let place =
        |at_ms: i64| usize::try_from(at_ms.div_euclid(DAY_MS) - first_day).ok().filter(|at| *at < took_days(days));
    for one in asked {
        let Some(at) = place(one.at_ms) else { continue };
        sums[at].count(one);
        if LOOKED_UP.contains(&one.mode.as_str()) {
            took[at].push(one.took_ms);
            steps[at].extend(one.stages);
        }
    }
    for one in judged {
        let Some(at) = place(one.at_ms) else { continue };
        sums[at].helpful += u64::from(one.is_helpful);
        sums[at].unhelpful += u64::from(!one.is_helpful);
    }
    for at in passed_on.iter().filter_map(|at_ms| place(*at_ms)) {
        sums[at].passed_on += 1;
    }
    for (sum, mut took) in sums.iter_mut().zip(took) {
        took.sort_unstable();
        sum.median_ms = share(&took, 50);
        sum.slow_ms = share(&took, 95);
    }
    for (sum, steps) in sums.iter_mut().zip(steps) {
        sum.stages = by_stage(&steps);
    }
    sums
}

fn by_stage(steps: &[Stages]) -> Option<[StageTime; STAGES.len()]> {
    let many = i64::try_from(steps.len()).ok().filter(|many| *many > 0)?;
    Some(std::array::from_fn(|stage| {
        let mut took: Vec<i64> = steps.iter().map(|one| one.0[stage]).collect();
        took.sort_unstable();
        let sum = took.iter().fold(0_i64, |sum, ms| sum.saturating_add(*ms));
        StageTime { mean_ms: (sum + many / 2) / many, slow_ms: share(&took, 95).unwrap_or_default() }
    }))
}

fn took_days(days: u32) -> usize {
    usize::try_from(days.max(1)).unwrap_or(usize::MAX)
}

impl Day {
    fn count(&mut self, one: &Asked) {
        let is_looked_up = LOOKED_UP.contains(&one.mode.as_str());
        self.questions += 1;
        self.declined += u64::from(one.is_declined);
        self.answered += u64::from(is_looked_up && !one.is_declined);
        self.worded += u64::from(one.mode == "generated");
        self.input_tokens = self.input_tokens.saturating_add(one.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(one.output_tokens);
        self.cost_micros = self.cost_micros.saturating_add(one.cost_micros);
    }
}

/// The smallest that so many in a hundred do not exceed.
fn share(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(day: i64, mode: &str, is_declined: bool, took_ms: i64) -> Asked {
        let tokens = if mode == "generated" { 10 } else { 0 };
        Asked {
            at_ms: day * DAY_MS + 5,
            is_declined,
            mode: mode.into(),
            took_ms,
            stages: (took_ms > 10).then_some(Stages([0, 1, 2, 3, took_ms, 0])),
            input_tokens: tokens,
            output_tokens: tokens / 2,
            cost_micros: tokens * 3,
        }
    }

    #[test]
    fn days_are_summed_and_none_is_left_out() {
        let all = [
            asked(10, "extractive", false, 30),
            asked(10, "extractive", true, 10),
            asked(10, "smalltalk", false, 1),
            asked(12, "generated", false, 900),
            asked(13, "extractive", false, 1),
        ];
        let judged = [10, 10, 12, 13].map(|day| Judgement { at_ms: day * DAY_MS, is_helpful: day == 12 });
        let days = summed(10, 3, &all, &judged, &[11 * DAY_MS, 9 * DAY_MS]);
        let told: Vec<_> = days.iter().map(|day| (day.day, day.questions, day.answered, day.declined)).collect();
        assert_eq!(told, [(10, 3, 1, 1), (11, 0, 0, 0), (12, 1, 1, 0)]);
        let told: Vec<_> = days.iter().map(|day| (day.helpful, day.unhelpful, day.passed_on, day.worded)).collect();
        assert_eq!(told, [(0, 2, 0, 0), (0, 0, 1, 0), (1, 0, 0, 1)]);
        let told: Vec<_> = days.iter().map(|day| (day.median_ms, day.slow_ms, day.cost_micros)).collect();
        assert_eq!(told, [(Some(10), Some(30), 0), (None, None, 0), (Some(900), Some(900), 30)]);
        let told: Vec<_> = days.iter().map(|day| day.stages.map(|all| all.map(|one| one.mean_ms))).collect();
        assert_eq!(told, [Some([0, 1, 2, 3, 30, 0]), None, Some([0, 1, 2, 3, 900, 0])]);
    }

    #[test]
    fn stages_are_told_by_their_mean_and_by_the_slow_ones() {
        let steps: Vec<Stages> = (1..=100).map(|ms| Stages([ms, 0, 1, 2, ms * 10, 0])).collect();
        let told = by_stage(&steps).unwrap().map(|one| (one.mean_ms, one.slow_ms));
        assert_eq!(told, [(51, 95), (0, 0), (1, 1), (2, 2), (505, 950), (0, 0)]);
        assert_eq!(by_stage(&[]), None);
    }

    #[test]
    fn a_share_is_one_of_those_that_were_measured() {
        let hundred: Vec<i64> = (1..=100).collect();
        let check = |sorted: &[i64], percent, expected| assert_eq!(share(sorted, percent), expected);
        check(&hundred, 50, Some(50));
        check(&hundred, 95, Some(95));
        check(&[7], 50, Some(7));
        check(&[], 50, None);
    }
}
