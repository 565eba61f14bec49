//! Frames: the pieces that a backup consists of within its envelope, each with its kind and its length.
//!
//! Rows are written field by field, with kinds that both databases have. Knows neither the order of frames nor their sense.

use std::io::{self, Read, Write};

use super::BackupError;
use crate::store::Field;

/// No frame is longer: the longest text of a document many times over.
const LONGEST_BYTES: u32 = 1 << 30;
const HEAD_BYTES: usize = 5;

const BROKEN: BackupError = BackupError::Damaged("a row of it cannot be read");

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Head = 1,
    /// The rows that follow are of this table.
    Table = 2,
    Row = 3,
    /// The pieces that follow are of this original.
    Original = 4,
    Piece = 5,
    OriginalEnd = 6,
    /// An original that was not there, or that is not what its name says.
    Lost = 7,
    Rankings = 8,
    Trailer = 9,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Head,
        Self::Table,
        Self::Row,
        Self::Original,
        Self::Piece,
        Self::OriginalEnd,
        Self::Lost,
        Self::Rankings,
        Self::Trailer,
    ];
}

/// How a frame begins.
pub fn opening(kind: Kind, length: usize) -> io::Result<[u8; HEAD_BYTES]> {
    let length = u32::try_from(length).ok().filter(|length| *length <= LONGEST_BYTES);
    let length = length.ok_or_else(|| io::Error::other("a row is too long for a backup"))?;
    let [a, b, c, d] = length.to_le_bytes();
    Ok([kind as u8, a, b, c, d])
}

/// The next frame, with the bytes that it began with.
pub fn read(from: &mut impl Read) -> Result<([u8; HEAD_BYTES], Kind, Vec<u8>), BackupError> {
    let mut head = [0; HEAD_BYTES];
    from.read_exact(&mut head)?;
    let kind = Kind::ALL.into_iter().find(|kind| *kind as u8 == head[0]);
    let kind = kind.ok_or(BackupError::Damaged("it holds something of a kind that is not known"))?;
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    if length > LONGEST_BYTES {
        return Err(BROKEN);
    }
    // No more is asked for than there is: a length is not to be believed.
    let mut content = Vec::new();
    from.by_ref().take(u64::from(length)).read_to_end(&mut content)?;
    if content.len() != length as usize {
        return Err(BackupError::Damaged("it is cut off"));
    }
    Ok((head, kind, content))
}

/// A row as it is written, and as its hash covers it.
pub fn encoded(fields: &[Field]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let text = |bytes: &mut Vec<u8>, kind: u8, content: &[u8]| {
        bytes.push(kind);
        // Writing into a vector does not fail, and no frame may be longer than that.
        let _ = bytes.write_all(&(content.len() as u64).to_le_bytes());
        bytes.extend(content);
    };
    for field in fields {
        match field {
            Field::Nothing => bytes.push(0),
            Field::Whole(number) => {
                bytes.push(1);
                bytes.extend(number.to_le_bytes());
            }
            Field::Fraction(number) => {
                bytes.push(2);
                bytes.extend(number.to_bits().to_le_bytes());
            }
            Field::Text(content) => text(&mut bytes, 3, content.as_bytes()),
            Field::Bytes(content) => text(&mut bytes, 4, content),
        }
    }
    bytes
}

pub fn decoded(mut bytes: &[u8]) -> Result<Vec<Field>, BackupError> {
    let mut fields = Vec::new();
    while let Some((kind, rest)) = bytes.split_first() {
        bytes = rest;
        fields.push(match kind {
            0 => Field::Nothing,
            1 => Field::Whole(i64::from_le_bytes(word(&mut bytes)?)),
            2 => Field::Fraction(f64::from_bits(u64::from_le_bytes(word(&mut bytes)?))),
            3 => Field::Text(String::from_utf8(counted(&mut bytes)?.to_vec()).map_err(|_| BROKEN)?),
            4 => Field::Bytes(counted(&mut bytes)?.to_vec()),
            _ => return Err(BROKEN),
        });
    }
    Ok(fields)
}

fn word(bytes: &mut &[u8]) -> Result<[u8; 8], BackupError> {
    let (word, rest) = bytes.split_first_chunk().ok_or(BROKEN)?;
    *bytes = rest;
    Ok(*word)
}

fn counted<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], BackupError> {
    let length = usize::try_from(u64::from_le_bytes(word(bytes)?)).map_err(|_| BROKEN)?;
    let (content, rest) = bytes.split_at_checked(length).ok_or(BROKEN)?;
    *bytes = rest;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_and_what_is_none_is_refused() {
        let row = vec![
            Field::Nothing,
            Field::Whole(i64::MIN),
            Field::Fraction(-0.25),
            Field::Text("Größe\0".into()),
            Field::Text(String::new()),
            Field::Bytes(vec![0, 255]),
        ];
        let bytes = encoded(&row);
        assert_eq!(decoded(&bytes).unwrap(), row);
        assert_eq!(decoded(&[]).unwrap(), []);
        // Cut between two fields it is a shorter row; its hash and the number of its columns tell.
        for length in [2, 9, 11, bytes.len() - 1] {
            assert!(decoded(&bytes[..length]).is_err(), "{length}");
        }
        assert!(decoded(&[9]).is_err() && decoded(&[3, 255, 255, 255, 255, 255, 255, 255, 255]).is_err());
        assert!(decoded(&[3, 1, 0, 0, 0, 0, 0, 0, 0, 255]).is_err(), "no text");
    }

    #[test]
    fn a_length_is_not_believed() {
        let huge = [&opening(Kind::Piece, LONGEST_BYTES as usize).unwrap()[..], b"little"].concat();
        assert!(read(&mut &huge[..]).is_err());
        assert!(read(&mut &[77, 0, 0, 0, 0][..]).is_err());
        assert!(opening(Kind::Row, usize::MAX).is_err());
        let (_, kind, content) = read(&mut &[5, 2, 0, 0, 0, 7, 8][..]).unwrap();
        assert_eq!((kind, content), (Kind::Piece, vec![7, 8]));
    }
}
