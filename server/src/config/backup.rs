//! Backups that are taken by themselves, and the passphrase of all of them.

use std::path::PathBuf;

use serde::Deserialize;

use super::file::secret_in;
use super::{ConfigError, Secret};

const KEPT: usize = 7;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct BackupTable {
    folder: Option<PathBuf>,
    keep: Option<usize>,
    passphrase_file: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct BackupConfig {
    /// Without one none is taken by itself.
    pub folder: Option<PathBuf>,
    pub keep: usize,
    /// Without one backups are not encrypted.
    pub passphrase: Option<Secret>,
}

pub fn backup(table: BackupTable, environment: &dyn Fn(&str) -> Option<String>) -> Result<BackupConfig, ConfigError> {
    let keep = table.keep.unwrap_or(KEPT);
    if keep == 0 {
        return Err(ConfigError::Value { name: "backup.keep", value: "0".into(), expected: "a number from 1" });
    }
    let in_file = table.passphrase_file.map(|file| secret_in(&file)).transpose()?;
    if in_file.as_ref().is_some_and(|passphrase| passphrase.reveal().is_empty()) {
        let expected = "a file with a passphrase in it";
        return Err(ConfigError::Value { name: "backup.passphrase_file", value: String::new(), expected });
    }
    let passphrase = environment("LECTERN_BACKUP_PASSPHRASE").map(Secret::from).or(in_file);
    Ok(BackupConfig { folder: table.folder, keep, passphrase })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, environment: &[(&str, &str)]) -> Result<BackupConfig, ConfigError> {
        let lookup = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        backup(toml::from_str(file).unwrap(), &lookup)
    }

    #[test]
    fn none_is_taken_unless_a_folder_is_named() {
        assert_eq!(read("", &[]).unwrap().folder, None);
        let config = read("folder = 'b'", &[]).unwrap();
        assert_eq!((config.folder, config.keep, config.passphrase), (Some("b".into()), KEPT, None));
        assert!(read("keep = 0", &[]).unwrap_err().to_string().contains("from 1"));
        assert!(read("passphrase_file = 'nowhere'", &[]).unwrap_err().to_string().contains("nowhere"));
    }

    #[test]
    fn the_passphrase_of_the_environment_wins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passphrase");
        let table = format!("passphrase_file = '{}'", file.display());
        std::fs::write(&file, "a quiet harbour\n").unwrap();
        assert_eq!(read(&table, &[]).unwrap().passphrase.unwrap().reveal(), "a quiet harbour");
        let environment = [("LECTERN_BACKUP_PASSPHRASE", "a loud one")];
        let config = read(&table, &environment).unwrap();
        assert_eq!(config.passphrase.as_ref().unwrap().reveal(), "a loud one");
        assert!(!format!("{config:?}").contains("loud"));
        std::fs::write(&file, "\n").unwrap();
        assert!(read(&table, &[]).unwrap_err().to_string().contains("passphrase_file"));
    }
}
