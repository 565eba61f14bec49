//! A backup: there is always a whole one, and never half of one.

use std::path::Path;

use server::faults::{Manner, Protocol};

use super::cells;
use crate::cli::Lectern;

#[test]
fn whatever_a_backup_meets_there_is_a_whole_one_and_never_half_of_one() {
    let lectern = Lectern::new();
    for n in 0..3 {
        lectern.write(&format!("docs/{n}.md"), format!("# Bird {n}\n\nBird number {n} of the marsh."));
    }
    let docs = lectern.folder.path().join("docs");
    lectern.run(&["ingest", docs.to_str().unwrap(), "--tier", "public"]).expect(0);
    let kept = lectern.folder.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    let file = |number: usize| kept.join(format!("birds-{number}.backup")).to_str().unwrap().to_owned();
    lectern.run(&["backup", &file(0)]).expect(0);
    let mut number = 0;
    for cell in cells(Protocol::Backup, &Manner::FAULTS) {
        let name = cell.name();
        number += 1;
        cell.ends(&mut lectern.command(&["backup", &file(number), "--keep", "1"]));
        let there = backups(&kept);
        assert!(!there.is_empty(), "{name}: the former one went before the next was there");
        there.iter().for_each(|backup| is_whole(backup, &name));
        // The next one is taken, and takes away what this one left.
        number += 1;
        lectern.run(&["backup", &file(number), "--keep", "1"]).expect(0);
        let left: Vec<_> = std::fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, [Path::new(&file(number))], "{name}");
    }
}

/// Whatever is called a backup.
fn backups(folder: &Path) -> Vec<String> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let backups = paths.filter(|path| path.extension().is_some_and(|ending| ending == "backup"));
    backups.map(|path| path.to_str().unwrap().to_owned()).collect()
}

fn is_whole(backup: &str, when: &str) {
    let other = Lectern { folder: tempfile::tempdir().unwrap() };
    let restored = other.run(&["restore", backup, "--json"]).one();
    assert_eq!((&restored["documents"], &restored["originals"]), (&3.into(), &3.into()), "{when}: {restored}");
}
