//! The envelope: a head, and chunks of which each is checked before anything in it is used.
//!
//! A chunk is bound to its file, its place and to whether it is the last one, so that none can be changed, moved, repeated or
//! left off. With a passphrase it is encrypted as well (ChaCha20-Poly1305); without one the check finds accidents, and whoever
//! can write the file can write the check. Does not know what is inside.

use std::io::{self, Read, Write};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::BackupError;
use super::key::{Cost, KEY_BYTES, SALT_BYTES, derived, salt};
use crate::config::Secret;

const MAGIC: &[u8; 14] = b"lectern-backup";
const VERSION: u8 = 1;
const PLAIN: u8 = 0;
const SEALED: u8 = 1;
/// The head up to what proves the key, and up to its own check.
const KNOWN_BYTES: usize = MAGIC.len() + 2 + 8 + SALT_BYTES + 12;
const CHECKED_BYTES: usize = KNOWN_BYTES + TAG_BYTES;
pub const HEAD_BYTES: usize = CHECKED_BYTES + HASH_BYTES;
const HASH_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Stands in the length of a chunk.
const LAST: u32 = 1 << 31;
/// Of no chunk: there are not so many.
const NUMBER_OF_THE_PROOF: u64 = u64::MAX;

const CUT_OFF: BackupError = BackupError::Damaged("it is cut off");
const CHANGED: BackupError = BackupError::Damaged("a part of it was changed");

/// What closes a chunk and opens it again.
struct Lock {
    /// Of the head: two files have nothing in common.
    file: [u8; HASH_BYTES],
    key: Option<LessSafeKey>,
}

impl Lock {
    fn close(&self, number: u64, is_last: bool, bytes: &mut Vec<u8>) {
        match &self.key {
            None => {
                let check = self.check(number, is_last, bytes);
                bytes.extend(check);
            }
            Some(key) => key
                .seal_in_place_append_tag(nonce(number, is_last), Aad::from(self.file), bytes)
                .expect("a chunk is not too long for the cipher"),
        }
    }

    /// Whether it is what was closed; only then its content stands in `bytes`.
    fn open(&self, number: u64, is_last: bool, bytes: &mut Vec<u8>) -> bool {
        let length = bytes.len().saturating_sub(TAG_BYTES);
        let is_whole = match &self.key {
            None => self.check(number, is_last, &bytes[..length]) == bytes[length..],
            Some(key) => key.open_in_place(nonce(number, is_last), Aad::from(self.file), bytes).is_ok(),
        };
        bytes.truncate(length);
        is_whole
    }

    fn check(&self, number: u64, is_last: bool, bytes: &[u8]) -> [u8; TAG_BYTES] {
        let mut hasher = blake3::Hasher::new_keyed(&self.file);
        hasher.update(&number.to_le_bytes()).update(&[u8::from(is_last)]).update(bytes);
        let mut check = [0; TAG_BYTES];
        hasher.finalize_xof().fill(&mut check);
        check
    }
}

fn nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    bytes[8] = u8::from(is_last);
    Nonce::assume_unique_for_key(bytes)
}

fn cipher(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("the key is as long as the cipher's"))
}

/// The first bytes of a file, as they are written.
struct Opening {
    bytes: Vec<u8>,
}

impl Opening {
    fn new(taken_ms: i64, salt: &[u8; SALT_BYTES], cost: Option<Cost>) -> Self {
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.push(if cost.is_some() { SEALED } else { PLAIN });
        bytes.extend(taken_ms.to_le_bytes());
        bytes.extend(salt);
        let Cost { memory_kib, passes, lanes } = cost.unwrap_or(Cost { memory_kib: 0, passes: 0, lanes: 0 });
        [memory_kib, passes, lanes].iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        Self { bytes }
    }

    /// With what proves the key and checks the head itself.
    fn finish(mut self, key: Option<LessSafeKey>) -> (Vec<u8>, Lock) {
        self.bytes.extend(proof(key.as_ref(), &self.bytes));
        let file = *blake3::hash(&self.bytes).as_bytes();
        self.bytes.extend(file);
        (self.bytes, Lock { file, key })
    }
}

/// By which a key is known to be the right one before anything is opened with it.
fn proof(key: Option<&LessSafeKey>, known: &[u8]) -> [u8; TAG_BYTES] {
    let mut proof = Vec::new();
    if let Some(key) = key {
        let lock = Lock { file: *blake3::hash(known).as_bytes(), key: Some(key.clone()) };
        lock.close(NUMBER_OF_THE_PROOF, false, &mut proof);
    }
    proof.try_into().unwrap_or([0; TAG_BYTES])
}

/// Writes an envelope; whole only once it is finished.
pub struct Sealer<W> {
    into: W,
    lock: Lock,
    bytes: Vec<u8>,
    number: u64,
}

