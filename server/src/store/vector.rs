//! The embedding cache: what a model made of a text.

use std::collections::HashMap;

use retrieval::model::ContentHash;
use retrieval::ports::Embedding;
use sqlx::AssertSqlSafe;

use super::writing::Writing;
use super::{Store, StoreError, rows};

/// How many keys one query asks for.
const PAGE: usize = 100;

impl Store {
    /// The cached vectors of these texts, in order.
    pub async fn vector_find(&self, model: &str, keys: &[ContentHash]) -> Result<Vec<Option<Embedding>>, StoreError> {
        let mut found: HashMap<String, Embedding> = HashMap::new();
        let keys: Vec<String> = keys.iter().map(|key| rows::hash_to_sql(*key)).collect();
        for page in keys.chunks(PAGE) {
            let select = format!(
                "SELECT vector_key, vector FROM vectors WHERE model = $1 AND vector_key IN ({})",
                rows::placeholders(2, page.len())
            );
            let query = sqlx::query_as::<_, (String, Vec<u8>)>(AssertSqlSafe(select)).bind(model);
            let query = page.iter().fold(query, |query, key| query.bind(key));
            found
                .extend(query.fetch_all(&self.reader).await?.into_iter().map(|(key, bytes)| (key, from_bytes(&bytes))));
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    /// Keep what this model made of these texts.
    pub async fn vectors_keep(&self, model: &str, made: &[(ContentHash, Embedding)]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for (key, vector) in made {
            vector_put(&mut tx, model, *key, vector).await?;
        }
        tx.commit().await
    }

    /// Forget what models made of texts that no passage has any more, of former versions above all; how many those were.
    pub async fn vectors_sweep(&self) -> Result<u64, StoreError> {
        let delete =
            "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.vector_key = vectors.vector_key)";
        Ok(sqlx::query(delete).execute(&self.writer).await?.rows_affected())
    }

    /// How many texts this model was ever asked to embed.
    pub async fn vector_count(&self, model: &str) -> Result<usize, StoreError> {
        let select = "SELECT COUNT(*) FROM vectors WHERE model = $1";
        let (count,): (i64,) = sqlx::query_as(select).bind(model).fetch_one(&self.reader).await?;
        Ok(rows::size(count))
    }
}

pub(super) async fn vector_put(
    tx: &mut Writing,
    model: &str,
    key: ContentHash,
    vector: &Embedding,
) -> Result<(), StoreError> {
    let insert = "INSERT INTO vectors (model, vector_key, vector) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    sqlx::query(insert).bind(model).bind(rows::hash_to_sql(key)).bind(to_bytes(vector)).execute(&mut **tx).await?;
    Ok(())
}

fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Embedding {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}
