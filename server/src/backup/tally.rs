//! A tally of rows: how many of each table, and one hash of them all, whatever their order.
//!
//! Databases give rows in an order of their own, and sort texts as their languages do. So each row has a hash, and those are
//! added up; what is kept twice counts twice. It finds what was lost, added or altered; against whoever can choose rows the
//! envelope stands. Knows no database.

use std::collections::BTreeMap;

use super::frame;
use crate::store::KeptRow;

const WORDS: usize = 4;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    pub rows: BTreeMap<String, u64>,
    sum: [u64; WORDS],
}

impl Tally {
    pub fn add(&mut self, table: &str, row: &KeptRow) {
        self.add_encoded(table, &row.columns, &frame::encoded(&row.fields));
    }

    /// The same for who has the row as it is written.
    pub fn add_encoded(&mut self, table: &str, columns: &[String], fields: &[u8]) {
        let mut hasher = blake3::Hasher::new();
        for name in std::iter::once(table).chain(columns.iter().map(String::as_str)) {
            hasher.update(name.as_bytes()).update(&[0]);
        }
        let hash = hasher.update(&[0]).update(fields).finalize();
        let mut carry = false;
        for (word, bytes) in self.sum.iter_mut().zip(hash.as_bytes().chunks_exact(8)) {
            let added = bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
            let (sum, over) = word.overflowing_add(added);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            (*word, carry) = (sum, over || over_again);
        }
        *self.rows.entry(table.to_owned()).or_default() += 1;
    }

    pub fn hash(&self) -> String {
        self.sum.iter().map(|word| format!("{word:016x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Field;

    fn tally(rows: &[(&str, i64)]) -> Tally {
        let mut tally = Tally::default();
        for (table, number) in rows {
            let columns = ["id".to_owned()].into();
            tally.add(table, &KeptRow { columns, fields: vec![Field::Whole(*number)] });
        }
        tally
    }

    #[test]
    fn the_order_is_nothing_and_all_else_is_something() {
        let all = tally(&[("a", 1), ("a", 2), ("b", 1)]);
        assert_eq!(all, tally(&[("b", 1), ("a", 2), ("a", 1)]));
        assert_eq!(all.rows, BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 1)]));
        let others: [&[(&str, i64)]; 4] = [
            &[("a", 1), ("a", 2)],
            &[("a", 1), ("a", 2), ("b", 1), ("b", 1)],
            &[("a", 1), ("a", 3), ("b", 1)],
            &[("a", 1), ("b", 2), ("b", 1)],
        ];
        for other in others {
            assert_ne!(all.hash(), tally(other).hash());
        }
        assert_ne!(all.hash(), tally(&[]).hash());
    }
}
