//! Origins: the places that documents came from, and what follows when one leads elsewhere or nowhere.
//!
//! A document stays as long as any origin leads to it. What is inside a file has an origin that begins with the file's.
//! What two call by one name has an origin of its own where it goes to other readers.

use std::collections::HashSet;

use ingest::origin::{APART, APART_BYTES};
use ingest::ports::{Inside, Item};
use retrieval::access::AccessLabel;
use retrieval::model::{DocumentId, SourceId, WorkspaceId};

use super::document::inside_of;
use super::phrase::Phrase;
use super::receipt::Why;
use super::writing::Writing;
use super::{Store, StoreError, rows};

impl Store {
    /// Who may read what each of these origins leads to or is about to: the label of its document, and those of what waits.
    pub async fn origin_labels(
        &self,
        workspace: WorkspaceId,
        origins: &[String],
    ) -> Result<Vec<(String, AccessLabel)>, StoreError> {
        if origins.is_empty() {
            return Ok(Vec::new());
        }
        let mut phrase = Phrase::new("SELECT o.origin, d.tier, d.group_names FROM origins o ");
        let workspace = phrase.text(workspace.to_string());
        let places: Vec<String> = origins.iter().map(|origin| phrase.text(origin.clone())).collect();
        let places = places.join(", ");
        phrase.push(&format!(
            "JOIN documents d ON d.id = o.document_id WHERE o.workspace_id = {workspace} AND o.origin IN ({places}) \
             UNION SELECT i.origin, i.tier, i.group_names FROM job_items i JOIN jobs j ON j.id = i.job_id \
             WHERE j.workspace_id = {workspace} AND i.state = 'queued' AND i.origin IN ({places})"
        ));
        let found: Vec<(String, i64, String)> = phrase.fetch_all(&self.reader).await?;
        found.into_iter().map(|(origin, tier, groups)| Ok((origin, rows::label(tier, &groups)?))).collect()
    }

