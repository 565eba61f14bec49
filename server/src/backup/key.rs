//! From a passphrase to a key: slow on purpose, by a cost that stands in the file, so that it can grow.

use argon2::{Algorithm, Argon2, Params, Version};

use super::BackupError;
use crate::config::Secret;

pub const SALT_BYTES: usize = 16;
pub const KEY_BYTES: usize = 32;

/// What one guess costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Cost {
    /// Some two tenths of a second, and memory that a machine for guessing has too little of.
    pub const USUAL: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// No file has us spend more than this.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };
}

pub fn salt() -> Result<[u8; SALT_BYTES], BackupError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|_| BackupError::NoChance)?;
    Ok(salt)
}

pub fn derived(passphrase: &Secret, salt: &[u8; SALT_BYTES], cost: Cost) -> Result<[u8; KEY_BYTES], BackupError> {
    let Cost { memory_kib, passes, lanes } = cost;
    let is_sane = memory_kib <= Cost::MOST.memory_kib && passes <= Cost::MOST.passes && lanes <= Cost::MOST.lanes;
    let params = Params::new(memory_kib, passes, lanes, Some(KEY_BYTES)).ok().filter(|_| is_sane);
    let params = params.ok_or(BackupError::Damaged("its passphrase would cost too much to try"))?;
    let mut key = [0; KEY_BYTES];
    let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
        passphrase.reveal().as_bytes(),
        salt,
        &mut key,
    );
    derived.map(|()| key).map_err(|_| BackupError::WrongPassphrase)
}
