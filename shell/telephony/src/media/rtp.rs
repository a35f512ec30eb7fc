//! RTP packets (RFC 3550 §5.1): reading without trust, writing a twelve-byte header.

pub const HEADER_BYTES: usize = 12;

/// A packet as it lies in the receive buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packet<'a> {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: &'a [u8],
}

/// `None` for what is not RTP version 2 or contradicts its own length.
pub fn read(data: &[u8]) -> Option<Packet<'_>> {
    let (head, mut rest) = data.split_first_chunk::<HEADER_BYTES>()?;
    if head[0] >> 6 != 2 {
        return None;
    }
    rest = rest.get(usize::from(head[0] & 0x0f) * 4..)?;
    if head[0] & 0x10 != 0 {
        let (extension, after) = rest.split_first_chunk::<4>()?;
        rest = after.get(usize::from(u16::from_be_bytes([extension[2], extension[3]])) * 4..)?;
    }
    if head[0] & 0x20 != 0 {
        let padding = usize::from(*rest.last()?);
        if padding == 0 {
            return None;
        }
        rest = rest.get(..rest.len().checked_sub(padding)?)?;
    }
    Some(Packet {
        marker: head[1] & 0x80 != 0,
        payload_type: head[1] & 0x7f,
        sequence: u16::from_be_bytes([head[2], head[3]]),
        timestamp: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
        ssrc: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
        payload: rest,
    })
}

/// Whether a datagram on the RTP port is RTCP (RFC 5761 §4).
pub fn is_rtcp(data: &[u8]) -> bool {
    matches!(data, [first, 192..=223, ..] if first >> 6 == 2)
}

pub fn header(
    marker: bool,
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
) -> [u8; HEADER_BYTES] {
    let mut out = [0; HEADER_BYTES];
    out[0] = 0x80;
    out[1] = u8::from(marker) << 7 | payload_type & 0x7f;
    out[2..4].copy_from_slice(&sequence.to_be_bytes());
    out[4..8].copy_from_slice(&timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&ssrc.to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut data = header(true, 8, 65_535, 7, 0xdead_beef).to_vec();
        data.extend([1, 2, 3]);
        let packet = read(&data).expect("RTP");
        assert_eq!(
            packet,
            Packet {
                marker: true,
                payload_type: 8,
                sequence: 65_535,
                timestamp: 7,
                ssrc: 0xdead_beef,
                payload: &[1, 2, 3]
            }
        );
    }

    #[test]
    fn contributors_extension_and_padding_are_passed_over() {
        let mut data = header(false, 0, 1, 2, 3).to_vec();
        data[0] = 0x80 | 0x20 | 0x10 | 1;
        data.extend([0; 4]); // one contributor
        data.extend([0xbe, 0xde, 0, 1, 9, 9, 9, 9]);
        data.extend([5, 6, 0, 2]);
        assert_eq!(read(&data).expect("RTP").payload, &[5, 6]);
        for cut in 0..data.len() {
            let _ = read(&data[..cut]);
        }
        let last = data.len() - 1;
        data[last] = 200;
        assert_eq!(read(&data), None);
    }
}