    /// Origins of uploads that end so, where they lead to documents of this very label: `(end, origin)`.
    pub async fn origins_uploaded(
        &self,
        workspace: WorkspaceId,
        label: &AccessLabel,
        names: &[String],
    ) -> Result<Vec<(String, String)>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let (end, length) = (APART_BYTES + 1, APART.len());
        let mut phrase = Phrase::new("SELECT ");
        let workspace = phrase.text(workspace.to_string());
        let (tier, groups) = (phrase.number(rows::tier_to_sql(label)), phrase.text(rows::groups_to_sql(label)));
        let places: Vec<String> = names.iter().map(|name| phrase.text(name.clone())).collect();
        phrase.push(&format!(
            "substr(o.origin, {end}), o.origin FROM origins o JOIN documents d ON d.id = o.document_id \
             WHERE o.workspace_id = {workspace} AND substr(o.origin, 1, {length}) = '{APART}' \
               AND substr(o.origin, {end}) IN ({}) AND d.tier = {tier} AND d.group_names = {groups} ORDER BY o.origin",
            places.join(", ")
        ));
        phrase.fetch_all(&self.reader).await
    }

    /// Every origin that begins with this.
    pub async fn origins_below(&self, workspace: WorkspaceId, prefix: &str) -> Result<Vec<String>, StoreError> {
        let select = "SELECT origin FROM origins WHERE workspace_id = $1 AND substr(origin, 1, length($2)) = $2";
        let found: Vec<(String,)> =
            sqlx::query_as(select).bind(workspace.to_string()).bind(prefix).fetch_all(&self.reader).await?;
        let mut origins: Vec<String> = found.into_iter().map(|(origin,)| origin).collect();
        origins.sort_unstable();
        Ok(origins)
    }

    /// Where documents came from that were not handed in since that moment. What a source brings is the source's.
    pub async fn origins_over(&self, workspace: WorkspaceId, since_ms: i64) -> Result<Vec<String>, StoreError> {
        let select = "SELECT p.origin FROM crawl_pages p JOIN sources s ON s.id = p.source_id \
                      WHERE s.workspace_id = $1 AND p.live = 1";
        let brought: Vec<(String,)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_all(&self.reader).await?;
        let brought: HashSet<String> = brought.into_iter().map(|(origin,)| origin).collect();
        let select = "SELECT origin FROM origins WHERE workspace_id = $1 AND seen_ms < $2 ORDER BY origin";
        let found: Vec<(String,)> =
            sqlx::query_as(select).bind(workspace.to_string()).bind(since_ms).fetch_all(&self.reader).await?;
        let over = found.into_iter().map(|(origin,)| origin);
        Ok(over.filter(|origin| !brought.contains(outermost(origin))).collect())
    }

    /// Let these origins lead nowhere, and take out the documents that no origin leads to any more, from this commit on.
    /// Returns the names of the originals that they had.
    pub async fn origins_retire(
        &self,
        workspace: WorkspaceId,
        origins: &[String],
        why: Why,
    ) -> Result<Vec<String>, StoreError> {
        let mut tx = self.write().await?;
        let mut originals = Vec::new();
        for origin in origins {
            originals.extend(self.origin_retire_whole(&mut tx, workspace, origin, why).await?);
        }
        tx.commit().await?;
        Ok(originals)
    }

    /// Give what came from this source other readers, in one commit. A document that also came from elsewhere keeps its own:
    /// the source's addresses no longer lead to it, and bring it anew at the next crawl.
    pub async fn source_relabel(
        &self,
        workspace: WorkspaceId,
        source: SourceId,
        label: &AccessLabel,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let select = "SELECT origin FROM crawl_pages WHERE source_id = $1 AND live = 1";
        let live: Vec<(String,)> = sqlx::query_as(select).bind(source.to_string()).fetch_all(&mut *tx).await?;
        let live: HashSet<String> = live.into_iter().map(|(origin,)| origin).collect();
        let select = "SELECT origin, document_id FROM origins WHERE workspace_id = $1";
        let origins: Vec<(String, String)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_all(&mut *tx).await?;
        let (ours, others): (Vec<_>, Vec<_>) =
            origins.into_iter().partition(|(origin, _)| live.contains(outermost(origin)));
        let shared: HashSet<String> = others.into_iter().map(|(_, document)| document).collect();
        for (origin, document) in ours {
            if shared.contains(&document) {
                self.origin_retire(&mut tx, workspace, &origin, Why::Vanished).await?;
            } else {
                self.relabel(&mut tx, workspace, rows::id(&document)?, label).await?;
            }
        }
        // What its crawls brought and nobody has read yet was brought for the former readers.
        let withdraw = "UPDATE job_items SET state = 'failed', reason = 'its source was given other readers before it was \
                        read' WHERE state = 'queued' AND job_id IN (SELECT id FROM jobs WHERE source_id = $1)";
        sqlx::query(withdraw).bind(source.to_string()).execute(&mut *tx).await?;
        let relabel = "UPDATE job_items SET tier = $1, group_names = $2 WHERE state IN ('failed', 'quarantined', 'cancelled') \
                       AND job_id IN (SELECT id FROM jobs WHERE source_id = $3)";
        sqlx::query(relabel)
            .bind(rows::tier_to_sql(label))
            .bind(rows::groups_to_sql(label))
            .bind(source.to_string())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What is there came once more as it is.
    pub(super) async fn origin_seen(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        origin: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now_ms();
        let update = "UPDATE origins SET seen_ms = $1 WHERE workspace_id = $2 AND origin = $3";
        let seen = sqlx::query(update).bind(now).bind(workspace.to_string()).bind(origin).execute(&mut **tx).await?;
        if seen.rows_affected() == 0 {
            // An archive is nothing but what is inside it.
            let update =
                "UPDATE origins SET seen_ms = $1 WHERE workspace_id = $2 AND substr(origin, 1, length($3)) = $3";
            let query = sqlx::query(update).bind(now).bind(workspace.to_string()).bind(inside_of(origin));
            query.execute(&mut **tx).await?;
        }
        Ok(())
    }

    /// Let an origin lead to `document`; a document that no origin leads to any more is retired.
    pub(super) async fn lead_origin(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        item: &Item,
        document: DocumentId,
    ) -> Result<(), StoreError> {
        let former: Option<(String, String)> =
            sqlx::query_as("SELECT document_id, original FROM origins WHERE workspace_id = $1 AND origin = $2")
                .bind(workspace.to_string())
                .bind(&item.origin)
                .fetch_optional(&mut **tx)
                .await?;
        let upsert = "INSERT INTO origins (workspace_id, origin, document_id, original, seen_ms) \
                      VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workspace_id, origin) \
                      DO UPDATE SET document_id = $3, original = $4, seen_ms = $5";
        sqlx::query(upsert)
            .bind(workspace.to_string())
            .bind(&item.origin)
            .bind(document.to_string())
            .bind(&item.original)
            .bind(self.clock.now_ms())
            .execute(&mut **tx)
            .await?;
        let former = former.map(|(id, original)| Ok::<_, StoreError>((rows::id(&id)?, original))).transpose()?;
        match former {
            Some((former, _)) if former == document => Ok(()),
            Some((former, original)) => {
                tx.touch(workspace);
                self.retire_if_orphaned(tx, workspace, former, (Why::Vanished, original)).await
            }
            None => {
                tx.touch(workspace);
                Ok(())
            }
        }
    }

    /// What came out of a file before and is no longer in it leaves.
    pub(super) async fn retire_inside(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        outer: &str,
        inside: &[Inside],
    ) -> Result<(), StoreError> {
        let select = "SELECT origin FROM origins WHERE workspace_id = $1 AND substr(origin, 1, length($2)) = $2";
        let known: Vec<(String,)> =
            sqlx::query_as(select).bind(workspace.to_string()).bind(inside_of(outer)).fetch_all(&mut **tx).await?;
        let stays = |origin: &str| {
            let is_below =
                |inside: &Inside| origin.strip_prefix(&inside.origin).is_some_and(|rest| rest.starts_with("!/"));
            inside.iter().any(|inside| inside.origin == origin || is_below(inside))
        };
        for (origin,) in known.into_iter().filter(|(origin,)| !stays(origin)) {
            self.origin_retire(tx, workspace, &origin, Why::Vanished).await?;
        }
        Ok(())
    }

    /// An origin, and those of the files inside it.
    pub(super) async fn origin_retire_whole(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        origin: &str,
        why: Why,
    ) -> Result<Vec<String>, StoreError> {
        let select = "SELECT origin FROM origins WHERE workspace_id = $1 \
                      AND (origin = $2 OR substr(origin, 1, length($3)) = $3)";
        let whole: Vec<(String,)> = sqlx::query_as(select)
            .bind(workspace.to_string())
            .bind(origin)
            .bind(inside_of(origin))
            .fetch_all(&mut **tx)
            .await?;
        let mut originals = Vec::new();
        for (origin,) in whole {
            originals.extend(self.origin_retire(tx, workspace, &origin, why).await?);
        }
        Ok(originals)
    }

    async fn origin_retire(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        origin: &str,
        why: Why,
    ) -> Result<Option<String>, StoreError> {
        let delete = "DELETE FROM origins WHERE workspace_id = $1 AND origin = $2 RETURNING document_id, original";
        let gone: Option<(String, String)> =
            sqlx::query_as(delete).bind(workspace.to_string()).bind(origin).fetch_optional(&mut **tx).await?;
        let Some((document, original)) = gone else { return Ok(None) };
        tx.touch(workspace);
        self.retire_if_orphaned(tx, workspace, rows::id(&document)?, (why, original.clone())).await?;
        Ok(Some(original))
    }
}

/// The file that an origin is, or is inside of.
pub(super) fn outermost(origin: &str) -> &str {
    origin.split_once("!/").map_or(origin, |(outer, _)| outer)
}
