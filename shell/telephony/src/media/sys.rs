//! The few system calls the standard library does not offer.
//!
//! `unsafe` is here and nowhere else in the media core, because undoing a connection of a socket, a thread's priority and
//! its CPU time can only be had from libc.
#![allow(unsafe_code)]

use std::mem;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

/// RTP over Ethernet is shorter; what is longer is cut and then fails to parse or sounds odd, but harms nobody.
pub const DATAGRAM_MAX: usize = 1_536;

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
