//! LZFu: the compression that Outlook keeps RTF in.
//!
//! References into a ring of 4,096 bytes that begins with words common in RTF. What it claims of sizes is not believed:
//! the output ends with the input, or at a limit. Knows nothing of RTF.

const RING: usize = 4096;
/// The words that the ring begins with.
const COMMON: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
    \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\
    \\b\\i\\u\\tab\\tx";
/// Seventeen bytes may come of two.
const MOST_BYTES: usize = 50_000_000;

/// `None` if it is not this format.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (head, body) = packed.split_at_checked(16)?;
    match &head[8..12] {
        b"LZFu" => Some(unpack_body(body)),
        b"MELA" => Some(body.to_vec()),
        _ => None,
    }
}

fn unpack_body(body: &[u8]) -> Vec<u8> {
    let mut ring = [b' '; RING];
    ring[..COMMON.len()].copy_from_slice(COMMON);
    let mut at = COMMON.len();
    let mut out = Vec::with_capacity(body.len() * 3);
    let mut put = |byte: u8, ring: &mut [u8; RING], at: &mut usize| {
        ring[*at] = byte;
        *at = (*at + 1) % RING;
        out.push(byte);
        out.len() < MOST_BYTES
    };
    let mut bytes = body.iter().copied();
    'all: while let Some(flags) = bytes.next() {
        for bit in 0..8 {
            let Some(first) = bytes.next() else { break 'all };
            if flags >> bit & 1 == 0 {
                if !put(first, &mut ring, &mut at) {
                    break 'all;
                }
                continue;
            }
            let Some(second) = bytes.next() else { break 'all };
            let reference = usize::from(first) << 8 | usize::from(second);
            let (from, length) = (reference >> 4, (reference & 15) + 2);
            if from == at {
                break 'all;
            }
            for n in 0..length {
                let byte = ring[(from + n) % RING];
                if !put(byte, &mut ring, &mut at) {
                    break 'all;
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &[u8], expected: &[u8]) {
        let packed = [&[0; 8][..], b"LZFu", &[0; 4], body].concat();
        assert_eq!(unpack(&packed).unwrap(), expected);
    }

    #[test]
    fn references_and_letters_are_read() {
        assert_eq!(COMMON.len(), 207);
        check(
            b"\x03\x00\x0a\x00rcpg125B2\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0",
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
        );
        assert_eq!(unpack(&[&[0; 8][..], b"MELA", &[0; 4], b"raw"].concat()).unwrap(), b"raw");
        assert_eq!(unpack(b"short"), None);
    }

    #[test]
    fn the_output_is_bounded() {
        let packed = [&[0; 8][..], b"LZFu", &[0; 4], &[0xff; 10_000_000]].concat();
        assert!(unpack(&packed).unwrap().len() <= MOST_BYTES);
    }
}
