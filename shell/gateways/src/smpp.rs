//! Short Message Peer to Peer, version 3.4: the protocol of carriers' short message centres.
//!
//! [`Client`] is ours: it binds, keeps the link alive, reconnects. [`centre`] is a small short message centre, for tests and
//! for trials on one machine. Both use [`pdu`], which reads hostile bytes; [`probe`] is its door for the fuzzer.

pub mod centre;
mod client;
pub mod pdu;
mod receipt;
#[cfg(test)]
mod tests;

pub use client::{Client, Config};

/// For the fuzzer: nothing that comes in may panic, and what is read is written the same.
pub fn probe(bytes: &[u8]) {
    if let Ok(pdu) = pdu::Pdu::read(bytes) {
        if !matches!(pdu.body, pdu::Body::Malformed(..)) {
            let written = pdu.write();
            assert_eq!(pdu::Pdu::read(&written).as_ref(), Ok(&pdu), "what was read is written the same");
        }
        if let pdu::Body::Deliver(sm) = &pdu.body {
            let _ = receipt::incoming(sm);
        }
    }
    let _ = crate::sms::read(8, bytes);
    let _ = crate::sms::read(0, bytes);
}
