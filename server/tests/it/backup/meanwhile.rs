//! A backup is of one moment, whatever is written, removed and taken in while it is taken.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};

use server::backup::{Wish, check, take};
use server::store::Vectors;

use super::{Elsewhere, on_disk, taken};
use crate::ground::{Ground, on_both};
use crate::library::{Home, IndexKind};

on_both!(what_happens_meanwhile_is_not_in_it, an_abandoned_one_holds_nothing_up, under_load_it_is_one_moment);

/// Says when the first bytes come, and takes them only when told to.
struct Gate {
    came: Sender<()>,
    open: Receiver<()>,
    into: Vec<u8>,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.into.is_empty() {
            self.came.send(()).map_err(io::Error::other)?;
            self.open.recv().map_err(io::Error::other)?;
        }
        self.into.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A gate, what tells that something stands before it, and what opens it.
fn gate() -> (Gate, Receiver<()>, Sender<()>) {
    let ((came, comes), (opens, open)) = (channel(), channel());
    (Gate { came, open, into: Vec::new() }, comes, opens)
}

fn wish() -> Wish<'static> {
    Wish { vectors: Vectors::Kept, passphrase: None, prover: None }
}

async fn what_happens_meanwhile_is_not_in_it(ground: Ground) {
    let home = Home::new(ground, IndexKind::Memory);
    home.ingest(&[("stays.md", "public", "# Stays\n\nA heron."), ("goes.md", "public", "# Goes\n\nA wren.")]).await;
    let goes = home.document("goes.md").await.unwrap();
    let original = home.ground.texts("SELECT original FROM origins WHERE origin = 'goes.md'").await.remove(0);
    let (gate, comes, opens) = gate();
    let store = home.ground.store.clone();
    let taking = tokio::spawn(async move { take(&store, wish(), gate).await });
    tokio::task::spawn_blocking(move || comes.recv().unwrap()).await.unwrap();

    // The cut is made. What is removed now is gone for everybody, and its file stays until the backup has read it.
    assert!(home.remove(goes).await);
    home.ingest(&[("comes.md", "public", "# Comes\n\nA crane.")]).await;
    assert_eq!(home.found("public", "which wren").await.len(), 2);
    assert!(home.ground.store.originals().get(&original).is_ok());
    opens.send(()).unwrap();
    let (gate, trailer) = taking.await.unwrap().unwrap();
    assert!(home.ground.store.originals().get(&original).is_err(), "nothing needs it any more");
    assert_eq!((trailer.originals, trailer.originals_lost), (2, 0));

    let there = Elsewhere::like(&home.ground).await;
    there.restore(&gate.into, None).await.unwrap();
    let back = there.open().await;
    let origins = back.texts("SELECT origin FROM origins ORDER BY origin").await;
    assert_eq!(origins, ["goes.md", "stays.md"]);
    assert!(back.store.originals().get(&original).unwrap().starts_with(b"# Goes"));
}

/// Whoever stops reading stops it.
async fn an_abandoned_one_holds_nothing_up(ground: Ground) {
    let home = Home::new(ground, IndexKind::Memory);
    home.ingest(&[("goes.md", "public", "# Goes\n\nA wren.")]).await;
    let original = home.ground.store.originals().names().unwrap().remove(0);
    let (gate, comes, opens) = gate();
    let store = home.ground.store.clone();
    let taking = tokio::spawn(async move { take(&store, wish(), gate).await.map(drop) });
    tokio::task::spawn_blocking(move || comes.recv().unwrap()).await.unwrap();
    taking.abort();
    assert!(taking.await.unwrap_err().is_cancelled());
    drop(opens);
    assert!(home.remove(home.document("goes.md").await.unwrap()).await);
    assert!(home.ground.store.originals().get(&original).is_err(), "nobody holds on to it any more");
    let (_, trailer) = take(&home.ground.store, wish(), Vec::new()).await.unwrap();
    assert_eq!(trailer.originals, 0);
}

/// Documents come and go while backups are taken; each is restored elsewhere, and is what the house was at some moment.
async fn under_load_it_is_one_moment(ground: Ground) {
    let home = Home::new(ground, IndexKind::Memory);
    let text =
        |n: usize| format!("# File {n}\n\nThe word of this file is quokka{n}.\n\nAnd there is more of file {n}.");
    let load = async {
        for n in 0..60 {
            let (origin, text) = (format!("{n}.md"), text(n));
            home.ingest(&[(origin.as_str(), "internal", text.as_str())]).await;
            if n % 3 == 2 {
                let former = home.document(&format!("{}.md", n - 1)).await.unwrap();
                assert!(home.remove(former).await);
            }
        }
    };
    let backups = async {
        let mut files = Vec::new();
        while home.documents().await < 30 {
            files.push(taken(&home.ground, None).await);
        }
        files
    };
    let ((), files) = tokio::join!(load, backups);
    assert!(files.len() > 1);
    let last = files.len() - 1;
    for file in [&files[0], &files[last / 2], &files[last]] {
        let contents = check(on_disk(file).path(), None).unwrap();
        assert_eq!(contents.lost, [""; 0], "no original goes while it is read");
        let there = Elsewhere::like(&home.ground).await;
        // The hash of all rows, read back, is that of the backup: or it would be refused.
        there.restore(file, None).await.unwrap();
        let back = there.open().await;
        let broken = "SELECT d.id FROM documents d LEFT JOIN versions v ON v.id = d.live_version \
                      LEFT JOIN chunks c ON c.version_id = d.live_version LEFT JOIN origins o ON o.document_id = d.id \
                      WHERE v.id IS NULL OR c.point_id IS NULL OR o.origin IS NULL";
        assert_eq!(back.texts(broken).await, [""; 0]);
        let numbers: BTreeSet<usize> = back
            .texts("SELECT origin FROM origins")
            .await
            .iter()
            .map(|name| name[..name.len() - 3].parse().unwrap())
            .collect();
        let come = numbers.iter().max().map_or(0, |newest| newest + 1);
        // Of all that had come until then, what had not gone: one document may be on its way out.
        let expected: BTreeSet<usize> = (0..come).filter(|n| n % 3 != 1 || n + 2 >= come).collect();
        let missing: Vec<_> = expected.difference(&numbers).filter(|n| **n % 3 != 1).collect();
        let surplus: Vec<_> = numbers.difference(&expected).collect();
        assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:?}, not gone {surplus:?} of {come}");
    }
}
