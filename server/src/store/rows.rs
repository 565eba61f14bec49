//! Between rows and the words of the house: ids, labels and hashes as SQL spells them.

use std::str::FromStr;

use retrieval::access::{AccessLabel, AccessTier};
use retrieval::model::ContentHash;

use super::StoreError;

pub fn id<T: FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable(format!("\"{text}\" is not an id")))
}

pub fn tier_to_sql(label: &AccessLabel) -> i64 {
    i64::from(label.tier.rank())
}

/// Sorted and joined by commas, which no group's name contains: equal sets are equal strings.
pub fn groups_to_sql(label: &AccessLabel) -> String {
    label.groups.iter().map(|group| group.as_str()).collect::<Vec<_>>().join(",")
}

/// A label that cannot be read is an error, never a wider one.
pub fn label(tier: i64, group_names: &str) -> Result<AccessLabel, StoreError> {
    let tier = AccessTier::from_rank(tier).ok_or_else(|| StoreError::Unreadable(format!("tier {tier}")))?;
    let names = group_names.split(',').filter(|_| !group_names.is_empty());
    let groups = names.map(|name| name.parse().map_err(|_| StoreError::Unreadable(format!("group \"{name}\""))));
    Ok(AccessLabel { tier, groups: groups.collect::<Result<_, _>>()? })
}

pub fn hash_to_sql(hash: ContentHash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn hash(text: &str) -> Result<ContentHash, StoreError> {
    let unreadable = || StoreError::Unreadable(format!("\"{text}\" is not a content hash"));
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return Err(unreadable());
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| unreadable())?;
    }
    Ok(ContentHash(bytes))
}

/// Sizes and positions fit in 63 bits on any machine that holds them.
pub fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// `$first, $first+1, ...`, `many` of them.
pub fn placeholders(first: usize, many: usize) -> String {
    (first..first + many).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_hashes_survive_the_round_trip() {
        for groups in [&[][..], &["a"], &["b", "a"]] {
            let groups = groups.iter().map(|g: &&str| g.parse().unwrap()).collect();
            let given = AccessLabel { tier: AccessTier::Internal, groups };
            assert_eq!(label(tier_to_sql(&given), &groups_to_sql(&given)).unwrap(), given);
        }
        let given = ContentHash(std::array::from_fn(|n| n as u8 * 7));
        assert_eq!(hash(&hash_to_sql(given)).unwrap(), given);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_never_wider() {
        assert!(label(4, "").is_err());
        assert!(label(0, "Billing").is_err());
        assert!(label(0, "a,,b").is_err());
        assert!(hash("ab").is_err());
    }
}
