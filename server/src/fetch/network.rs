//! Networks: blocks of addresses, and which addresses are anybody's on the internet.
//!
//! The tables follow IANA's registries of special-purpose addresses, and leave out a few more that are public on paper
//! and inside in practice. Knows no names and no URLs.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Addresses that share their first bits, as `10.0.0.0/8` or `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    first: IpAddr,
    bits: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a network: write one as 10.1.0.0/16, fd00:1::/32, or a single address")]
pub struct NotANetwork(String);

/// Special in the old protocol: none of these is a host on the internet.
const SPECIAL_V4: &[Cidr] = &[
    v4(0, 0, 0, 0, 8),        // this network
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // shared by carriers
    v4(127, 0, 0, 0, 8),      // loopback
    v4(168, 63, 129, 16, 32), // a cloud's platform service, reachable from its machines only
    v4(169, 254, 0, 0, 16),   // link-local, and the metadata of most clouds
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 31, 196, 0, 24),  // answers for nobody's names
    v4(192, 52, 193, 0, 24),  // multicast relays
    v4(192, 88, 99, 0, 24),   // relays of 6to4
    v4(192, 168, 0, 0, 16),   // private
    v4(192, 175, 48, 0, 24),  // answers for nobody's names
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, and broadcast
];

/// The only block of the new protocol that holds hosts of the internet. Everything else is special by not being in it:
/// loopback, mapped and translated addresses (64:ff9b::/96, which would lead anywhere inside), local ones, multicast.
const GLOBAL_V6: Cidr = v6(0x2000, 0, 0, 3);
const SPECIAL_V6: &[Cidr] = &[
    v6(0x2001, 0, 0, 23),         // protocol assignments: Teredo, benchmarks, ORCHID
    v6(0x2001, 0xdb8, 0, 32),     // documentation
    v6(0x2002, 0, 0, 16),         // 6to4, which holds any address of the old protocol
    v6(0x2620, 0x4f, 0x8000, 48), // answers for nobody's names
    v6(0x3fff, 0, 0, 20),         // documentation
];

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Cidr {
    Cidr { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
}

const fn v6(a: u16, b: u16, c: u16, bits: u8) -> Cidr {
    Cidr { first: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), bits }
}

/// Whether the address may belong to anybody on the internet, so that asking it tells nothing of the inside.
pub fn is_public(address: IpAddr) -> bool {
    let special = match address {
        IpAddr::V4(_) => SPECIAL_V4,
        IpAddr::V6(_) if GLOBAL_V6.contains(address) => SPECIAL_V6,
        IpAddr::V6(_) => return false,
    };
    !special.iter().any(|network| network.contains(address))
}

impl Cidr {
    /// A mapped address (`::ffff:10.0.0.1`) is in no network of the old protocol: it was spelled to look like another.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let differing = first.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let differing = first.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// Bits set behind the prefix mean that one address was meant and a network would be opened.
    fn is_exact(&self) -> bool {
        match self.first {
            IpAddr::V4(first) => first.to_bits().trailing_zeros() + u32::from(self.bits) >= 32,
            IpAddr::V6(first) => first.to_bits().trailing_zeros() + u32::from(self.bits) >= 128,
        }
    }
}

