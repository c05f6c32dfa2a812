//! Opens listeners: TCP addresses, Unix sockets, and sockets that systemd passes.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use listenfd::ListenFd;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use socket2::{Domain, Socket, Type};

use crate::error::Error;

/// The number of connections that the kernel completes before they are accepted. The kernel's own limit may be lower.
const BACKLOG: i32 = 4096;

/// An address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An address and a port. An IPv6 address accepts only IPv6, so that `0.0.0.0` and `[::]` can be used together.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

/// A listening socket.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A listener with its address.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) listener: Listener,
    pub(super) at: Listen,
    /// The file that is removed on shutdown.
    file: Option<SocketFile>,
}

/// The file of a Unix socket that this process made, identified by device and inode.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    is: Option<(u64, u64)>,
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix("unix:").filter(|path| !path.is_empty());
        if let Some(path) = path {
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        text.parse().map(Self::Tcp).map_err(|_| {
            "an IP address and a port such as 127.0.0.1:8080 (this machine only), 0.0.0.0:8080 or \
             [::]:8080 (its network too), or a socket such as unix:/run/convene/convene.sock"
                .to_owned()
        })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl Listener {
    /// Returns a second handle of the same socket.
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        match self {
            Self::Tcp(listener) => listener.try_clone().map(Self::Tcp),
            Self::Unix(listener) => listener.try_clone().map(Self::Unix),
        }
    }
}

impl Bound {
    /// Listens on an address; port 0 selects a free port. The kernel keeps at most `unsent` bytes for a connection.
    pub(super) fn bind(at: &Listen, unsent: usize) -> Result<Self, Error> {
        let refuse = |source| {
            let is_unix = matches!(at, Listen::Unix(_));
            Error::Listen { address: at.to_string(), is_unix, source }
        };
        match at {
            Listen::Tcp(address) => {
                tcp(*address).and_then(|listener| Self::of_tcp(listener, unsent)).map_err(refuse)
            }
            Listen::Unix(path) => {
                let listener = unix(path).map_err(refuse)?;
                let file = SocketFile { path: path.clone(), is: number(path) };
                let listener = Listener::Unix(listener);
                Ok(Self { listener, at: at.clone(), file: Some(file) })
            }
        }
    }

    /// Takes the listening sockets that systemd passes; `unsent` as for [`Self::bind`].
    pub(super) fn handed_over(mut sockets: ListenFd, unsent: usize) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for index in 0..sockets.len() {
            let take = |sockets: &mut ListenFd| {
                if let Ok(Some(listener)) = sockets.take_tcp_listener(index) {
                    listener.set_nonblocking(true)?;
                    return Self::of_tcp(listener, unsent).map(Some);
                }
                let Some(listener) = sockets.take_unix_listener(index)? else { return Ok(None) };
                listener.set_nonblocking(true)?;
                let address = listener.local_addr()?;
                let path = address.as_pathname().unwrap_or_else(|| Path::new("unnamed"));
                let at = Listen::Unix(path.to_owned());
                // The file belongs to the program that passed the socket.
                Ok(Some(Self { listener: Listener::Unix(listener), at, file: None }))
            };
            let name = || format!("passed socket {index}");
            let taken = take(&mut sockets).map_err(|source| Error::Listen {
                address: name(),
                is_unix: false,
                source,
            })?;
            all.extend(taken);
        }
        Ok(all)
    }

    /// Closes this handle. The socket's file stays until the returned value is dropped.
    pub(super) fn into_file(self) -> Option<SocketFile> {
        self.file
    }

    fn of_tcp(listener: TcpListener, unsent: usize) -> io::Result<Self> {
        // Connections inherit both options, which saves two system calls each. Without the first option, the kernel
        // keeps more for slow clients; without the second, the last packet is late.
        #[cfg(target_os = "linux")]
        {
            let socket = SockRef::from(&listener);
            let _ = socket.set_tcp_notsent_lowat(u32::try_from(unsent).unwrap_or(u32::MAX));
            let _ = socket.set_tcp_nodelay(true);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = unsent;
        let at = Listen::Tcp(listener.local_addr()?);
        Ok(Self { listener: Listener::Tcp(listener), at, file: None })
    }
}

fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Without this option, a restart would wait for the last connections of the previous process.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Replaces the socket of a process that has ended. A socket in use, or any other file, is an error.
fn unix(path: &Path) -> io::Result<UnixListener> {
    let bound = match UnixListener::bind(path) {
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_left_behind(path) => {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        bound => bound,
    }?;
    bound.set_nonblocking(true)?;
    Ok(bound)
}

fn is_left_behind(path: &Path) -> bool {
    let is_socket = std::fs::metadata(path).is_ok_and(|found| found.file_type().is_socket());
    let refused = |error: io::Error| error.kind() == ErrorKind::ConnectionRefused;
    is_socket && UnixStream::connect(path).is_err_and(refused)
}

fn number(path: &Path) -> Option<(u64, u64)> {
    std::fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // The next process may already have made its own socket.
        if self.is.is_some() && number(&self.path) == self.is {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_they_are_read() {
        for text in ["127.0.0.1:80", "[::1]:8080", "unix:/run/convene.sock", "unix:x"] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
        for wrong in ["", "unix:", "8080", "localhost:80", "::1:80", "/run/convene.sock"] {
            assert!(wrong.parse::<Listen>().is_err(), "{wrong}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn connections_have_no_delay_from_their_listener() {
        let bound = Bound::bind(&"127.0.0.1:0".parse().unwrap(), 1 << 18).unwrap();
        let (Listener::Tcp(listener), Listen::Tcp(address)) = (&bound.listener, &bound.at) else {
            panic!("{bound:?}");
        };
        let _reader = std::net::TcpStream::connect(address).unwrap();
        listener.set_nonblocking(false).unwrap();
        assert!(listener.accept().unwrap().0.nodelay().unwrap());
    }
}
