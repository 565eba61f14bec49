//! A restore: all of it or nothing, and nobody opens half a house.

use serde_json::Value;
use server::faults::{Manner, Protocol, Step};

use super::{Cell, cells};
use crate::cli::Lectern;

#[test]
fn whatever_a_restore_meets_half_a_house_is_never_opened() {
    let lectern = Lectern::new();
    for n in 0..3 {
        lectern.write(&format!("docs/{n}.md"), format!("# Bird {n}\n\nBird number {n} of the marsh."));
    }
    let docs = lectern.folder.path().join("docs");
    lectern.run(&["ingest", docs.to_str().unwrap(), "--tier", "public"]).expect(0);
    let file = lectern.folder.path().join("birds-1.backup").to_str().unwrap().to_owned();
    let taken = lectern.run(&["backup", &file, "--json"]).one();
    for cell in cells(Protocol::Restore, &Manner::FAULTS) {
        meets(cell, &file, &taken);
    }
}

fn meets(cell: Cell, file: &str, taken: &Value) {
    let (name, other) = (cell.name(), Lectern::new());
    // Only what is proved takes the last steps with a model.
    let proving: &[&str] = if cell.step == Step::RestoreProved { &["--verify"] } else { &[] };
    cell.ends(&mut other.command(&[&["restore", file], proving].concat()));
    let is_over = cell.step == Step::RestoreEnded;
    let is_marked = other.data().join("restoring").exists();
    if is_marked {
        other.run(&["audit"]).complains(1, "did not come to its end: run `lectern restore` again");
    } else if !is_over {
        // It put away what it had begun, which the dead do not.
        assert_ne!(cell.manner, Manner::Kill, "{name}: nothing says that it is half a house");
        let left = std::fs::read_dir(other.data().join("originals")).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).filter(|name| name != "arriving").collect();
        assert!(left.is_empty(), "{name}: {left:?}");
    }
    let again = other.run(&["restore", file, "--json"]);
    if is_over {
        again.complains(1, "the database holds a library");
    } else {
        let restored = again.one();
        assert_eq!((&restored["rows_hash"], &restored["documents"]), (&taken["rows_hash"], &3.into()), "{name}");
    }
    other.run(&["audit", "verify"]).expect(0);
    if cell.manner == Manner::Kill {
        assert_eq!(other.found("a bird of the marsh", "tier=public").len(), 3, "{name}");
    }
}
