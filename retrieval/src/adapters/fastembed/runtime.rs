//! ONNX Runtime, loaded once per process from a file that is only known at run time.
//!
//! Loading dynamically lets one build serve every machine; the price is that a bad file shows up here, at run time.
//! Knows no models.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;

use super::{LoadError, allocator};

/// The one runtime of this process. ONNX Runtime allows a single environment, even after the first one is gone, so it
/// is kept here for whoever comes second.
static OPEN: Mutex<Option<Runtime>> = Mutex::new(None);

/// A loaded ONNX Runtime. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    library: PathBuf,
    environment: Environment,
}

impl Runtime {
    /// Load the library, or hand out the one that is loaded already when it is the same file. A failure leaves nothing
    /// behind: once the file is repaired the next call may succeed.
    pub fn open(library: &Path) -> Result<Self, LoadError> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        match open.as_ref() {
            Some(runtime) if is_same(&runtime.library, library) => Ok(runtime.clone()),
            Some(runtime) => Err(LoadError::AlreadyOpen { open: runtime.library.clone(), wanted: library.to_owned() }),
            None => Ok(open.insert(Self::load(library)?).clone()),
        }
    }

    /// For whoever runs a graph without fastembed, as the bench does to have something to compare with.
    pub fn environment(&self) -> Environment {
        self.environment.clone()
    }

    fn load(library: &Path) -> Result<Self, LoadError> {
        let failed = |cause: String| LoadError::library(library, cause);
        refuse_cut_short(library).map_err(failed)?;
        allocator::give_memory_back();
        // Inside, a library without the expected entry points ends in a panic; here it is one more bad file.
        let built = catch_unwind(|| {
            let builder = ort::init_from(library).map_err(|cause| cause.to_string())?;
            builder.with_name("lectern").with_telemetry(false).build().map_err(|cause| cause.to_string())
        });
        let environment =
            built.unwrap_or_else(|_| Err("it is not a usable ONNX Runtime".to_owned())).map_err(failed)?;
        // Texts are tokenised one by one on the session's own thread; the tokenizer's pool would only steal its core.
        tokenizers::parallelism::set_parallelism(false);
        Ok(Self { library: library.to_owned(), environment })
    }
}

/// The same path, or a copy with the same bytes: what is loaded is what would be.
fn is_same(open: &Path, wanted: &Path) -> bool {
    let size = |file: &Path| file.metadata().ok().map(|metadata| metadata.len());
    let bytes = |file: &Path| std::fs::read(file).ok();
    open == wanted || (size(open).is_some() && size(open) == size(wanted) && bytes(open) == bytes(wanted))
}

/// Mapping a library that ends too early kills the process with SIGBUS instead of returning an error, so its program
/// headers are compared with its length first. Files that are not 64-bit little-endian ELF are left to the loader.
fn refuse_cut_short(library: &Path) -> Result<(), String> {
    let mut file = File::open(library).map_err(|cause| cause.to_string())?;
    let size_bytes = file.metadata().map_err(|cause| cause.to_string())?.len();
    let end = last_mapped_byte(&mut file).map_err(|_| "the file is cut short".to_owned())?;
    if end > size_bytes {
        return Err(format!("the file is cut short: it has {size_bytes} bytes and needs {end}"));
    }
    Ok(())
}

fn last_mapped_byte(file: &mut File) -> std::io::Result<u64> {
    let mut header = [0_u8; 64];
    file.read_exact(&mut header)?;
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return Ok(0);
    }
    let (table, entry_bytes, entries) = (u64_at(&header, 32), u16_at(&header, 54), u16_at(&header, 56));
    let mut end = 0;
    for index in 0..u64::from(entries) {
        let mut entry = [0_u8; 56];
        file.seek(SeekFrom::Start(table.saturating_add(index * u64::from(entry_bytes))))?;
        file.read_exact(&mut entry)?;
        end = end.max(u64_at(&entry, 8).saturating_add(u64_at(&entry, 32)));
    }
    Ok(end)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(content: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libonnxruntime.so");
        std::fs::write(&library, content).unwrap();
        Runtime::load(&library).err().expect("not a library").to_string()
    }

    #[test]
    fn a_missing_library_is_named() {
        let error = Runtime::load(Path::new("/nowhere/libonnxruntime.so")).err().unwrap().to_string();
        assert!(error.contains("/nowhere/libonnxruntime.so"), "{error}");
    }

    #[test]
    fn rubbish_is_an_error_and_not_a_panic() {
        assert!(refusal(b"").contains("cut short"));
        assert!(refusal(&[0x55; 4096]).contains("libonnxruntime.so"));
    }

    #[test]
    fn a_library_cut_short_is_refused_before_it_is_mapped() {
        let own = std::fs::read("/proc/self/exe").unwrap_or_default();
        if own.starts_with(b"\x7fELF\x02\x01") {
            assert!(refusal(&own[..own.len() / 3]).contains("cut short"));
        }
    }
}
