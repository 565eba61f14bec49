//! A map of limited size: what was not asked for longest goes first.
//!
//! Does not know what it holds, nor what time it is.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often something was there, and how often not. Grows only; for whoever keeps metrics.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    pub hits: u64,
    pub misses: u64,
}

/// At most `entries` values. Every call takes microseconds, so a lock that is never held across anything else will do.
pub struct Bounded<K, V> {
    entries: usize,
    held: Mutex<Held<K, V>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

struct Held<K, V> {
    values: HashMap<Arc<K>, (V, u64)>,
    /// The keys by when they were last asked for, the longest ago first.
    order: BTreeMap<u64, Arc<K>>,
    turn: u64,
}

impl<K: Eq + Hash, V: Clone> Bounded<K, V> {
    pub fn new(entries: usize) -> Self {
        let held = Held { values: HashMap::new(), order: BTreeMap::new(), turn: 0 };
        Self { entries, held: Mutex::new(held), hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// The value, if it is there and good enough; one that is not goes.
    pub fn get(&self, key: &K, is_good: impl FnOnce(&V) -> bool) -> Option<V> {
        let found = self.lock().get(key, is_good);
        let count = if found.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    pub fn put(&self, key: K, value: V) {
        if self.entries > 0 {
            self.lock().put(key, value, self.entries);
        }
    }

    pub fn forget(&self, key: &K) {
        self.lock().forget(key);
    }

    pub fn counts(&self) -> Counts {
        Counts { hits: self.hits.load(Ordering::Relaxed), misses: self.misses.load(Ordering::Relaxed) }
    }

    /// A thread that died in here left at worst a key without its value, which is asked for anew.
    fn lock(&self) -> MutexGuard<'_, Held<K, V>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V: Clone> Held<K, V> {
    fn get(&mut self, key: &K, is_good: impl FnOnce(&V) -> bool) -> Option<V> {
        let (value, turn) = self.values.get_mut(key)?;
        if !is_good(value) {
            self.forget(key);
            return None;
        }
        self.turn += 1;
        let former = std::mem::replace(turn, self.turn);
        let value = value.clone();
        if let Some(key) = self.order.remove(&former) {
            self.order.insert(self.turn, key);
        }
        Some(value)
    }

    fn put(&mut self, key: K, value: V, entries: usize) {
        self.forget(&key);
        while self.values.len() >= entries {
            let Some((_, longest_ago)) = self.order.pop_first() else { break };
            self.values.remove(&longest_ago);
        }
        self.turn += 1;
        let key = Arc::new(key);
        self.order.insert(self.turn, Arc::clone(&key));
        self.values.insert(key, (value, self.turn));
    }

    fn forget(&mut self, key: &K) {
        if let Some((_, turn)) = self.values.remove(key) {
            self.order.remove(&turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(entries: usize, keys: &[u32]) -> Bounded<u32, u32> {
        let bounded = Bounded::new(entries);
        keys.iter().for_each(|key| bounded.put(*key, key * 10));
        bounded
    }

    fn held(bounded: &Bounded<u32, u32>) -> Vec<u32> {
        let held = bounded.lock();
        assert_eq!(held.values.len(), held.order.len(), "both sides know the same keys");
        let mut keys: Vec<u32> = held.values.keys().map(|key| **key).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn what_was_not_asked_for_longest_goes() {
        let bounded = filled(3, &[1, 2, 3]);
        assert_eq!(bounded.get(&1, |_| true), Some(10));
        bounded.put(4, 40);
        assert_eq!(held(&bounded), [1, 3, 4]);
        bounded.put(3, 31);
        bounded.put(5, 50);
        assert_eq!(held(&bounded), [3, 4, 5]);
        assert_eq!(bounded.get(&3, |_| true), Some(31), "the newer value stands");
    }

    #[test]
    fn what_is_not_good_or_was_forgotten_is_gone() {
        let bounded = filled(3, &[1, 2, 3]);
        assert_eq!(bounded.get(&1, |value| *value > 10), None);
        bounded.forget(&2);
        bounded.forget(&9);
        assert_eq!(held(&bounded), [3]);
        assert_eq!(bounded.counts(), Counts { hits: 0, misses: 1 });
    }

    #[test]
    fn no_room_holds_nothing() {
        let bounded = filled(0, &[1]);
        assert_eq!(bounded.get(&1, |_| true), None);
        assert_eq!(held(&bounded), [0; 0]);
    }

    /// Held against a list that is searched from end to end.
    #[test]
    fn it_is_a_list_in_the_order_of_use() {
        let (bounded, mut list) = (Bounded::new(7), Vec::<(u32, u32)>::new());
        let mut dice = 1_u32;
        for round in 0..20_000 {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = (dice >> 16) % 12;
            let at = list.iter().position(|(known, _)| *known == key);
            match (dice >> 8) % 3 {
                0 => {
                    at.map(|at| list.remove(at));
                    list.push((key, round));
                    if list.len() > 7 {
                        list.remove(0);
                    }
                    bounded.put(key, round);
                }
                1 => {
                    let expected = at.map(|at| list.remove(at));
                    list.extend(expected);
                    assert_eq!(bounded.get(&key, |_| true), expected.map(|(_, value)| value));
                }
                _ => {
                    at.map(|at| list.remove(at));
                    bounded.forget(&key);
                }
            }
            let mut keys: Vec<u32> = list.iter().map(|(key, _)| *key).collect();
            keys.sort_unstable();
            assert_eq!(held(&bounded), keys);
        }
    }
}