impl FromStr for Cidr {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let (first, bits) = text.split_once('/').map_or((text, None), |(first, bits)| (first, Some(bits)));
        let first: IpAddr = first.parse().map_err(|_| wrong())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        let network = Self { first, bits };
        if bits <= most && network.is_exact() { Ok(network) } else { Err(wrong()) }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_exactly() {
        let check = |text: &str, expected: Option<&str>| {
            let read = text.parse::<Cidr>().ok().map(|network| network.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        };
        check("10.0.0.0/8", Some("10.0.0.0/8"));
        check("127.0.0.1", Some("127.0.0.1/32"));
        check("0.0.0.0/0", Some("0.0.0.0/0"));
        check("fd00:1::/32", Some("fd00:1::/32"));
        check("::1", Some("::1/128"));
        check("::/0", Some("::/0"));
        check("10.0.0.1/8", None);
        check("fd00::1/8", None);
        check("10.0.0.0/33", None);
        check("fd00::/129", None);
        check("10.0.0.0/", None);
        check("10.0.0.0/-1", None);
        check("10.0.0/8", None);
        check("010.0.0.0/8", None);
        check("example.org", None);
        check("", None);
    }

    #[test]
    fn a_network_holds_what_shares_its_prefix() {
        let check = |network: &str, address: &str, expected: bool| {
            let (network, address): (Cidr, IpAddr) = (network.parse().unwrap(), address.parse().unwrap());
            assert_eq!(network.contains(address), expected, "{network} {address}");
        };
        check("172.16.0.0/12", "172.31.255.255", true);
        check("172.16.0.0/12", "172.32.0.0", false);
        check("0.0.0.0/0", "255.255.255.255", true);
        check("0.0.0.0/0", "::1", false);
        check("127.0.0.1", "127.0.0.1", true);
        check("127.0.0.1", "127.0.0.2", false);
        check("127.0.0.0/8", "::ffff:127.0.0.1", false);
        check("::/0", "ff02::1", true);
        check("fd00::/8", "fdff::1", true);
        check("fd00::/8", "fe80::1", false);
    }

    /// The first and the last address of a block, with the neighbours that are public.
    #[test]
    fn the_edges_of_every_special_block_are_kept() {
        let check = |address: &str, expected: bool| {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        };
        for (inside, outside) in [
            (["0.0.0.0", "0.255.255.255"], &["1.0.0.0"][..]),
            (["10.0.0.0", "10.255.255.255"], &["9.255.255.255", "11.0.0.0"]),
            (["100.64.0.0", "100.127.255.255"], &["100.63.255.255", "100.128.0.0"]),
            (["127.0.0.0", "127.255.255.255"], &["126.255.255.255", "128.0.0.0"]),
            (["168.63.129.16", "168.63.129.16"], &["168.63.129.15", "168.63.129.17"]),
            (["169.254.0.0", "169.254.255.255"], &["169.253.255.255", "169.255.0.0"]),
            (["172.16.0.0", "172.31.255.255"], &["172.15.255.255", "172.32.0.0"]),
            (["192.0.0.0", "192.0.0.255"], &["191.255.255.255", "192.0.1.0"]),
            (["192.0.2.0", "192.0.2.255"], &["192.0.3.0"]),
            (["192.88.99.0", "192.88.99.255"], &["192.88.98.255", "192.88.100.0"]),
            (["192.168.0.0", "192.168.255.255"], &["192.167.255.255", "192.169.0.0"]),
            (["198.18.0.0", "198.19.255.255"], &["198.17.255.255", "198.20.0.0"]),
            (["198.51.100.0", "198.51.100.255"], &["198.51.99.255", "198.51.101.0"]),
            (["203.0.113.0", "203.0.113.255"], &["203.0.112.255", "203.0.114.0"]),
            (["224.0.0.0", "255.255.255.255"], &["223.255.255.255"]),
            (["::", "::1"], &["2606:4700::1"]),
            (["::ffff:8.8.8.8", "::8.8.8.8"], &["2a00::"]),
            (["64:ff9b::808:808", "64:ff9b:1::808:808"], &[]),
            (["100::", "1fff:ffff::"], &["2000::"]),
            (["2001::", "2001:1ff:ffff::"], &["2001:200::"]),
            (["2001:db8::", "2001:db8:ffff:ffff::"], &["2001:db7::", "2001:db9::"]),
            (["2002::", "2002:ffff::"], &["2003::"]),
            (["3fff::", "3fff:fff:ffff::"], &["3fff:1000::"]),
            (["4000::", "5f00::1"], &[]),
            (["fc00::", "fdff::"], &[]),
            (["fe80::1", "fec0::1"], &[]),
            (["ff00::", "ff02::1"], &[]),
        ] {
            inside.iter().for_each(|address| check(address, false));
            outside.iter().for_each(|address| check(address, true));
        }
    }
}
