//! Sends notifications to the service manager, each as one datagram; see sd_notify(3).

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// A notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The server responds to requests from now on.
    Ready,
    /// The server accepts no new connections.
    Stopping,
}

/// Sends a notification to a socket, which is the value of NOTIFY_SOCKET: a path, or an abstract name after `@`.
/// Without a socket it does nothing.
pub fn notify(socket: Option<&OsStr>, state: State) {
    let Some(name) = socket.filter(|name| !name.is_empty()) else { return };
    let word = match state {
        State::Ready => "READY=1",
        State::Stopping => "STOPPING=1",
    };
    if let Err(error) = send(name, word.as_bytes()) {
        tracing::warn!("cannot send `{word}` to {}: {error}", name.display());
    }
}

fn send(name: &OsStr, word: &[u8]) -> io::Result<()> {
    let address = match name.as_bytes() {
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => {
            use std::os::linux::net::SocketAddrExt as _;
            SocketAddr::from_abstract_name(name)?
        }
        _ => SocketAddr::from_pathname(name)?,
    };
    let socket = UnixDatagram::unbound()?;
    // The call does not wait for a manager that does not read.
    socket.set_nonblocking(true)?;
    socket.send_to_addr(word, &address).map(|_| ())
}
