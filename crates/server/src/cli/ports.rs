use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

use crate::config::Config;

/// The five listeners of `parlance dev`, on ports in a row, and the addresses a browser on this machine uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevPorts {
    host: IpAddr,
    base: u16,
}

impl DevPorts {
    /// Listeners on `host` from port `base` on.
    pub fn new(host: IpAddr, base: u16) -> Self {
        Self { host, base }
    }

    /// Tenant app.
    pub fn tenant_app(&self) -> SocketAddr {
        self.at(0)
    }

    /// Admin portal.
    pub fn admin_portal(&self) -> SocketAddr {
        self.at(1)
    }

    /// Webhook gateway.
    pub fn webhooks(&self) -> SocketAddr {
        self.at(2)
    }

    /// Sandbox: Graph API and phone page.
    pub fn sandbox(&self) -> SocketAddr {
        self.at(3)
    }

    /// Page of the mail that would have been sent.
    pub fn mail(&self) -> SocketAddr {
        self.at(4)
    }

    /// All five with the names people know them by.
    pub fn all(&self) -> [(&'static str, SocketAddr); 5] {
        [
            ("tenant app", self.tenant_app()),
            ("admin portal", self.admin_portal()),
            ("webhooks", self.webhooks()),
            ("sandbox", self.sandbox()),
            ("mail", self.mail()),
        ]
    }

    /// Base URL of a listener; an address that means "every interface" is written as this machine's own.
    pub fn url(address: SocketAddr) -> Result<Url, url::ParseError> {
        let host = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        Url::parse(&format!("http://{}", SocketAddr::new(host, address.port())))
    }

    /// Puts the listeners and their URLs into the configuration.
    pub fn apply(&self, config: &mut Config) -> Result<(), url::ParseError> {
        config.http.tenant_app_addr = self.tenant_app();
        config.http.admin_portal_addr = self.admin_portal();
        config.http.webhooks_addr = self.webhooks();
        config.public_urls.tenant_app = Self::url(self.tenant_app())?;
        config.public_urls.admin_portal = Self::url(self.admin_portal())?;
        config.public_urls.webhooks = Self::url(self.webhooks())?;
        Ok(())
    }

    fn at(&self, step: u16) -> SocketAddr {
        SocketAddr::new(self.host, self.base.saturating_add(step))
    }
}
