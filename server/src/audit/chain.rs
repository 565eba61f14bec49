//! Whether the chain is whole: every row there, as it was written, where it was written, up to the head.
//!
//! Whoever can write to the database can write a new chain. Against that helps a head that somebody keeps elsewhere: it has
//! to be found in every later chain.

use super::{Audit, AuditFilter, AuditHead};
use crate::store::StoreError;

/// A chain without a fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    pub head: AuditHead,
}

/// The first fault.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Broken {
    #[error("row {0} is missing")]
    Missing(i64),
    #[error("row {0} is not what was written")]
    Altered(i64),
    #[error("row {0} does not follow the row before it")]
    Unchained(i64),
    #[error("the head is not that of row {0}: the last rows or the head were altered")]
    Head(i64),
    #[error("row {0} stands after the head")]
    Beyond(i64),
    #[error("row {0} is another than the one that you know")]
    Unknown(i64),
}

impl Audit {
    /// Walk the chain; with a head that is known from before, it must be part of it.
    pub async fn verify(&self, known: Option<&AuditHead>) -> Result<Result<Verified, Broken>, StoreError> {
        let all = AuditFilter::default();
        // What is added while we walk stands beyond this last row, and is for the next time.
        let last = self.newest(&all, i64::MAX, 1).await?.pop();
        let head = self.head().await?.unwrap_or(AuditHead { number: 0, hash: String::new() });
        if let Some(beyond) = last.filter(|row| row.number > head.number) {
            return Ok(Err(Broken::Beyond(beyond.number)));
        }
        let mut walked = AuditHead { number: 0, hash: String::new() };
        let mut known = known.filter(|known| known.number > 0);
        while walked.number < head.number {
            let page = self.onward(&all, walked.number).await?;
            if page.is_empty() {
                return Ok(Err(Broken::Missing(walked.number + 1)));
            }
            for row in page.into_iter().take_while(|row| row.number <= head.number) {
                let next = walked.number + 1;
                let fault = match row.number {
                    number if number != next => Some(Broken::Missing(next)),
                    _ if row.expected_hash(self.workspace) != row.hash => Some(Broken::Altered(next)),
                    _ if row.previous_hash != walked.hash => Some(Broken::Unchained(next)),
                    _ => None,
                };
                if let Some(fault) = fault {
                    return Ok(Err(fault));
                }
                if known.is_some_and(|known| known.number == next && known.hash != row.hash) {
                    return Ok(Err(Broken::Unknown(next)));
                }
                known = known.filter(|known| known.number != next);
                walked = AuditHead { number: next, hash: row.hash };
            }
        }
        Ok(match known {
            _ if walked.hash != head.hash => Err(Broken::Head(head.number)),
            Some(known) => Err(Broken::Missing(known.number)),
            None => Ok(Verified { head }),
        })
    }
}
