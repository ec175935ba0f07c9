//! What may be called although it is not on the internet.

use std::{fmt, net::IpAddr, net::SocketAddr, str::FromStr};

use url::{Host, Url};

use crate::address::{self, Reach};

/// An exception from the guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowRule {
    /// Any address in this range, even link-local or reserved ones.
    Net {
        /// Network address.
        address: IpAddr,
        /// Prefix length in bits.
        prefix: u8,
    },
    /// This host name or IP literal may lie on this machine or in its private network.
    Host {
        /// Lower case, without brackets.
        host: String,
        /// Only this port, or any.
        port: Option<u16>,
    },
}

/// Why a text is not an allow rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a range (10.0.0.0/8), an address, a host name nor host:port")]
pub struct PolicyError(String);

impl FromStr for AllowRule {
    type Err = PolicyError;

    /// Reads `10.0.0.0/8`, `10.1.2.3`, `::1`, `127.0.0.1:7423`, `[::1]:7423`, `localhost`, `localhost:7423`.
    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let fault = || PolicyError(text.to_owned());
        let (head, prefix) = match text.split_once('/') {
            Some((head, prefix)) => (head, Some(prefix.parse::<u8>().map_err(|_| fault())?)),
            None => (text, None),
        };
        if let Ok(address) = head
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
        {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let prefix = prefix.unwrap_or(most);
            return if prefix <= most {
                Ok(Self::Net { address, prefix })
            } else {
                Err(fault())
            };
        }
        if prefix.is_some() {
            return Err(fault());
        }
        if let Ok(socket) = text.parse::<SocketAddr>() {
            return Ok(Self::Host {
                host: socket.ip().to_string(),
                port: Some(socket.port()),
            });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| fault())?)),
            None => (text, None),
        };
        let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let good = host.len() <= 253
            && host
                .split('.')
                .all(|label| !label.is_empty() && label.chars().all(named));
        if good {
            Ok(Self::Host {
                host: host.to_ascii_lowercase(),
                port,
            })
        } else {
            Err(fault())
        }
    }
}

impl fmt::Display for AllowRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net { address, prefix } => write!(f, "{address}/{prefix}"),
            Self::Host {
                host,
                port: Some(port),
            } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Host {
                host,
                port: Some(port),
            } => write!(f, "{host}:{port}"),
            Self::Host { host, port: None } => f.write_str(host),
        }
    }
}

/// The guard's exceptions; the default has none, so only the internet can be called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The exceptions, in no particular order.
    pub allow: Vec<AllowRule>,
}

/// How the host of one hop is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hop {
    /// Internet addresses and allowed ranges only.
    Guarded,
    /// A host rule also opens this machine and its private network.
    Opened,
}

impl Policy {
    /// True when some rule names a host.
    pub(crate) fn has_host_rules(&self) -> bool {
        self.allow
            .iter()
            .any(|rule| matches!(rule, AllowRule::Host { .. }))
    }

    /// True when a connection to this address may be made.
    pub(crate) fn admits(&self, address: IpAddr, hop: Hop) -> bool {
        let ranged = self.allow.iter().any(|rule| match rule {
            AllowRule::Net {
                address: network,
                prefix,
            } => address::within(address, *network, *prefix),
            AllowRule::Host { .. } => false,
        });
        ranged
            || match address::reach(address) {
                Reach::Public => true,
                Reach::Inside => hop == Hop::Opened,
                Reach::Never => false,
            }
    }

    /// Judges a URL before it is called; IP literals are decided here because no resolver sees them.
    pub(crate) fn judge(&self, url: &Url) -> Result<Hop, &'static str> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err("only http and https addresses can be called");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("addresses with a user name or password in them can't be called");
        }
        let host = url.host().ok_or("the address names no host")?;
        let (name, literal) = match host {
            Host::Domain(name) => (name.trim_end_matches('.').to_ascii_lowercase(), None),
            Host::Ipv4(v4) => (v4.to_string(), Some(IpAddr::V4(v4))),
            Host::Ipv6(v6) => (v6.to_string(), Some(IpAddr::V6(v6))),
        };
        let hop = if self.names(&name, url.port_or_known_default()) {
            Hop::Opened
        } else {
            Hop::Guarded
        };
        match literal {
            Some(address) if !self.admits(address, hop) => Err(INSIDE),
            _ => Ok(hop),
        }
    }

    fn names(&self, name: &str, port: Option<u16>) -> bool {
        self.allow.iter().any(|rule| match rule {
            AllowRule::Host { host, port: wanted } => host == name && (wanted.is_none() || *wanted == port),
            AllowRule::Net { .. } => false,
        })
    }
}

/// The guard's refusal, with its cure.
pub(crate) const INSIDE: &str = "its address is private, local or reserved; if that is meant, add it to the egress allow-list of this installation";

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(rules: &[&str]) -> Policy {
        Policy {
            allow: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        }
    }

    fn judged(rules: &[&str], url: &str) -> bool {
        policy(rules).judge(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn literals_of_every_spelling_are_refused() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://169.254.169.254/latest/meta-data",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://0/",
            "http://10.0.0.1:8080/",
            "http://user:pw@8.8.8.8/",
            "ftp://8.8.8.8/",
            "file:///etc/passwd",
        ] {
            assert!(!judged(&[], url), "{url}");
        }
        assert!(judged(&[], "https://8.8.8.8/"));
        assert!(judged(&[], "https://graph.facebook.com/v26.0/1"));
    }

    #[test]
    fn host_rules_open_one_port_and_never_metadata() {
        let rules = [
            "127.0.0.1:7423",
            "[::1]:7423",
            "localhost:7423",
            "169.254.169.254:80",
        ];
        assert!(judged(&rules, "http://127.0.0.1:7423/x"));
        assert!(judged(&rules, "http://[::1]:7423/x"));
        assert!(!judged(&rules, "http://127.0.0.1:5432/"));
        assert!(!judged(&rules, "http://169.254.169.254/"));
        let localhost = |url: &str| policy(&rules).judge(&Url::parse(url).unwrap());
        assert_eq!(localhost("http://localhost:7423/"), Ok(Hop::Opened));
        assert_eq!(localhost("http://LOCALHOST.:7423/"), Ok(Hop::Opened));
        assert_eq!(localhost("http://localhost:22/"), Ok(Hop::Guarded));
        assert!(judged(&["169.254.169.254/32"], "http://169.254.169.254/"));
    }

    #[test]
    fn rules_are_read_and_written() {
        for text in [
            "10.0.0.0/8",
            "127.0.0.1:80",
            "[::1]:80",
            "localhost:7423",
            "a-b.example",
            "fd00::/8",
        ] {
            assert_eq!(text.parse::<AllowRule>().unwrap().to_string(), text);
        }
        assert_eq!(
            "10.1.2.3".parse::<AllowRule>().unwrap().to_string(),
            "10.1.2.3/32"
        );
        for text in ["", "10.0.0.0/33", "a b", "host:99999", "host/8", "a..b", ":80"] {
            assert!(text.parse::<AllowRule>().is_err(), "{text}");
        }
    }
}
