//! The bytes in the queues of the system, which are written to the sockets of clients but not acknowledged yet.
//!
//! The system buffers some hundred KiB of a slow client's response at once, and then accepts nothing for a long time,
//! so writes do not show whether the client reads. Linux lists the queue of every TCP socket (proc_pid_net(5)):
//! `tx_queue` is its size in hexadecimal, `inode` the socket's number.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::fd::AsFd;

/// The tables of this process's network namespace, by family.
const TABLES: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
/// The number of bytes read at once.
const BUFFER: usize = 64 * 1024;

/// Returns the socket's number in the tables, or `None` if the system does not give it.
pub(super) fn inode(socket: impl AsFd) -> Option<u64> {
    rustix::fs::fstat(socket).ok().map(|status| status.st_ino)
}

/// Returns the number of bytes in the queues of some sockets, by socket number. Sockets that are not listed are
/// missing, and without a table the result is empty.
pub(super) fn queues<T>(of: &HashMap<u64, T>) -> HashMap<u64, u64> {
    TABLES.into_iter().filter_map(|table| File::open(table).ok()).fold(
        HashMap::new(),
        |found, table| {
            let mut table = BufReader::with_capacity(BUFFER, table);
            let (mut found, mut line) = (found, Vec::new());
            // An incomplete read is repeated at the next poll.
            while found.len() < of.len()
                && table.read_until(b'\n', &mut line).is_ok_and(|read| read > 0)
            {
                found.extend(queue(&line).filter(|(inode, _)| of.contains_key(inode)));
                line.clear();
            }
            found
        },
    )
}

/// Returns the number of a socket and the bytes in its queue.
fn queue(line: &[u8]) -> Option<(u64, u64)> {
    let mut fields = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    let queue = fields.nth(4)?.split_once(':')?.0;
    let inode = fields.nth(4)?;
    Some((inode.parse().ok()?, u64::from_str_radix(queue, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_a_socket_and_its_queue() {
        let line =
            b"   3: 0100007F:6914 0100007F:C35E 01 0003A2F0:00000010 01:00000014 00000000     0   \
                     0 52531 4 00000000e1c40c1e 20 4 31 10 -1\n";
        assert_eq!(queue(line), Some((52_531, 0x0003_A2F0)));
        let head =
            b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid \
                     timeout inode\n";
        assert_eq!(queue(head), None);
        assert_eq!(queue(b""), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_queue_has_the_written_and_unacknowledged_bytes() {
        use std::io::{Read as _, Write as _};
        use std::net::{TcpListener, TcpStream};
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // The machine may have no IPv6.
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let mut server = listener.accept().unwrap().0;
            server.set_nonblocking(true).unwrap();
            let wanted = HashMap::from([(inode(&server).unwrap(), ())]);
            let held = || queues(&wanted).into_values().next();
            assert_eq!(held(), Some(0), "{address}");
            let bytes = vec![b'x'; 1 << 20];
            let mut written = 0;
            while let Ok(sent) = server.write(&bytes) {
                written += sent;
            }
            let full = held().unwrap();
            assert!(full > 0 && full < written as u64, "{full} of {written}");
            client.read_exact(&mut vec![0; written]).unwrap();
            // The last acknowledgement may still be on its way.
            let empty = (0..500).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(10));
                held() == Some(0)
            });
            assert!(empty, "{address}: {:?}", held());
        }
    }
}
