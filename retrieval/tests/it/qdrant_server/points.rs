//! The points service of the test server: writes that say how they ended, and filtered reads.

use qdrant_client::qdrant as wire;
use qdrant_edge::{CountRequest, PayloadOps, PointInsertOperations, PointOperations, SetPayloadOp, UpdateOperation};
use tonic::{Request, Response, Status};
use wire::UpdateStatus;
use wire::points_selector::PointsSelectorOneOf;
use wire::points_server::Points;

use super::shard::Shard;
use super::{Reply, World, poisoned, translate};

impl World {
    /// Carry out a write, unless a fault says otherwise, and tell how it ended.
    fn write(
        &self,
        collection: &str,
        wait: Option<bool>,
        write: impl FnOnce(&Shard) -> Result<(), Status>,
    ) -> Reply<wire::PointsOperationResponse> {
        let shard = self.shard(collection)?;
        let fault = self.faults.lock().map_err(poisoned)?.write_status;
        let status = match (fault, wait) {
            (Some(status), _) => status,
            (None, Some(true)) => UpdateStatus::Completed,
            (None, Some(false) | None) => UpdateStatus::Acknowledged,
        };
        if fault.is_none() {
            write(&shard)?;
        }
        let result = wire::UpdateResult { operation_id: None, status: status.into() };
        Ok(Response::new(wire::PointsOperationResponse { result: Some(result), time: 0.0, usage: None }))
    }

    fn apply(
        &self,
        collection: &str,
        wait: Option<bool>,
        operation: UpdateOperation,
    ) -> Reply<wire::PointsOperationResponse> {
        self.write(collection, wait, |shard| shard.engine.update(operation).map_err(translate::failure))
    }

    fn ranking(&self, request: wire::QueryPoints) -> Result<Vec<wire::ScoredPoint>, Status> {
        self.queries.lock().map_err(poisoned)?.push(request.clone());
        let shard = self.shard(&request.collection_name)?;
        let found = shard.engine.query(translate::query(request)?).map_err(translate::failure)?;
        Ok(found.into_iter().map(translate::scored).collect())
    }
}

fn selected(selector: Option<wire::PointsSelector>) -> Result<PointsSelectorOneOf, Status> {
    selector.and_then(|selector| selector.points_selector_one_of).ok_or_else(|| Status::invalid_argument("no selector"))
}

#[tonic::async_trait]
impl Points for World {
    async fn upsert(&self, request: Request<wire::UpsertPoints>) -> Reply<wire::PointsOperationResponse> {
        let request = self.admit(request)?;
        let points = request.points.into_iter().map(translate::point).collect::<Result<_, _>>()?;
        let upsert = PointOperations::UpsertPoints(PointInsertOperations::PointsList(points));
        self.apply(&request.collection_name, request.wait, UpdateOperation::PointOperation(upsert))
    }

    async fn delete(&self, request: Request<wire::DeletePoints>) -> Reply<wire::PointsOperationResponse> {
        let request = self.admit(request)?;
        let delete = match selected(request.points)? {
            PointsSelectorOneOf::Filter(filter) => PointOperations::DeletePointsByFilter(translate::filter(&filter)?),
            PointsSelectorOneOf::Points(points) => {
                let ids = points.ids.into_iter().map(translate::id).collect::<Result<_, _>>()?;
                PointOperations::DeletePoints { ids }
            }
        };
        self.apply(&request.collection_name, request.wait, UpdateOperation::PointOperation(delete))
    }

    async fn set_payload(&self, request: Request<wire::SetPayloadPoints>) -> Reply<wire::PointsOperationResponse> {
        let request = self.admit(request)?;
        let PointsSelectorOneOf::Filter(filter) = selected(request.points_selector)? else {
            return Err(Status::unimplemented("a payload for listed points"));
        };
        let (payload, filter) = (translate::payload(request.payload)?, Some(translate::filter(&filter)?));
        let set = PayloadOps::SetPayload(SetPayloadOp { payload, points: None, filter, key: None });
        self.apply(&request.collection_name, request.wait, UpdateOperation::PayloadOperation(set))
    }

