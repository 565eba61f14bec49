//! Sources: the sites that documents come from by themselves, with the plan of each and what was learned of its pages.

use std::collections::HashSet;
use std::time::Duration;

use ingest::crawl::plan::{Plan, Scope};
use ingest::parse::PageRules;
use retrieval::access::AccessLabel;
use retrieval::model::{SourceId, WorkspaceId};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use url::Url;

use super::{Store, StoreError, rows};

/// A site, as a person set it up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub id: SourceId,
    /// The first of its start addresses, which names it.
    pub address: String,
    /// Who may read what comes from it.
    pub label: AccessLabel,
    pub plan: Plan,
    /// The blocks that repeat across its pages.
    pub furniture: HashSet<u64>,
    pub round: i64,
    /// Whether a round is going on, or was interrupted.
    pub is_open: bool,
    /// Of the last round as a whole, each a sentence.
    pub problems: Vec<String>,
}

#[derive(FromRow)]
struct SourceRow {
    id: String,
    address: String,
    tier: i64,
    group_names: String,
    plan: String,
    furniture: String,
    round: i64,
    round_open: i64,
    problems: String,
}

/// In the column `address`, what tells sources of one address apart: this and an id. No address has a space in it.
const APART: char = ' ';

const COLUMNS: &str = "id, address, tier, group_names, plan, furniture, round, round_open, problems";

impl Store {
    /// Set a site up, or give the one of this address and these readers another plan. The same address under another
    /// label is another source: whoever sets this one up need not know of that one.
    pub async fn source_put(
        &self,
        workspace: WorkspaceId,
        plan: &Plan,
        label: &AccessLabel,
    ) -> Result<Source, StoreError> {
        let address = plan.start.first().map(Url::to_string).unwrap_or_default();
        if let Some(source) = self.source_insert(workspace, &address, plan, label).await? {
            return Ok(source);
        }
        let known = self.sources_named(workspace, &address).await?;
        if let Some(same) = known.iter().find(|source| source.label == *label) {
            return self.source_change(same.id, plan, label).await;
        }
        let apart = format!("{address}{APART}{}", self.clock.new_id());
        let made = self.source_insert(workspace, &apart, plan, label).await?;
        made.ok_or_else(|| StoreError::Unreadable(format!("the source {address}, which was just set up")))
    }

    /// A new source, if nothing has this key.
    async fn source_insert(
        &self,
        workspace: WorkspaceId,
        key: &str,
        plan: &Plan,
        label: &AccessLabel,
    ) -> Result<Option<Source>, StoreError> {
        let insert = format!(
            "INSERT INTO sources (id, workspace_id, address, tier, group_names, plan, furniture, round, round_open, \
               live_before, plan_mark, problems, created_ms, updated_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, '[]', 0, 0, 0, '', '[]', $7, $7) \
             ON CONFLICT (workspace_id, address) DO NOTHING RETURNING {COLUMNS}"
        );
        let row: Option<SourceRow> = sqlx::query_as(sqlx::AssertSqlSafe(insert))
            .bind(self.clock.new_id().to_string())
            .bind(workspace.to_string())
            .bind(key)
            .bind(rows::tier_to_sql(label))
            .bind(rows::groups_to_sql(label))
            .bind(plan_to_sql(plan))
            .bind(self.clock.now_ms())
            .fetch_optional(&self.writer)
            .await?;
        row.map(source).transpose()
    }

    /// Give a source another plan, and other readers.
    pub async fn source_change(&self, id: SourceId, plan: &Plan, label: &AccessLabel) -> Result<Source, StoreError> {
        let update = format!(
            "UPDATE sources SET tier = $2, group_names = $3, plan = $4, updated_ms = $5 WHERE id = $1 \
             RETURNING {COLUMNS}"
        );
        let row: SourceRow = sqlx::query_as(sqlx::AssertSqlSafe(update))
            .bind(id.to_string())
            .bind(rows::tier_to_sql(label))
            .bind(rows::groups_to_sql(label))
            .bind(plan_to_sql(plan))
            .bind(self.clock.now_ms())
            .fetch_one(&self.writer)
            .await?;
        source(row)
    }

