//! A Qdrant server inside the test process: the real wire, the real engine, and faults on demand.
//!
//! It serves the generated traits of `qdrant-client` over embedded shards, for exactly the requests that the adapter
//! makes, and declines everything else as unimplemented. Knows protobuf and the engine; does not know the adapter.

/// Calls of a service that nobody here makes. Written out because the generated traits have no default bodies; the
/// signature is what `async_trait` makes of `async fn`.
macro_rules! declined {
    ($($call:ident: $request:ty => $reply:ty),+ $(,)?) => {$(
        fn $call<'a, 'later>(
            &'a self,
            _: tonic::Request<$request>,
        ) -> std::pin::Pin<Box<dyn Future<Output = crate::qdrant_server::Reply<$reply>> + Send + 'later>>
        where
            'a: 'later,
            Self: 'later,
        {
            Box::pin(async { Err(tonic::Status::unimplemented(stringify!($call))) })
        }
    )+};
}

mod collections;
mod points;
mod shard;
mod translate;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use qdrant_client::qdrant::collections_server::CollectionsServer;
use qdrant_client::qdrant::points_server::PointsServer;
use qdrant_client::qdrant::qdrant_server::{Qdrant, QdrantServer};
use qdrant_client::qdrant::{HealthCheckReply, HealthCheckRequest, QueryPoints, UpdateStatus};
use tokio::task::JoinHandle;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};

use shard::Shard;

pub type Reply<T> = Result<Response<T>, Status>;

/// How the server shall misbehave; by default it does not.
pub struct Faults {
    /// End every write so instead of `Completed`, without carrying it out.
    pub write_status: Option<UpdateStatus>,
    /// Answer every request (but the health check) with this code.
    pub refusal: Option<Code>,
    pub version: &'static str,
    /// The key to ask for.
    pub api_key: Option<&'static str>,
}

/// A running server. It ends with this value.
pub struct TestServer {
    pub url: String,
    world: Arc<World>,
    task: JoinHandle<()>,
}

impl TestServer {
    pub async fn start() -> Self {
        let any_port = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        // Without `nodelay` every second answer waits 40 ms for an acknowledgement.
        let incoming = TcpIncoming::bind(any_port).expect("a free port").with_nodelay(Some(true));
        let url = format!("http://{}", incoming.local_addr().expect("a bound listener has an address"));
        let world = Arc::new(World::default());
        let services = tonic::transport::Server::builder()
            .add_service(PointsServer::from_arc(Arc::clone(&world)).max_decoding_message_size(usize::MAX))
            .add_service(CollectionsServer::from_arc(Arc::clone(&world)))
            .add_service(QdrantServer::from_arc(Arc::clone(&world)));
        let serve = services.serve_with_incoming(incoming);
        let task = tokio::spawn(async move { serve.await.expect("the test server serves until it is dropped") });
        Self { url, world, task }
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        self.world.faults.lock().expect("no test panics while it holds the faults")
    }

    /// The searches so far, as they came over the wire.
    pub fn queries(&self) -> Vec<QueryPoints> {
        self.world.queries.lock().expect("nobody panics while recording").clone()
    }

    /// Lose every collection, as a wiped disk would.
    pub fn wipe(&self) {
        *self.world.shelves.lock().expect("nobody panics while holding the shelves") = Shelves::default();
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Everything behind the three services.
#[derive(Default)]
pub struct World {
    shelves: Mutex<Shelves>,
    faults: Mutex<Faults>,
    queries: Mutex<Vec<QueryPoints>>,
}

#[derive(Default)]
struct Shelves {
    shards: HashMap<String, Arc<Shard>>,
    aliases: HashMap<String, String>,
}

impl Default for Faults {
    fn default() -> Self {
        Self { write_status: None, refusal: None, version: "1.20.0", api_key: None }
    }
}

impl World {
    /// What every request passes first: the key, then the fault that a test may have set.
    fn admit<T>(&self, request: Request<T>) -> Result<T, Status> {
        let faults = self.faults.lock().map_err(poisoned)?;
        let key = request.metadata().get("api-key").and_then(|key| key.to_str().ok());
        if faults.api_key.is_some() && faults.api_key != key {
            return Err(Status::unauthenticated("must provide an API key"));
        }
        match faults.refusal {
            Some(code) => Err(Status::new(code, "a fault that a test asked for")),
            None => Ok(request.into_inner()),
        }
    }

    /// The shard of a collection or of an alias.
    fn shard(&self, name: &str) -> Result<Arc<Shard>, Status> {
        let shelves = self.shelves.lock().map_err(poisoned)?;
        let name = shelves.aliases.get(name).map_or(name, String::as_str);
        shelves
            .shards
            .get(name)
            .cloned()
            .ok_or_else(|| Status::not_found(format!("Collection `{name}` doesn't exist!")))
    }
}

fn poisoned<T>(_: std::sync::PoisonError<T>) -> Status {
    Status::internal("another request panicked")
}

#[tonic::async_trait]
impl Qdrant for World {
    async fn health_check(&self, _: Request<HealthCheckRequest>) -> Reply<HealthCheckReply> {
        let version = self.faults.lock().map_err(poisoned)?.version.to_owned();
        Ok(Response::new(HealthCheckReply { title: "a test's Qdrant".to_owned(), version, commit: None }))
    }
}