impl<W: Write> Sealer<W> {
    pub fn begin(into: W, taken_ms: i64, passphrase: Option<&Secret>) -> Result<Self, BackupError> {
        Self::at_a_cost(into, taken_ms, passphrase, Cost::USUAL)
    }

    fn at_a_cost(mut into: W, taken_ms: i64, passphrase: Option<&Secret>, cost: Cost) -> Result<Self, BackupError> {
        let salt = salt()?;
        let key = passphrase.map(|passphrase| derived(passphrase, &salt, cost)).transpose()?;
        let opening = Opening::new(taken_ms, &salt, passphrase.map(|_| cost));
        let (head, lock) = opening.finish(key.as_ref().map(cipher));
        into.write_all(&head)?;
        Ok(Self { into, lock, bytes: Vec::with_capacity(CHUNK_BYTES + TAG_BYTES), number: 0 })
    }

    pub fn finish(mut self) -> Result<W, BackupError> {
        self.close(true)?;
        self.into.flush()?;
        Ok(self.into)
    }

    fn close(&mut self, is_last: bool) -> io::Result<()> {
        let length = u32::try_from(self.bytes.len()).map_err(io::Error::other)?;
        let length = if is_last { length | LAST } else { length };
        self.lock.close(self.number, is_last, &mut self.bytes);
        self.into.write_all(&length.to_le_bytes())?;
        self.into.write_all(&self.bytes)?;
        self.bytes.clear();
        self.number += 1;
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only now it is known that the full one is not the last.
        if self.bytes.len() == CHUNK_BYTES && !bytes.is_empty() {
            self.close(false)?;
        }
        let taken = bytes.len().min(CHUNK_BYTES - self.bytes.len());
        self.bytes.extend(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads an envelope: what it gives was checked, and its end is the end that was written.
pub struct Opener<R> {
    from: R,
    lock: Lock,
    bytes: Vec<u8>,
    at: usize,
    number: u64,
    is_over: bool,
    pub taken_ms: i64,
}

impl<R: Read> Opener<R> {
    pub fn begin(mut from: R, passphrase: Option<&Secret>) -> Result<Self, BackupError> {
        let head = Known::read(&mut from)?;
        let key = match (head.cost, passphrase) {
            (None, _) => None,
            (Some(_), None) => return Err(BackupError::Sealed),
            (Some(cost), Some(passphrase)) => Some(cipher(&derived(passphrase, &head.salt, cost)?)),
        };
        if proof(key.as_ref(), &head.known) != head.proof {
            return Err(BackupError::WrongPassphrase);
        }
        let lock = Lock { file: head.file, key };
        Ok(Self { from, lock, bytes: Vec::new(), at: 0, number: 0, is_over: false, taken_ms: head.taken_ms })
    }

    fn next(&mut self) -> Result<(), BackupError> {
        let mut word = [0; 4];
        exactly(&mut self.from, &mut word)?;
        let word = u32::from_le_bytes(word);
        let (is_last, length) = (word & LAST != 0, (word & !LAST) as usize);
        if length > CHUNK_BYTES || (!is_last && length != CHUNK_BYTES) {
            return Err(CHANGED);
        }
        self.bytes.resize(length + TAG_BYTES, 0);
        exactly(&mut self.from, &mut self.bytes)?;
        if !self.lock.open(self.number, is_last, &mut self.bytes) {
            self.bytes.clear();
            return Err(CHANGED);
        }
        if is_last && self.from.read(&mut [0])? != 0 {
            return Err(BackupError::Damaged("something follows its end"));
        }
        (self.at, self.is_over) = (0, is_last);
        self.number += 1;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.bytes.len() && !self.is_over {
            self.next()?;
        }
        let given = into.len().min(self.bytes.len() - self.at);
        into[..given].copy_from_slice(&self.bytes[self.at..self.at + given]);
        self.at += given;
        Ok(given)
    }
}

/// What the head of a file says to anybody.
pub struct Known {
    pub taken_ms: i64,
    salt: [u8; SALT_BYTES],
    cost: Option<Cost>,
    known: Vec<u8>,
    proof: [u8; TAG_BYTES],
    file: [u8; HASH_BYTES],
}

impl Known {
    pub fn read(from: &mut impl Read) -> Result<Self, BackupError> {
        let mut magic = [0; MAGIC.len()];
        from.read_exact(&mut magic).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BackupError::Foreign,
            _ => error.into(),
        })?;
        if &magic != MAGIC {
            return Err(BackupError::Foreign);
        }
        let mut head = [0; HEAD_BYTES];
        head[..MAGIC.len()].copy_from_slice(&magic);
        exactly(from, &mut head[MAGIC.len()..])?;
        let (checked, file) = head.split_at(CHECKED_BYTES);
        let (known, proof) = checked.split_at(KNOWN_BYTES);
        let [version, kind] = [known[MAGIC.len()], known[MAGIC.len() + 1]];
        if version > VERSION {
            return Err(BackupError::Newer);
        }
        if blake3::hash(checked).as_bytes() != file || version == 0 || kind > SEALED {
            return Err(BackupError::Damaged("its head was changed"));
        }
        let rest = &known[MAGIC.len() + 2..];
        let number = |at: usize| u32::from_le_bytes(array(&rest[8 + SALT_BYTES + 4 * at..]));
        let cost = Cost { memory_kib: number(0), passes: number(1), lanes: number(2) };
        Ok(Self {
            taken_ms: i64::from_le_bytes(array(rest)),
            salt: array(&rest[8..]),
            cost: (kind == SEALED).then_some(cost),
            known: known.to_vec(),
            proof: array(proof),
            file: array(file),
        })
    }
}

/// The first bytes of these, which are there.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    std::array::from_fn(|at| bytes[at])
}

