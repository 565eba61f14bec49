//! The same asked of the running server.

use super::Only;
use crate::cli::Failure;
use crate::cli::remote::Remote;
use crate::http::wire::{JobLineReply, JobReply, Jobs, ScheduleReply, ScheduleRequest, Schedules};

impl Remote {
    pub async fn jobs(&self, only: &Only) -> Result<Vec<JobLineReply>, Failure> {
        let (kind, state) = (only.kind.map(|kind| kind.as_str()), only.state.map(|state| state.as_str()));
        let (kind, state) = (kind.map(str::to_owned), state.map(str::to_owned));
        let limit = Some(only.limit.to_string());
        let at = self.asking("/jobs", [("kind", &kind), ("state", &state), ("limit", &limit)])?;
        let found: Jobs = self.call(self.client.get(at)).await?;
        Ok(found.jobs)
    }

    /// A job with all of its items.
    pub async fn whole_job(&self, job: &str) -> Result<JobReply, Failure> {
        let (mut after, mut items) = (None, Vec::new());
        loop {
            let limit = Some(super::PAGE.to_string());
            let at = self.asking(&format!("/jobs/{job}"), [("after", &after), ("limit", &limit)])?;
            let mut page: JobReply = self.call(self.client.get(at)).await?;
            items.append(&mut page.items);
            after = page.next.take();
            if after.is_none() {
                return Ok(JobReply { items, ..page });
            }
        }
    }

    /// How a job stands, with the first of its items.
    pub async fn job(&self, job: &str) -> Result<JobReply, Failure> {
        self.call(self.client.get(self.at(&format!("/jobs/{job}?limit=1")))).await
    }

    pub async fn cancel_job(&self, job: &str) -> Result<JobLineReply, Failure> {
        self.call(self.client.post(self.at(&format!("/jobs/{job}/cancel")))).await
    }

    pub async fn schedules(&self) -> Result<Vec<ScheduleReply>, Failure> {
        let found: Schedules = self.call(self.client.get(self.at("/schedules"))).await?;
        Ok(found.schedules)
    }

    pub async fn set_schedule(&self, name: &str, request: &ScheduleRequest) -> Result<ScheduleReply, Failure> {
        self.call(self.client.put(self.at(&format!("/schedules/{name}"))).json(request)).await
    }

    pub async fn remove_schedule(&self, name: &str) -> Result<bool, Failure> {
        self.gone(&format!("/schedules/{name}")).await
    }
}
