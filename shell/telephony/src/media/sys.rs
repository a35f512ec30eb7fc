//! The few system calls the standard library does not offer.
//!
//! `unsafe` is here and nowhere else in the media core, because reading several datagrams in one call (`recvmmsg`)
//! halves the system calls per packet, and because a thread's priority and CPU time can only be had from libc.
#![allow(unsafe_code)]

use std::io;
use std::mem;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

/// Datagrams read at once.
const BATCH: usize = 4;
/// RTP over Ethernet is shorter; what is longer is cut and then fails to parse or sounds odd, but harms nobody.
pub const DATAGRAM_MAX: usize = 1_536;

/// Buffers for one `recvmmsg`, allocated once per thread.
pub struct Batch {
    data: Box<[[u8; DATAGRAM_MAX]; BATCH]>,
    names: Box<[libc::sockaddr_storage; BATCH]>,
    lengths: [usize; BATCH],
}

impl Batch {
    pub fn new() -> Self {
        // SAFETY: sockaddr_storage is plain data, all zeroes is a value of it (family AF_UNSPEC).
        let names = Box::new(unsafe { mem::zeroed::<[libc::sockaddr_storage; BATCH]>() });
        Batch { data: Box::new([[0; DATAGRAM_MAX]; BATCH]), names, lengths: [0; BATCH] }
    }

    /// Reads what has arrived, at most [`Batch::SIZE`]; fewer means that the socket was empty.
    pub fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        // SAFETY: mmsghdr and iovec are plain data.
        let mut headers: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
        let mut vectors: [libc::iovec; BATCH] = unsafe { mem::zeroed() };
        for (at, header) in headers.iter_mut().enumerate() {
            vectors[at].iov_base = self.data[at].as_mut_ptr().cast();
            vectors[at].iov_len = DATAGRAM_MAX;
            header.msg_hdr.msg_iov = &raw mut vectors[at];
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_name = (&raw mut self.names[at]).cast();
            header.msg_hdr.msg_namelen = mem::size_of::<libc::sockaddr_storage>() as libc::socklen_t;
        }
        // SAFETY: every pointer above is into `self` or this frame, of the length given, and outlives the call.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr(),
                BATCH as libc::c_uint,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        for (length, header) in self.lengths.iter_mut().zip(&headers).take(count) {
            *length = (header.msg_len as usize).min(DATAGRAM_MAX);
        }
        Ok(count)
    }

    pub const SIZE: usize = BATCH;

    /// A datagram of the last `receive`, and where it came from.
    pub fn get(&self, at: usize) -> Option<(&[u8], SocketAddr)> {
        let data = self.data.get(at)?.get(..*self.lengths.get(at)?)?;
        Some((data, address(self.names.get(at)?)?))
    }
}

fn address(name: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match i32::from(name.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says that the kernel wrote a sockaddr_in, which is smaller than the storage.
            let name = unsafe { &*(&raw const *name).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(u32::from_be(name.sin_addr.s_addr));
            Some(SocketAddr::new(IpAddr::V4(ip), u16::from_be(name.sin_port)))
        }
        libc::AF_INET6 => {
            // SAFETY: as above, with sockaddr_in6.
            let name = unsafe { &*(&raw const *name).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(name.sin6_addr.s6_addr);
            Some(SocketAddr::new(IpAddr::V6(ip), u16::from_be(name.sin6_port)))
        }
        _ => None,
    }
}

/// Undoes `connect`, so that datagrams of other senders arrive again.
pub fn disconnect(socket: &UdpSocket) {
    // SAFETY: an all-zero sockaddr is the AF_UNSPEC address that connect(2) asks for.
    unsafe {
        let name: libc::sockaddr = mem::zeroed();
        libc::connect(
            socket.as_raw_fd(),
            &raw const name,
            mem::size_of::<libc::sockaddr>() as libc::socklen_t,
        );
    }
}

/// Puts the calling thread ahead of others where the system permits it: audio must not wait for a report.
pub fn prefer_this_thread() -> bool {
    // SAFETY: plain calls without pointers; `0` is the calling thread.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, -10) == 0 }
}

/// User and system time the calling thread has taken, in microseconds.
pub fn thread_cpu_us() -> u64 {
    // SAFETY: rusage is plain data and the pointer is to a local.
    let usage = unsafe {
        let mut usage: libc::rusage = mem::zeroed();
        if libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) != 0 {
            return 0;
        }
        usage
    };
    let us = |t: libc::timeval| (t.tv_sec as u64).saturating_mul(1_000_000).saturating_add(t.tv_usec as u64);
    us(usage.ru_utime) + us(usage.ru_stime)
}
