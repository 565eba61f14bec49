//! Folders with things in them that are no files.

use std::path::Path;
use std::process::Command;

use ingest::source::list;

#[test]
fn sockets_pipes_devices_and_links_are_passed_over() {
    let root = std::env::temp_dir().join(format!("lectern-things-{}", std::process::id()));
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(root.join("a.md"), "A file.").unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket.md")).unwrap();
    assert!(Command::new("mkfifo").arg(root.join("pipe.md")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", root.join("zero.md")).unwrap();
    std::os::unix::fs::symlink(&root, root.join("round")).unwrap();
    let listing = list(&root);
    std::fs::remove_dir_all(&root).unwrap();
    let names: Vec<_> = listing.found.iter().filter_map(|found| found.path.file_name()).collect();
    assert_eq!(names, ["a.md"]);
    assert_eq!(listing.unreadable, []);
}

#[test]
fn a_device_that_is_named_is_refused() {
    let listing = list(Path::new("/dev/zero"));
    assert!(listing.found.is_empty());
    assert_eq!(listing.unreadable[0].reason, "it is neither a file nor a folder");
}
