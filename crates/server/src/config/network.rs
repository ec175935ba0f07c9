use std::net::IpAddr;
use std::str::FromStr;

/// An exception from the egress guard: a host name, one address, or a range in CIDR form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// A host name, lower case; it may then resolve to a private address.
    Host(String),
    /// Network address and prefix length in bits.
    Net(IpAddr, u8),
}

impl FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        if let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let length = prefix.map_or(Ok(most), str::parse).map_err(|_| bad(text))?;
            return if length <= most {
                Ok(Self::Net(address, length))
            } else {
                Err(bad(text))
            };
        }
        let host = prefix.is_none()
            && !text.is_empty()
            && text.len() <= 253
            && text.split('.').all(|label| {
                !label.is_empty()
                    && label
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            });
        if host {
            Ok(Self::Host(text.to_ascii_lowercase()))
        } else {
            Err(bad(text))
        }
    }
}

fn bad(text: &str) -> String {
    format!("`{text}` is neither a host name, an address nor a CIDR range such as 10.0.0.0/8")
}
