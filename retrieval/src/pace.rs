//! The pace of a search: work that would hold up an async worker goes aside, and a stopwatch says how long a stage took.
//!
//! The one place of the read path that knows threads and time; everything else there is words in, words out.

use std::time::Instant;

use crate::ports::EmbedError;

/// Do this on a thread that may take its time.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, EmbedError> {
    tokio::task::spawn_blocking(work).await.map_err(|stopped| EmbedError::Failed(stopped.to_string()))
}

/// Milliseconds from one stage to the next.
pub struct Watch(Instant);

impl Watch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn lap(&mut self) -> f64 {
        let lap = self.0.elapsed().as_secs_f64() * 1e3;
        self.0 = Instant::now();
        lap
    }
}
