//! The listeners of a data plane, bound before anything serves, so that a wrong address stops the start.

use crate::address::{Address, Listener};
use crate::config::{Config, ConfigError};

/// Where it listens: a port 0 of the configuration has become a number.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// For Envoy.
    pub ext_proc: Address,
    /// For metrics and health.
    pub http: Option<Address>,
    /// For `naka.v1.Detection`.
    pub detection: Option<Address>,
}

impl Addresses {
    /// Removes the socket files.
    pub(crate) fn remove_sockets(&self) {
        let all = [Some(&self.ext_proc), self.http.as_ref(), self.detection.as_ref()];
        for address in all.into_iter().flatten() {
            if let Address::Unix(path) = address {
                let _ = std::fs::remove_file(path); // another process may have been faster
            }
        }
    }
}

/// Listeners, and where they ended up.
pub(crate) struct Bound {
    pub(crate) ext_proc: Listener,
    pub(crate) http: Option<Listener>,
    pub(crate) detection: Option<Listener>,
    pub(crate) addresses: Addresses,
}

impl Bound {
    pub(crate) async fn bind(config: &Config) -> Result<Self, ConfigError> {
        let mode = config.socket_mode;
        let bind = async |setting: &'static str, address: &Address| {
            let listener = address.bind(mode).await.map_err(|error| ConfigError::Listen {
                setting,
                address: address.to_string(),
                why: error.to_string(),
            })?;
            let bound = listener.address(address);
            Ok::<_, ConfigError>((listener, bound))
        };
        let (ext_proc, ext_proc_address) = bind("ext_proc", &config.ext_proc).await?;
        let http = match &config.http {
            Some(address) => Some(bind("http", address).await?),
            None => None,
        };
        let detection = match &config.detection {
            Some(address) => Some(bind("detection", address).await?),
            None => None,
        };
        let addresses = Addresses {
            ext_proc: ext_proc_address,
            http: http.as_ref().map(|(_, address)| address.clone()),
            detection: detection.as_ref().map(|(_, address)| address.clone()),
        };
        Ok(Self {
            ext_proc,
            http: http.map(|(l, _)| l),
            detection: detection.map(|(l, _)| l),
            addresses,
        })
    }
}
