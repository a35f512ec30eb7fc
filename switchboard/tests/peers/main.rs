//! Whole calls between the program and telephones that other people wrote: baresip and SIPp, over UDP, TCP and TLS.

mod baresip;
mod centre;
mod customers;
mod network;
mod outgoing;
mod places;
mod secrets;
mod sipp;
mod sound;
mod telephones;
