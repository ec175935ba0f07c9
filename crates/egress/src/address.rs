//! Which addresses belong to the outside world (IANA special-purpose registries, cloud metadata services).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far away an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Routable on the internet.
    Public,
    /// This machine or its private network; a host rule may open it.
    Inside,
    /// Link-local, metadata, multicast, reserved: only a range rule may open it.
    Never,
}

/// The address that a connection really goes to: `::ffff:a.b.c.d` is `a.b.c.d`.
pub(crate) fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Sorts an address.
pub(crate) fn reach(address: IpAddr) -> Reach {
    match canonical(address) {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

/// True when the first `prefix` bits of both addresses are the same; families never match each other.
pub(crate) fn within(address: IpAddr, network: IpAddr, prefix: u8) -> bool {
    match (canonical(address), network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => v4_in(a, n, prefix),
        (IpAddr::V6(a), IpAddr::V6(n)) => v6_in(a, n, prefix),
        _ => false,
    }
}

fn v4_in(address: Ipv4Addr, network: Ipv4Addr, prefix: u8) -> bool {
    let shift = 32_u32.saturating_sub(u32::from(prefix));
    address.to_bits().checked_shr(shift) == network.to_bits().checked_shr(shift)
}

fn v6_in(address: Ipv6Addr, network: Ipv6Addr, prefix: u8) -> bool {
    let shift = 128_u32.saturating_sub(u32::from(prefix));
    address.to_bits().checked_shr(shift) == network.to_bits().checked_shr(shift)
}

const INSIDE_V4: [(Ipv4Addr, u8); 5] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

const NEVER_V4: [(Ipv4Addr, u8); 12] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    // Metadata service of one cloud that lies inside the carrier range.
    (Ipv4Addr::new(100, 100, 100, 200), 32),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn reach_v4(address: Ipv4Addr) -> Reach {
    let listed = |list: &[(Ipv4Addr, u8)]| {
        list.iter()
            .any(|(network, prefix)| v4_in(address, *network, *prefix))
    };
    if listed(&NEVER_V4) {
        Reach::Never
    } else if listed(&INSIDE_V4) {
        Reach::Inside
    } else {
        Reach::Public
    }
}

/// Parts of 2000::/3 that are not hosts on the internet: protocol assignments with Teredo and ORCHID, documentation.
const NEVER_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

const NAT64: (Ipv6Addr, u8) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
const SIX_TO_FOUR: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);
const GLOBAL: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const UNIQUE_LOCAL: (Ipv6Addr, u8) = (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7);
/// Metadata service of one cloud, inside the unique-local range.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

fn reach_v6(address: Ipv6Addr) -> Reach {
    let is_in = |(network, prefix): (Ipv6Addr, u8)| v6_in(address, network, prefix);
    if is_in(NAT64) {
        return embedded(address.to_bits());
    }
    if is_in(SIX_TO_FOUR) {
        return embedded(address.to_bits() >> 80);
    }
    if address == METADATA_V6 {
        return Reach::Never;
    }
    if address == Ipv6Addr::LOCALHOST || is_in(UNIQUE_LOCAL) {
        return Reach::Inside;
    }
    if !is_in(GLOBAL) || NEVER_V6.iter().any(|range| is_in(*range)) {
        Reach::Never
    } else {
        Reach::Public
    }
}

/// Translators reach an IPv4 host whose address is part of the IPv6 one; no rule may open an inner one that way.
fn embedded(bits: u128) -> Reach {
    let low = u32::try_from(bits & u128::from(u32::MAX)).unwrap_or_default();
    match reach_v4(Ipv4Addr::from_bits(low)) {
        Reach::Public => Reach::Public,
        Reach::Inside | Reach::Never => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Reach {
        reach(text.parse().unwrap())
    }

    #[test]
    fn every_special_range_is_sorted() {
        let inside =
            "10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.9 172.16.0.1 172.31.255.255 192.168.1.1
            ::1 fc00::1 fdff::1 ::ffff:127.0.0.1 ::ffff:192.168.0.1";
        let never = "0.0.0.0 0.1.2.3 169.254.169.254 169.254.0.1 100.100.100.200 168.63.129.16 192.0.0.192 192.0.2.1
            192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
            :: fe80::1 fec0::1 ff02::1 fd00:ec2::254 2001:db8::1 3fff::1 2001::1 100::1 5f00::1 64:ff9b:1::1
            ::127.0.0.1 ::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b::169.254.169.254 64:ff9b::10.1.2.3
            2002:7f00:1:: 2002:a9fe:a9fe::1 2002:c0a8:101:: ::ffff:169.254.169.254 ::ffff:0.0.0.0";
        let public = "8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 169.253.1.1 223.255.255.255
            2a03:2880:f101::1 2606:4700::1 64:ff9b::8.8.8.8 2002:808:808::1 ::ffff:8.8.8.8";
        for (list, expected) in [
            (inside, Reach::Inside),
            (never, Reach::Never),
            (public, Reach::Public),
        ] {
            for text in list.split_whitespace() {
                assert_eq!(of(text), expected, "{text}");
            }
        }
    }

    #[test]
    fn ranges_match_by_prefix() {
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(within(at("10.1.2.3"), at("10.0.0.0"), 8));
        assert!(!within(at("11.1.2.3"), at("10.0.0.0"), 8));
        assert!(within(at("8.8.8.8"), at("0.0.0.0"), 0));
        assert!(within(at("::ffff:10.0.0.1"), at("10.0.0.1"), 32));
        assert!(within(at("fd00::5"), at("fd00::"), 8));
        assert!(!within(at("::1"), at("127.0.0.1"), 0));
    }
}