    /// The sites with this id or address, in a fixed order. Several have one address where their readers differ.
    pub async fn sources_named(&self, workspace: WorkspaceId, name: &str) -> Result<Vec<Source>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM sources WHERE workspace_id = $1 AND \
               (id = $2 OR address = $2 OR substr(address, 1, length($3)) = $3) ORDER BY address"
        );
        let found: Vec<SourceRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(name)
            .bind(format!("{name}{APART}"))
            .fetch_all(&self.reader)
            .await?;
        found.into_iter().map(source).collect()
    }

    pub async fn source_list(&self, workspace: WorkspaceId) -> Result<Vec<Source>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM sources WHERE workspace_id = $1 ORDER BY address");
        let found: Vec<SourceRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(select)).bind(workspace.to_string()).fetch_all(&self.reader).await?;
        found.into_iter().map(source).collect()
    }

    /// Forget a source with its ledger; its documents are another matter.
    pub async fn source_remove(&self, source: SourceId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sources WHERE id = $1").bind(source.to_string()).execute(&self.writer).await?;
        Ok(())
    }

    pub async fn source_set_furniture(&self, source: SourceId, furniture: &HashSet<u64>) -> Result<(), StoreError> {
        let mut hashes: Vec<String> = furniture.iter().map(|hash| format!("{hash:016x}")).collect();
        hashes.sort_unstable();
        sqlx::query("UPDATE sources SET furniture = $1 WHERE id = $2")
            .bind(serde_json::Value::from(hashes).to_string())
            .bind(source.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub async fn source_set_problems(&self, source: SourceId, problems: &[String]) -> Result<(), StoreError> {
        sqlx::query("UPDATE sources SET problems = $1 WHERE id = $2")
            .bind(serde_json::Value::from(problems.to_vec()).to_string())
            .bind(source.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn source(row: SourceRow) -> Result<Source, StoreError> {
    let unreadable = |what: &str| StoreError::Unreadable(format!("the {what} of the source {}", row.address));
    let plan: PlanRow = serde_json::from_str(&row.plan).map_err(|_| unreadable("plan"))?;
    let furniture: Vec<String> = serde_json::from_str(&row.furniture).map_err(|_| unreadable("furniture"))?;
    let furniture = furniture.iter().map(|hash| u64::from_str_radix(hash, 16));
    Ok(Source {
        id: rows::id(&row.id)?,
        label: rows::label(row.tier, &row.group_names)?,
        plan: plan.into_plan().ok_or_else(|| unreadable("plan"))?,
        furniture: furniture.collect::<Result<_, _>>().map_err(|_| unreadable("furniture"))?,
        round: row.round,
        is_open: row.round_open != 0,
        problems: serde_json::from_str(&row.problems).map_err(|_| unreadable("problems"))?,
        address: row.address.split(APART).next().unwrap_or_default().to_owned(),
    })
}

/// A plan as its column holds it.
#[derive(Serialize, Deserialize)]
struct PlanRow {
    start: Vec<String>,
    scope: String,
    sitemap: bool,
    sitemaps: Vec<String>,
    include: Vec<String>,
    exclude: Vec<String>,
    depth: u32,
    pages: usize,
    delay_ms: u64,
    user_agent: Option<String>,
    headers: Vec<(String, String)>,
    keep: Vec<String>,
    drop: Vec<String>,
    files: bool,
    most_bytes: usize,
    #[serde(default)]
    kept_days: Option<u32>,
}

fn plan_to_sql(plan: &Plan) -> String {
    let Plan {
        start,
        scope,
        sitemap,
        sitemaps,
        include,
        exclude,
        depth,
        pages,
        delay,
        user_agent,
        headers,
        rules,
        files,
        most_bytes,
        kept_days,
    } = plan.clone();
    let row = PlanRow {
        start: start.iter().map(Url::to_string).collect(),
        scope: scope.as_str().to_owned(),
        sitemap,
        sitemaps: sitemaps.iter().map(Url::to_string).collect(),
        include,
        exclude,
        depth,
        pages,
        delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
        user_agent,
        headers,
        keep: rules.keep,
        drop: rules.drop,
        files,
        most_bytes,
        kept_days,
    };
    serde_json::to_string(&row).expect("a plan is strings and numbers")
}

impl PlanRow {
    fn into_plan(self) -> Option<Plan> {
        let addresses = |texts: Vec<String>| texts.iter().map(|text| Url::parse(text).ok()).collect::<Option<Vec<_>>>();
        Some(Plan {
            start: addresses(self.start)?,
            scope: Scope::named(&self.scope)?,
            sitemap: self.sitemap,
            sitemaps: addresses(self.sitemaps)?,
            include: self.include,
            exclude: self.exclude,
            depth: self.depth,
            pages: self.pages,
            delay: Duration::from_millis(self.delay_ms),
            user_agent: self.user_agent,
            headers: self.headers,
            rules: PageRules { keep: self.keep, drop: self.drop },
            files: self.files,
            most_bytes: self.most_bytes,
            kept_days: self.kept_days,
        })
    }
}