fn exactly(from: &mut impl Read, into: &mut [u8]) -> Result<(), BackupError> {
    from.read_exact(into).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => CUT_OFF,
        _ => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    fn closed(content: &[u8], passphrase: Option<&str>) -> Vec<u8> {
        let passphrase = passphrase.map(|text| Secret::from(text.to_owned()));
        let mut sealer = Sealer::at_a_cost(Vec::new(), 7, passphrase.as_ref(), CHEAP).unwrap();
        sealer.write_all(content).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(file: &[u8], passphrase: Option<&str>) -> Result<Vec<u8>, BackupError> {
        let passphrase = passphrase.map(|text| Secret::from(text.to_owned()));
        let mut content = Vec::new();
        Opener::begin(file, passphrase.as_ref())?.read_to_end(&mut content)?;
        Ok(content)
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at * 31 + at / 251) as u8).collect()
    }

    #[test]
    fn what_was_closed_is_opened() {
        for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 200_000] {
            for passphrase in [None, Some("a quiet harbour")] {
                let file = closed(&content(length), passphrase);
                assert!(opened(&file, passphrase).unwrap() == content(length), "{length} {passphrase:?}");
            }
        }
    }

    #[test]
    fn no_byte_can_be_changed() {
        for passphrase in [None, Some("a quiet harbour")] {
            let file = closed(&content(300), passphrase);
            for at in 0..file.len() {
                for flip in [1, 0x80, 0xff] {
                    let mut changed = file.clone();
                    changed[at] ^= flip;
                    assert!(opened(&changed, passphrase).is_err(), "byte {at} of {} {passphrase:?}", file.len());
                }
            }
        }
    }

    #[test]
    fn nothing_can_be_left_off_added_moved_or_repeated() {
        for passphrase in [None, Some("a quiet harbour")] {
            let file = closed(&content(3 * CHUNK_BYTES), passphrase);
            let chunk = 4 + CHUNK_BYTES + TAG_BYTES;
            assert_eq!(file.len(), HEAD_BYTES + 3 * chunk);
            for length in (0..file.len()).step_by(997).chain([HEAD_BYTES, HEAD_BYTES + chunk, HEAD_BYTES + 2 * chunk]) {
                assert!(opened(&file[..length], passphrase).is_err(), "{length}");
            }
            assert!(opened(&[&file[..], &[0]].concat(), passphrase).is_err());
            let (head, chunks) = file.split_at(HEAD_BYTES);
            let [one, two, three] = [0, 1, 2].map(|at| &chunks[at * chunk..(at + 1) * chunk]);
            for wrong in [vec![head, two, one, three], vec![head, one, one, three], vec![head, one, two, two, three]] {
                assert!(opened(&wrong.concat(), passphrase).is_err());
            }
            // Of another file with the same content.
            let other = closed(&content(3 * CHUNK_BYTES), passphrase);
            let strange = &other[HEAD_BYTES..HEAD_BYTES + chunk];
            assert!(opened(&[head, strange, two, three].concat(), passphrase).is_err());
        }
    }

    #[test]
    fn each_refusal_has_its_sentence() {
        let sealed = closed(b"secret", Some("a quiet harbour"));
        assert!(!sealed.windows(6).any(|bytes| bytes == b"secret"));
        assert!(matches!(opened(&sealed, None), Err(BackupError::Sealed)));
        assert!(matches!(opened(&sealed, Some("a loud harbour")), Err(BackupError::WrongPassphrase)));
        assert!(matches!(opened(b"SQLite format 3\0", None), Err(BackupError::Foreign)));
        assert!(matches!(opened(b"", None), Err(BackupError::Foreign)));
        let mut newer = closed(b"", None);
        newer[MAGIC.len()] = VERSION + 1;
        assert!(matches!(opened(&newer, None), Err(BackupError::Newer)));
        assert_eq!(Known::read(&mut &sealed[..]).unwrap().taken_ms, 7);
    }
}
