//! What a server does while nobody asks: work off jobs, begin what is due, follow the other servers, let go of what ended.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::{Desk, Readiness, ReadyState};
use crate::library::{JobKind, Library};
use crate::people::People;

/// How often the library looks for work that nobody announced.
const PAUSE: Duration = Duration::from_millis(500);
const SWEEP: Duration = Duration::from_secs(3_600);
/// How often it is looked whether something is due.
const DUE: Duration = Duration::from_secs(5);
/// After something broke, until it begins anew.
const ANEW: Duration = Duration::from_secs(5);

/// Until told to stop.
pub fn look_after(tasks: &TaskTracker, stop: &CancellationToken, library: &Arc<Library>, desk: &Desk) {
    for kind in JobKind::ALL {
        let (library, readiness) = (Arc::clone(library), desk.readiness.clone());
        tasks.spawn(until(stop.clone(), move || work(Arc::clone(&library), kind, readiness.clone())));
    }
    let due = Arc::clone(library);
    tasks.spawn(until(stop.clone(), move || begin_what_is_due(Arc::clone(&due))));
    let around = Arc::clone(library);
    tasks.spawn(until(stop.clone(), move || look_around(Arc::clone(&around))));
    let (whole, readiness) = (Arc::clone(library), desk.readiness.clone());
    tasks.spawn(until(stop.clone(), move || fill(Arc::clone(&whole), readiness.clone())));
    let people = desk.people.clone();
    tasks.spawn(until(stop.clone(), move || sweep(people.clone())));
    let watch = desk.watch.clone();
    tasks.spawn(until(stop.clone(), move || {
        let watch = watch.clone();
        async move { watch.keep().await }
    }));
}

/// What is cut off here is taken up again at the next start: nothing half done is visible. What breaks begins anew: a server
/// must not look well, and have stopped doing half of its work.
pub async fn until<T: Future<Output = ()>>(stop: CancellationToken, begin: impl Fn() -> T) {
    let keep = async {
        while AssertUnwindSafe(begin()).catch_unwind().await.is_err() {
            tracing::error!("something that looks after the house broke; it begins anew");
            tokio::time::sleep(ANEW).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = keep => {}
    }
}

/// Let go, every hour, of what nobody can use any more: stays and links that ended.
async fn sweep(people: People) {
    loop {
        if let Err(error) = people.sweep().await {
            tracing::warn!(%error, "what has ended was not swept away; will try again");
        }
        tokio::time::sleep(SWEEP).await;
    }
}

/// Work off one kind of jobs. An index that started empty is whole once it was compared with the catalog.
async fn work(library: Arc<Library>, kind: JobKind, readiness: Readiness) {
    let done = move || {
        if kind == JobKind::Reconcile && readiness.state() == ReadyState::Rebuilding {
            readiness.set(ReadyState::Ready);
        }
    };
    library.keep(kind, PAUSE, &done).await;
}

/// See to it that an index that started empty gets whole, whoever does the work and whatever becomes of a job.
async fn fill(library: Arc<Library>, readiness: Readiness) {
    while readiness.state() == ReadyState::Rebuilding {
        tokio::time::sleep(DUE).await;
        match library.lacks_points().await {
            Ok(false) if readiness.state() == ReadyState::Rebuilding => readiness.set(ReadyState::Ready),
            Ok(false) => {}
            Ok(true) => {
                if let Err(error) = library.reconcile_soon().await {
                    tracing::warn!(%error, "the index is not whole, and nobody could be told; will try again");
                }
            }
            Err(error) => tracing::warn!(%error, "the index could not be counted; will try again"),
        }
    }
}

/// Answer from what another server on the same database made live.
async fn look_around(library: Arc<Library>) {
    loop {
        tokio::time::sleep(DUE).await;
        if let Err(error) = library.look_around().await {
            tracing::warn!(%error, "which index is live could not be looked up; will try again");
        }
    }
}

async fn begin_what_is_due(library: Arc<Library>) {
    library.keep_schedules(DUE).await;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_breaks_begins_anew_and_what_ends_does_not() {
        let begun = AtomicUsize::new(0);
        let break_twice = || async {
            assert!(begun.fetch_add(1, Ordering::SeqCst) >= 2, "it breaks");
        };
        until(CancellationToken::new(), break_twice).await;
        assert_eq!(begun.load(Ordering::SeqCst), 3);
    }
}
