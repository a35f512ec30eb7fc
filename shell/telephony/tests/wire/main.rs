//! The telephony against real peers on loopback, in one program: every further one would be linked anew.

mod browsers;
mod calls_in;
mod calls_out;
mod mutated;
mod phones;
mod rig;
mod sipp;
mod timers;
mod torture;
