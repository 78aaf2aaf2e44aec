//! Where a listener listens: `unix:/run/naka/ext_proc.sock` or `127.0.0.1:18081`.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener, UnixStream};

/// An address from the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// Path of a UNIX socket.
    Unix(PathBuf),
    /// IP address and port; port 0 lets the system choose.
    Tcp(SocketAddr),
}

impl std::str::FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("unix:") {
            Some(path) if path.starts_with('/') => Ok(Self::Unix(PathBuf::from(path))),
            Some(_) => Err(format!("{text:?} needs an absolute path after unix:")),
            None => text
                .parse()
                .map(Self::Tcp)
                .map_err(|_| format!("{text:?} is neither unix:/PATH nor IP:PORT, such as 127.0.0.1:18081")),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => write!(f, "{address}"),
        }
    }
}

/// A bound socket.
#[derive(Debug)]
pub(crate) enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Address {
    /// Binds. A socket file that nobody listens on is left from a crash and is replaced; a live one is an error, as is
    /// any other file in its place. `mode` is the permission of a socket file.
    pub(crate) async fn bind(&self, mode: u32) -> io::Result<Listener> {
        match self {
            Self::Tcp(address) => TcpListener::bind(address).await.map(Listener::Tcp),
            Self::Unix(path) => {
                remove_dead(path).await?;
                let listener = UnixListener::bind(path)?;
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
                Ok(Listener::Unix(listener))
            }
        }
    }
}

impl Listener {
    /// The address as bound: a port 0 has become a number.
    pub(crate) fn address(&self, asked: &Address) -> Address {
        match self {
            Self::Tcp(listener) => listener.local_addr().map_or_else(|_| asked.clone(), Address::Tcp),
            Self::Unix(_) => asked.clone(),
        }
    }
}

async fn remove_dead(path: &Path) -> io::Result<()> {
    let Ok(found) = std::fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !found.file_type().is_socket() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "a file that is no socket is in its place",
        ));
    }
    if UnixStream::connect(path).await.is_ok() {
        return Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "another process listens there",
        ));
    }
    std::fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_unix_path_or_ip_and_port() {
        for text in ["unix:/run/naka.sock", "127.0.0.1:0", "[::1]:80"] {
            assert_eq!(
                text.parse::<Address>().map(|address| address.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in ["", "unix:run/naka.sock", "localhost:1", "/run/x", "127.0.0.1"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_dead_socket_is_replaced_and_a_live_one_is_not() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("naka-address-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let address = Address::Unix(folder.join("a.sock"));
        let first = address.bind(0o600).await?;
        assert_eq!(
            address.bind(0o600).await.map_err(|error| error.kind()).err(),
            Some(io::ErrorKind::AddrInUse)
        );
        drop(first);
        let second = address.bind(0o600).await?;
        let mode = std::fs::metadata(folder.join("a.sock"))?.permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(second);
        std::fs::remove_file(folder.join("a.sock"))?;
        std::fs::write(folder.join("a.sock"), "a file")?;
        assert_eq!(
            address.bind(0o600).await.map_err(|error| error.kind()).err(),
            Some(io::ErrorKind::AlreadyExists)
        );
        std::fs::remove_dir_all(folder)
    }
}
