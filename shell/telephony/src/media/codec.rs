//! The codecs a leg may speak.

/// A codec as SDP names it. All are mixed at 8 kHz.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Codec {
    /// G.711 A-law, static payload type 8.
    Pcma,
    /// G.711 µ-law, static payload type 0.
    Pcmu,
    /// Static payload type 9; its RTP clock says 8000 by a historic mistake (RFC 3551 §4.5.2).
    G722,
    /// Dynamic payload type, RTP clock 48000.
    Opus,
}

impl Codec {
    /// In the order in which we offer them.
    pub const ALL: [Codec; 4] = [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];

    /// From the encoding name of `a=rtpmap` (any case) and its clock rate.
    pub fn from_rtpmap(name: &str, clock_hz: u32) -> Option<Codec> {
        Codec::ALL.into_iter().find(|c| c.name().eq_ignore_ascii_case(name) && c.clock_hz() == clock_hz)
    }
    /// From a payload type that needs no `a=rtpmap` (RFC 3551 table 4).
    pub fn from_static(payload_type: u8) -> Option<Codec> {
        Codec::ALL.into_iter().find(|c| c.static_payload_type() == Some(payload_type))
    }
    /// The encoding name of `a=rtpmap`.
    pub fn name(self) -> &'static str {
        match self {
            Codec::Pcma => "PCMA",
            Codec::Pcmu => "PCMU",
            Codec::G722 => "G722",
            Codec::Opus => "opus",
        }
    }
    /// What follows `a=rtpmap:N `.
    pub fn rtpmap(self) -> &'static str {
        match self {
            Codec::Pcma => "PCMA/8000",
            Codec::Pcmu => "PCMU/8000",
            Codec::G722 => "G722/8000",
            Codec::Opus => "opus/48000/2",
        }
    }
    /// The RTP clock.
    pub fn clock_hz(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            _ => 8_000,
        }
    }
    pub fn static_payload_type(self) -> Option<u8> {
        match self {
            Codec::Pcma => Some(8),
            Codec::Pcmu => Some(0),
            Codec::G722 => Some(9),
            Codec::Opus => None,
        }
    }
}