    async fn create_field_index(
        &self,
        request: Request<wire::CreateFieldIndexCollection>,
    ) -> Reply<wire::PointsOperationResponse> {
        let request = self.admit(request)?;
        let (collection, wait) = (request.collection_name.clone(), request.wait);
        self.write(&collection, wait, |shard| shard.create_index(request))
    }

    async fn query(&self, request: Request<wire::QueryPoints>) -> Reply<wire::QueryResponse> {
        let result = self.ranking(self.admit(request)?)?;
        Ok(Response::new(wire::QueryResponse { result, ..Default::default() }))
    }

    async fn query_batch(&self, request: Request<wire::QueryBatchPoints>) -> Reply<wire::QueryBatchResponse> {
        let queries = self.admit(request)?.query_points.into_iter();
        let result = queries.map(|query| Ok(wire::BatchResult { result: self.ranking(query)? }));
        let result = result.collect::<Result<_, Status>>()?;
        Ok(Response::new(wire::QueryBatchResponse { result, ..Default::default() }))
    }

    async fn count(&self, request: Request<wire::CountPoints>) -> Reply<wire::CountResponse> {
        let request = self.admit(request)?;
        let shard = self.shard(&request.collection_name)?;
        let filter = request.filter.as_ref().map(translate::filter).transpose()?;
        let count = CountRequest { filter, exact: request.exact.unwrap_or(true) };
        let count = shard.engine.count(count).map_err(translate::failure)? as u64;
        Ok(Response::new(wire::CountResponse { result: Some(wire::CountResult { count }), ..Default::default() }))
    }

    async fn scroll(&self, request: Request<wire::ScrollPoints>) -> Reply<wire::ScrollResponse> {
        let request = self.admit(request)?;
        let shard = self.shard(&request.collection_name)?;
        let (records, next) = shard.engine.scroll(translate::scroll(request)?).map_err(translate::failure)?;
        let result = records.into_iter().map(translate::retrieved).collect();
        let next_page_offset = next.map(translate::wire_id);
        Ok(Response::new(wire::ScrollResponse { result, next_page_offset, ..Default::default() }))
    }

    declined! {
        get: wire::GetPoints => wire::GetResponse,
        update_vectors: wire::UpdatePointVectors => wire::PointsOperationResponse,
        delete_vectors: wire::DeletePointVectors => wire::PointsOperationResponse,
        overwrite_payload: wire::SetPayloadPoints => wire::PointsOperationResponse,
        delete_payload: wire::DeletePayloadPoints => wire::PointsOperationResponse,
        clear_payload: wire::ClearPayloadPoints => wire::PointsOperationResponse,
        delete_field_index: wire::DeleteFieldIndexCollection => wire::PointsOperationResponse,
        create_vector_name: wire::CreateVectorNameRequest => wire::PointsOperationResponse,
        delete_vector_name: wire::DeleteVectorNameRequest => wire::PointsOperationResponse,
        search: wire::SearchPoints => wire::SearchResponse,
        search_batch: wire::SearchBatchPoints => wire::SearchBatchResponse,
        search_groups: wire::SearchPointGroups => wire::SearchGroupsResponse,
        recommend: wire::RecommendPoints => wire::RecommendResponse,
        recommend_batch: wire::RecommendBatchPoints => wire::RecommendBatchResponse,
        recommend_groups: wire::RecommendPointGroups => wire::RecommendGroupsResponse,
        discover: wire::DiscoverPoints => wire::DiscoverResponse,
        discover_batch: wire::DiscoverBatchPoints => wire::DiscoverBatchResponse,
        update_batch: wire::UpdateBatchPoints => wire::UpdateBatchResponse,
        query_groups: wire::QueryPointGroups => wire::QueryGroupsResponse,
        facet: wire::FacetCounts => wire::FacetResponse,
        search_matrix_pairs: wire::SearchMatrixPoints => wire::SearchMatrixPairsResponse,
        search_matrix_offsets: wire::SearchMatrixPoints => wire::SearchMatrixOffsetsResponse,
    }
}
