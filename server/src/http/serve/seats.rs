//! Seats: how many connections there are at once, in all and from one network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

#[derive(Clone)]
pub struct Seats {
    all: Arc<Semaphore>,
    /// The most that one network may have.
    share: usize,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A seat that nobody sits on yet.
pub struct FreeSeat {
    permit: Option<OwnedSemaphorePermit>,
    seats: Seats,
}

/// A seat that is taken for as long as this lives.
pub struct Seat {
    _permit: Option<OwnedSemaphorePermit>,
    seats: Seats,
    network: IpAddr,
}

impl Seats {
    pub fn new(all: usize, share: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), share: share.max(1), taken: Arc::default() }
    }

    /// Wait until there is one. The semaphore is never closed, so there always is a permit in the end.
    pub async fn free(&self) -> FreeSeat {
        FreeSeat { permit: Arc::clone(&self.all).acquire_owned().await.ok(), seats: self.clone() }
    }
}

impl FreeSeat {
    /// `None` when this network has its share already.
    pub fn taken_from(self, network: IpAddr) -> Option<Seat> {
        let Self { permit, seats } = self;
        {
            let mut taken = seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
            let of_network = taken.entry(network).or_default();
            if *of_network >= seats.share {
                return None;
            }
            *of_network += 1;
        }
        Some(Seat { _permit: permit, seats, network })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let left = taken.get(&self.network).map_or(0, |seats| seats.saturating_sub(1));
        if left == 0 {
            taken.remove(&self.network);
        } else {
            taken.insert(self.network, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_network_has_its_share_and_others_theirs() {
        let seats = Seats::new(4, 2);
        let take = async |address: &str| seats.free().await.taken_from(address.parse().unwrap());
        let (first, second) = (take("10.0.0.1").await, take("10.0.0.1").await);
        assert!(first.is_some() && second.is_some() && take("10.0.0.1").await.is_none());
        let (third, fourth) = (take("10.0.0.2").await, take("10.0.0.2").await);
        assert!(third.is_some() && fourth.is_some());
        assert_eq!(seats.all.available_permits(), 0);
        drop((first, third, fourth));
        assert_eq!(seats.all.available_permits(), 3);
        assert!(take("10.0.0.1").await.is_some());
        drop(second);
        assert!(seats.taken.lock().unwrap().is_empty(), "nobody is remembered who has left");
    }
}
