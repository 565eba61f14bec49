//! The lines of one answer, handed on for as long as whoever reads them may.

use std::time::Instant;

use uuid::Uuid;

use super::still::{EVERY, Still};
use super::{Line, Reader};

/// Somebody who reads along, and is looked at every few seconds.
pub struct Telling {
    reader: Reader,
    after: u64,
    still: Still,
    looked: Instant,
}

impl Telling {
    /// The lines of an answer that was just asked for.
    pub fn from_the_first(reader: Reader, still: Still) -> Self {
        Self { reader, after: 0, still, looked: Instant::now() }
    }

    /// The lines behind `after`, for whoever comes back. What was readable when it was told may not be now.
    pub async fn from_behind(after: u64, reader: Reader, still: Still) -> Self {
        let mut telling = Self { reader, after, still, looked: Instant::now() };
        telling.look().await;
        telling
    }

    pub fn stream(&self) -> Uuid {
        self.reader.id()
    }

    /// However slowly lines are taken, none is handed on after a look that is older than that.
    pub async fn next(&mut self) -> Option<Line> {
        loop {
            let left = EVERY.saturating_sub(self.looked.elapsed());
            if left.is_zero() {
                self.look().await;
                continue;
            }
            tokio::select! {
                line = self.reader.line(self.after) => {
                    self.after = line.as_ref()?.number;
                    return line;
                }
                () = tokio::time::sleep(left) => {}
            }
        }
    }

    async fn look(&mut self) {
        if !self.still.holds(&self.reader.rests_on()).await {
            self.reader.revoke();
        }
        self.looked = Instant::now();
    }
}
