//! Compound files, the container of old Office files and of Outlook messages, written so that any number can be changed.
//!
//! Sectors of 512 bytes, every stream in sectors of its own. Knows nothing of what the streams mean.

pub(super) const SECTOR: usize = 512;
const END: u32 = 0xffff_fffe;
const NONE: u32 = 0xffff_ffff;
const TABLE: u32 = 0xffff_fffd;
/// Shorter streams would have to be kept elsewhere.
const SHORTEST: usize = 4096;

/// A storage is a folder, a stream a file.
#[derive(Clone)]
pub(super) enum Node {
    Stream(&'static str, Vec<u8>),
    Storage(String, Vec<Node>),
}

impl Node {
    fn name(&self) -> &str {
        match self {
            Self::Stream(name, _) => name,
            Self::Storage(name, _) => name,
        }
    }
}

#[derive(Default)]
struct Layout {
    entries: Vec<Vec<u8>>,
    data: Vec<u8>,
    table: Vec<u32>,
}

/// A compound file that holds these. The table of sectors comes first, then the directory, then the streams.
pub(super) fn compound(nodes: &[Node]) -> Vec<u8> {
    let count = nodes.iter().map(count).sum::<usize>() + 1;
    let directory_sectors = (count * 128).div_ceil(SECTOR);
    let bytes: usize = nodes.iter().map(size).sum();
    let table_sectors = (0..).find(|n| (n + directory_sectors + bytes / SECTOR).div_ceil(128) <= *n).unwrap_or(1);
    let mut layout = Layout { table: vec![TABLE; table_sectors], ..Layout::default() };
    layout.chain(directory_sectors);
    layout.entries.push(Vec::new());
    let first = layout.list(nodes);
    layout.entries[0] = entry("Root Entry", 5, NONE, first, END, 0);
    while layout.entries.len() * 128 < directory_sectors * SECTOR {
        layout.entries.push(vec![0; 128]);
    }
    layout.table.resize(table_sectors * SECTOR / 4, NONE);
    let table: Vec<u8> = layout.table.iter().flat_map(|next| next.to_le_bytes()).collect();
    [head(table_sectors), table, layout.entries.concat(), layout.data].concat()
}

fn count(node: &Node) -> usize {
    match node {
        Node::Stream(..) => 1,
        Node::Storage(_, inside) => 1 + inside.iter().map(count).sum::<usize>(),
    }
}

fn size(node: &Node) -> usize {
    match node {
        Node::Stream(_, bytes) => bytes.len().max(SHORTEST).next_multiple_of(SECTOR),
        Node::Storage(_, inside) => inside.iter().map(size).sum(),
    }
}

fn head(table_sectors: usize) -> Vec<u8> {
    let mut head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    head.extend([0; 16]);
    [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0].iter().for_each(|n| head.extend(n.to_le_bytes()));
    let numbers = [0, table_sectors as u32, table_sectors as u32, 0, SHORTEST as u32, END, 0, END, 0];
    numbers.iter().for_each(|n| head.extend(n.to_le_bytes()));
    (0..109).for_each(|n| head.extend(if n < table_sectors { n as u32 } else { NONE }.to_le_bytes()));
    head
}

fn entry(name: &str, kind: u8, right: u32, child: u32, start: u32, size: usize) -> Vec<u8> {
    let wide: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    let mut entry = wide.clone();
    entry.resize(64, 0);
    entry.extend((wide.len() as u16).to_le_bytes());
    entry.extend([kind, 1]);
    [NONE, right, child].iter().for_each(|n| entry.extend(n.to_le_bytes()));
    entry.extend([0; 36]);
    entry.extend(start.to_le_bytes());
    entry.extend((size as u64).to_le_bytes());
    entry
}

impl Layout {
    /// So many sectors after one another; returns the first.
    fn chain(&mut self, sectors: usize) -> u32 {
        let first = self.table.len() as u32;
        (1..sectors as u32).for_each(|n| self.table.push(first + n));
        self.table.push(END);
        first
    }

    /// Siblings in the order of their names, each the right one of the one before; returns the first.
    fn list(&mut self, nodes: &[Node]) -> u32 {
        let mut nodes: Vec<&Node> = nodes.iter().collect();
        nodes.sort_by_key(|node| (node.name().len(), node.name().to_uppercase()));
        let mut right = NONE;
        for node in nodes.into_iter().rev() {
            let place = self.entries.len();
            self.entries.push(Vec::new());
            self.entries[place] = match node {
                Node::Stream(name, bytes) => {
                    let size = bytes.len().max(SHORTEST);
                    let start = self.chain(size.div_ceil(SECTOR));
                    self.data.extend(bytes);
                    self.data.resize(self.data.len() - bytes.len() + size.next_multiple_of(SECTOR), 0);
                    entry(name, 2, right, NONE, start, size)
                }
                Node::Storage(name, inside) => {
                    let child = self.list(inside);
                    entry(name, 1, right, child, 0, 0)
                }
            };
            right = place as u32;
        }
        right
    }
}

/// Change a number of a file.
pub(super) fn patched(mut bytes: Vec<u8>, at: usize, number: u32) -> Vec<u8> {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    bytes
}
