//! Many datagrams with one system call, and waiting for several sockets at once.
//!
//! `unsafe` is here and nowhere else in the bench: the generator shares the cores with what it measures, so it has to be
//! cheap, and the standard library knows neither `sendmmsg`, `recvmmsg` nor `ppoll`.
#![allow(unsafe_code)]

use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

/// Datagrams in one system call.
pub const BATCH: usize = 64;
/// RTP with 20 ms of G.711 is 172 bytes.
const SIZE: usize = 256;
/// What a socket may hold while its thread is not running.
static SOCKET_BUFFER: libc::c_int = 4 << 20;

/// Buffers for one `recvmmsg` or `sendmmsg`.
pub struct Batch {
    data: Box<[[u8; SIZE]; BATCH]>,
    lengths: [usize; BATCH],
    names: [libc::sockaddr_in; BATCH],
    filled: usize,
}

impl Batch {
    pub fn new() -> Self {
        // SAFETY: sockaddr_in is plain data, all zeroes is a value of it.
        let names = unsafe { mem::zeroed() };
        Batch { data: Box::new([[0; SIZE]; BATCH]), lengths: [0; BATCH], names, filled: 0 }
    }

    /// Replaces what is in the batch by what has arrived. False when the socket was empty.
    pub fn receive(&mut self, socket: &UdpSocket) -> bool {
        self.filled = 0;
        let count = self.call(BATCH, SIZE, |headers| {
            // SAFETY: the headers point into `self`, which outlives the call.
            unsafe {
                libc::recvmmsg(
                    socket.as_raw_fd(),
                    headers.as_mut_ptr(),
                    headers.len() as libc::c_uint,
                    libc::MSG_DONTWAIT,
                    std::ptr::null_mut(),
                )
            }
        });
        self.filled = usize::try_from(count).unwrap_or(0);
        self.filled > 0
    }

    /// The senders' ports and what they sent.
    pub fn each(&mut self, mut what: impl FnMut(u16, &mut [u8])) {
        let packets = self.data.iter_mut().zip(&self.lengths).zip(&self.names);
        for ((data, length), name) in packets.take(self.filled) {
            what(u16::from_be(name.sin_port), &mut data[..(*length).min(SIZE)]);
        }
    }

    /// Adds a datagram; sends the batch when it is full.
    pub fn push(&mut self, socket: &UdpSocket, to: SocketAddrV4, head: &[u8], body: &[u8]) {
        let buffer = &mut self.data[self.filled];
        buffer[..head.len()].copy_from_slice(head);
        buffer[head.len()..head.len() + body.len()].copy_from_slice(body);
        self.lengths[self.filled] = head.len() + body.len();
        let name = &mut self.names[self.filled];
        name.sin_family = libc::AF_INET as libc::sa_family_t;
        name.sin_port = to.port().to_be();
        name.sin_addr.s_addr = u32::from(*to.ip()).to_be();
        self.filled += 1;
        if self.filled == BATCH {
            self.flush(socket);
        }
    }

    /// Sends what is in the batch: what was pushed, or back to its senders what was received.
    pub fn flush(&mut self, socket: &UdpSocket) {
        let mut sent = 0;
        while sent < self.filled {
            let count = self.call(self.filled, 0, |headers| {
                // SAFETY: the headers point into `self`, which outlives the call.
                unsafe {
                    let rest = &mut headers[sent..];
                    libc::sendmmsg(socket.as_raw_fd(), rest.as_mut_ptr(), rest.len() as libc::c_uint, 0)
                }
            });
            match usize::try_from(count) {
                Ok(count) if count > 0 => sent += count,
                // An address that answers with an ICMP message costs its own datagram only.
                _ => sent += 1,
            }
        }
        self.filled = 0;
    }

    /// Points `count` headers at the buffers and hands them over. `size` 0 takes the lengths there are.
    fn call(
        &mut self,
        count: usize,
        size: usize,
        system_call: impl FnOnce(&mut [libc::mmsghdr]) -> libc::c_int,
    ) -> libc::c_int {
        // SAFETY: mmsghdr and iovec are plain data.
        let (mut headers, mut vectors): ([libc::mmsghdr; BATCH], [libc::iovec; BATCH]) =
            unsafe { (mem::zeroed(), mem::zeroed()) };
        let buffers = self.data.iter_mut().zip(&self.lengths).zip(&mut self.names);
        let places = headers.iter_mut().zip(&mut vectors).take(count);
        for ((header, vector), ((data, length), name)) in places.zip(buffers) {
            vector.iov_base = data.as_mut_ptr().cast();
            vector.iov_len = if size == 0 { *length } else { size };
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_name = (&raw mut *name).cast();
            header.msg_hdr.msg_namelen = mem::size_of::<libc::sockaddr_in>() as libc::socklen_t;
        }
        let done = system_call(&mut headers[..count]);
        if size > 0 {
            let received = headers.iter().take(usize::try_from(done).unwrap_or(0));
            for (length, header) in self.lengths.iter_mut().zip(received) {
                *length = header.msg_len as usize;
            }
        }
        done
    }
}

/// A socket with a large buffer.
pub fn socket(ip: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((ip, 0))?;
    socket.set_nonblocking(true)?;
    for option in [libc::SO_RCVBUF, libc::SO_SNDBUF] {
        // SAFETY: the option's value is an int, and is given with its size.
        unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                option,
                (&raw const SOCKET_BUFFER).cast(),
                mem::size_of::<libc::c_int>() as libc::socklen_t,
            );
        }
    }
    Ok(socket)
}

/// A socket for audio on an even port, and the one beside it, which takes RTCP and is never read.
pub fn audio_sockets(ip: Ipv4Addr, count: usize) -> io::Result<Vec<(UdpSocket, UdpSocket)>> {
    let mut sockets = Vec::new();
    while sockets.len() < count {
        let rtp = socket(ip)?;
        let port = rtp.local_addr()?.port();
        if port.is_multiple_of(2)
            && let Ok(rtcp) = UdpSocket::bind((ip, port + 1))
        {
            sockets.push((rtp, rtcp));
        }
    }
    Ok(sockets)
}

/// Waits until one of them has something, at most so long.
pub fn wait<'a>(sockets: impl Iterator<Item = &'a UdpSocket>, longest: Duration) {
    let mut polled: Vec<libc::pollfd> = sockets
        .map(|socket| libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLIN, revents: 0 })
        .collect();
    let time = libc::timespec {
        tv_sec: longest.as_secs() as libc::time_t,
        tv_nsec: longest.subsec_nanos() as libc::c_long,
    };
    // SAFETY: the list is valid for its length, and the time outlives the call.
    unsafe {
        libc::ppoll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, &raw const time, std::ptr::null());
    }
}

/// User and system time the calling thread has taken, in seconds.
pub fn thread_cpu_s() -> f64 {
    // SAFETY: timespec is plain data and the pointer is to a local.
    unsafe {
        let mut time: libc::timespec = mem::zeroed();
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    }
}

/// Clock ticks in a second, the unit of /proc/PID/stat.
pub fn ticks_per_second() -> f64 {
    // SAFETY: sysconf has no conditions.
    unsafe { libc::sysconf(libc::_SC_CLK_TCK) as f64 }
}

/// Asks a process to end.
pub fn terminate(pid: u32) {
    // SAFETY: kill has no conditions on memory; the process is a child that has not been waited for.
    unsafe {
        libc::kill(pid as libc::pid_t, libc::SIGTERM);
    }
}
