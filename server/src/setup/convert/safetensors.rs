//! Reads a safetensors file: eight bytes of header length, a JSON header, then raw little-endian numbers.
//!
//! Written by hand because three number formats are all that encoders use. Trusts nothing in the header: every offset
//! is checked against the file. Knows nothing of what the tensors mean.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::ConvertError;

/// Headers are a few kilobytes; a length beyond this is not a safetensors file.
const MAX_HEADER_BYTES: usize = 16 << 20;

/// The tensors of one file, kept as the bytes they came in.
pub(super) struct SafeTensors {
    bytes: Vec<u8>,
    data_start: usize,
    entries: BTreeMap<String, Entry>,
}

/// A tensor as 32-bit floats, rows first.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tensor {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

impl SafeTensors {
    pub(super) fn open(file: &Path) -> Result<Self, ConvertError> {
        Self::parse(std::fs::read(file).map_err(|cause| ConvertError::read(file, cause))?)
    }

    pub(super) fn parse(bytes: Vec<u8>) -> Result<Self, ConvertError> {
        let damaged = |what: &str| ConvertError::Weights(format!("the safetensors file is damaged: {what}"));
        let length = bytes.first_chunk::<8>().map(|length| u64::from_le_bytes(*length));
        let length =
            length.and_then(|length| usize::try_from(length).ok()).filter(|length| *length <= MAX_HEADER_BYTES);
        let data_start = length.ok_or_else(|| damaged("no header"))? + 8;
        let header = bytes.get(8..data_start).ok_or_else(|| damaged("the header is cut short"))?;
        let mut header: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(header).map_err(|cause| damaged(&cause.to_string()))?;
        header.remove("__metadata__");
        let entries = header
            .into_iter()
            .map(|(name, entry)| Ok((name, serde_json::from_value(entry)?)))
            .collect::<Result<_, serde_json::Error>>()
            .map_err(|cause| damaged(&cause.to_string()))?;
        Ok(Self { bytes, data_start, entries })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The tensor of that name, converted to 32-bit floats.
    pub(super) fn tensor(&self, name: &str) -> Result<Tensor, ConvertError> {
        let entry = self.entries.get(name).ok_or_else(|| ConvertError::Weights(format!("there is no {name}")))?;
        let (bytes, decode) = match entry.dtype.as_str() {
            "F32" => (4, decode_f32 as fn(&[u8]) -> f32),
            "F16" => (2, decode_f16 as fn(&[u8]) -> f32),
            "BF16" => (2, decode_bf16 as fn(&[u8]) -> f32),
            other => return Err(ConvertError::Weights(format!("{name} holds {other}; f32, f16 and bf16 can be read"))),
        };
        let raw = self.raw(entry, bytes).ok_or_else(|| {
            ConvertError::Weights(format!("the safetensors file is damaged: {name} does not lie where the header says"))
        })?;
        Ok(Tensor { shape: entry.shape.clone(), values: raw.chunks_exact(bytes).map(decode).collect() })
    }

    /// The bytes of an entry, if its offsets lie in the file and agree with its shape.
    fn raw(&self, entry: &Entry, width_bytes: usize) -> Option<&[u8]> {
        let (start, end) = entry.data_offsets;
        let raw = self.bytes.get(self.data_start.checked_add(start)?..self.data_start.checked_add(end)?)?;
        let expected = entry.shape.iter().try_fold(width_bytes, |product, side| product.checked_mul(*side))?;
        (raw.len() == expected).then_some(raw)
    }
}

fn decode_f32(bytes: &[u8]) -> f32 {
    f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// A bfloat16 is the upper half of a float.
fn decode_bf16(bytes: &[u8]) -> f32 {
    f32::from_bits(u32::from(u16::from_le_bytes([bytes[0], bytes[1]])) << 16)
}

fn decode_f16(bytes: &[u8]) -> f32 {
    let half = u16::from_le_bytes([bytes[0], bytes[1]]);
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f32::from(half & 0x3ff) / 1024.0);
    match exponent {
        0 => sign * fraction * 2.0_f32.powi(-14),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction) * 2.0_f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let length = (header.len() as u64).to_le_bytes();
        [&length, header.as_bytes(), data].concat()
    }

    fn values(dtype: &str, data: &[u8]) -> Vec<f32> {
        let count = if dtype == "F32" { data.len() / 4 } else { data.len() / 2 };
        let header = format!(
            r#"{{"__metadata__":{{"format":"pt"}},"w":{{"dtype":"{dtype}","shape":[{count}],"data_offsets":[0,{}]}}}}"#,
            data.len()
        );
        SafeTensors::parse(file(&header, data)).unwrap().tensor("w").unwrap().values
    }

    #[test]
    fn the_three_formats_decode() {
        assert_eq!(values("F32", &[0, 0, 128, 63, 0, 0, 32, 192]), [1.0, -2.5]);
        assert_eq!(values("BF16", &[128, 63, 32, 192]), [1.0, -2.5]);
        assert_eq!(values("F16", &[0, 60, 0, 193, 1, 0, 0, 124]), [1.0, -2.5, 2.0_f32.powi(-24), f32::INFINITY]);
    }

    fn refusal(bytes: Vec<u8>) -> String {
        SafeTensors::parse(bytes).and_then(|tensors| tensors.tensor("w")).unwrap_err().to_string()
    }

    #[test]
    fn damaged_files_are_refused() {
        assert!(refusal(vec![]).contains("no header"));
        assert!(refusal(vec![255; 8]).contains("no header"));
        assert!(refusal(file("{}", &[])[..9].to_vec()).contains("cut short"));
        assert!(refusal(file("{", &[])).contains("damaged"));
        assert!(refusal(file("{}", &[])).contains("no w"));
    }

    #[test]
    fn offsets_are_not_believed() {
        let entry = |shape: &str, offsets: &str| {
            file(&format!(r#"{{"w":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#), &[0; 8])
        };
        assert!(SafeTensors::parse(entry("[2]", "[0,8]")).unwrap().tensor("w").is_ok());
        for bad in [entry("[2]", "[0,9]"), entry("[3]", "[0,8]"), entry("[2]", "[8,0]")] {
            assert!(refusal(bad).contains("does not lie"));
        }
        let huge = entry("[18446744073709551615,2]", "[0,8]");
        assert!(refusal(huge).contains("does not lie"));
        assert!(refusal(entry("[2]", "[0,18446744073709551615]")).contains("does not lie"));
        let unknown = file(r#"{"w":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, &[0; 8]);
        assert!(refusal(unknown).contains("I64"));
    }
}
