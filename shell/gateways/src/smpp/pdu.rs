//! Packets of SMPP 3.4 as bytes: the eleven that a transceiver needs. What is longer than the protocol allows is no packet.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Nothing we speak is near this long; a length beyond it is nonsense or an attack.
pub const LENGTH_MAX: usize = 8 * 1024;
const HEADER: usize = 16;

/// Command states (SMPP 3.4, 5.1.3).
pub mod status {
    pub const OK: u32 = 0x00;
    pub const INVALID_LENGTH: u32 = 0x02;
    pub const INVALID_COMMAND: u32 = 0x03;
    pub const BIND_STATE: u32 = 0x04;
    pub const SYSTEM_ERROR: u32 = 0x08;
    pub const INVALID_SOURCE: u32 = 0x0a;
    pub const INVALID_DESTINATION: u32 = 0x0b;
    pub const BIND_FAILED: u32 = 0x0d;
    pub const INVALID_PASSWORD: u32 = 0x0e;
    pub const QUEUE_FULL: u32 = 0x14;
    pub const SUBMIT_FAILED: u32 = 0x45;
    pub const THROTTLED: u32 = 0x58;
    /// We shall never take this one: it need not come again.
    pub const NEVER: u32 = 0x65;

    /// For people.
    pub fn text(status: u32) -> String {
        let word = match status {
            INVALID_LENGTH => "invalid length",
            INVALID_COMMAND => "invalid command",
            BIND_STATE => "not bound",
            SYSTEM_ERROR => "system error",
            INVALID_SOURCE => "invalid source address",
            INVALID_DESTINATION => "invalid destination address",
            BIND_FAILED => "bind failed",
            INVALID_PASSWORD => "invalid password",
            QUEUE_FULL => "message queue full",
            SUBMIT_FAILED => "submit failed",
            THROTTLED => "throttled",
            NEVER => "never",
            _ => "refused",
        };
        format!("0x{status:02x} {word}")
    }
}

/// Optional parameters (SMPP 3.4, 5.3.2) that we use.
pub mod tag {
    pub const RECEIPTED_MESSAGE_ID: u16 = 0x001e;
    pub const USER_MESSAGE_REFERENCE: u16 = 0x0204;
    pub const MESSAGE_STATE: u16 = 0x0427;
    pub const MESSAGE_PAYLOAD: u16 = 0x0424;
}

/// A number that begins with its country's code.
pub const TON_INTERNATIONAL: u8 = 1;

/// `esm_class`: the text begins with a header; it is a receipt.
pub const ESM_HEADER: u8 = 0x40;
pub const ESM_RECEIPT: u8 = 0x04;
pub const ESM_KIND: u8 = 0x3c;

/// The bytes are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("a packet of {0} bytes")]
    Length(usize),
    #[error("a packet that ends too early")]
    Short,
    #[error("a field longer than it may be")]
    TooLong,
}

/// An address with its type of number and numbering plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub ton: u8,
    pub npi: u8,
    pub number: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bind {
    pub system_id: String,
    pub password: String,
    pub system_type: String,
    pub version: u8,
    pub range: Address,
}

/// `submit_sm` and `deliver_sm`, which have the same fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sm {
    pub service_type: String,
    pub source: Address,
    pub destination: Address,
    pub esm_class: u8,
    pub protocol_id: u8,
    pub priority: u8,
    pub schedule: String,
    pub validity: String,
    pub registered_delivery: u8,
    pub replace: u8,
    pub data_coding: u8,
    pub default_message: u8,
    /// At most 254 octets.
    pub text: Vec<u8>,
    pub options: Vec<(u16, Vec<u8>)>,
}

impl Sm {
    pub fn option(&self, tag: u16) -> Option<&[u8]> {
        self.options.iter().find(|(known, _)| *known == tag).map(|(_, value)| value.as_slice())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    GenericNack,
    Bind(Bind),
    BindResponse {
        system_id: String,
    },
    Submit(Box<Sm>),
    SubmitResponse {
        id: String,
    },
    Deliver(Box<Sm>),
    DeliverResponse,
    EnquireLink,
    EnquireLinkResponse,
    Unbind,
    UnbindResponse,
    /// A command we do not speak.
    Other(u32),
    /// A command whose fields do not read, in a packet whose length does: the next packet can be read.
    Malformed(u32, Malformed),
}

const RESPONSE: u32 = 0x8000_0000;
pub const DELIVER: u32 = 0x05;
pub const SUBMIT_RESPONSE: u32 = 0x8000_0004;

impl Body {
    fn command(&self) -> u32 {
        match self {
            Body::GenericNack => RESPONSE,
            Body::Bind(_) => 0x09,
            Body::BindResponse { .. } => RESPONSE | 0x09,
            Body::Submit(_) => 0x04,
            Body::SubmitResponse { .. } => RESPONSE | 0x04,
            Body::Deliver(_) => 0x05,
            Body::DeliverResponse => RESPONSE | 0x05,
            Body::EnquireLink => 0x15,
            Body::EnquireLinkResponse => RESPONSE | 0x15,
            Body::Unbind => 0x06,
            Body::UnbindResponse => RESPONSE | 0x06,
            Body::Other(command) | Body::Malformed(command, _) => *command,
        }
    }

    pub fn is_request(&self) -> bool {
        !is_response(self.command())
    }
}

pub const fn is_response(command: u32) -> bool {
    command & RESPONSE != 0
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdu {
    pub status: u32,
    pub sequence: u32,
    pub body: Body,
}

impl Pdu {
    pub fn request(sequence: u32, body: Body) -> Pdu {
        Pdu { status: status::OK, sequence, body }
    }

    /// A whole packet; an error where it is not clear where the next one begins.
    pub fn read(bytes: &[u8]) -> Result<Pdu, Malformed> {
        let mut reader = Reader(bytes);
        let length = reader.u32()? as usize;
        if length != bytes.len() || !(HEADER..=LENGTH_MAX).contains(&length) {
            return Err(Malformed::Length(length));
        }
        let (command, status, sequence) = (reader.u32()?, reader.u32()?, reader.u32()?);
        let body = Pdu::body(command, &mut reader).unwrap_or_else(|bad| Body::Malformed(command, bad));
        Ok(Pdu { status, sequence, body })
    }

    fn body(command: u32, reader: &mut Reader<'_>) -> Result<Body, Malformed> {
        // A response that says no may end here.
        let bare = reader.0.is_empty();
        Ok(match command {
            RESPONSE => Body::GenericNack,
            0x09 => Body::Bind(Bind {
                system_id: reader.text(16)?,
                password: reader.text(9)?,
                system_type: reader.text(13)?,
                version: reader.u8()?,
                range: reader.address(41)?,
            }),
            0x8000_0009 if bare => Body::BindResponse { system_id: String::new() },
            0x8000_0009 => Body::BindResponse { system_id: reader.text(16)? },
            0x04 => Body::Submit(Box::new(reader.sm()?)),
            0x8000_0004 if bare => Body::SubmitResponse { id: String::new() },
            0x8000_0004 => Body::SubmitResponse { id: reader.text(65)? },
            0x05 => Body::Deliver(Box::new(reader.sm()?)),
            0x8000_0005 => Body::DeliverResponse,
            0x15 => Body::EnquireLink,
            0x8000_0015 => Body::EnquireLinkResponse,
            0x06 => Body::Unbind,
            0x8000_0006 => Body::UnbindResponse,
            other => Body::Other(other),
        })
    }

    /// Fields that are too long are cut to what the protocol allows.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer(vec![0; 4]);
        for word in [self.body.command(), self.status, self.sequence] {
            out.0.extend(word.to_be_bytes());
        }
        match &self.body {
            Body::Bind(bind) => {
                out.text(&bind.system_id, 16);
                out.text(&bind.password, 9);
                out.text(&bind.system_type, 13);
                out.0.push(bind.version);
                out.address(&bind.range, 41);
            }
            Body::BindResponse { system_id } => out.text(system_id, 16),
            Body::Submit(sm) | Body::Deliver(sm) => out.sm(sm),
            Body::SubmitResponse { id } => out.text(id, 65),
            // The name of a delivered message is not used, but has to be there.
            Body::DeliverResponse => out.0.push(0),
            Body::GenericNack
            | Body::EnquireLink
            | Body::EnquireLinkResponse
            | Body::Unbind
            | Body::UnbindResponse
            | Body::Other(_)
            | Body::Malformed(..) => {}
        }
        let length = u32::try_from(out.0.len()).unwrap_or(u32::MAX).to_be_bytes();
        if let Some(head) = out.0.get_mut(..4) {
            head.copy_from_slice(&length);
        }
        out.0
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8], Malformed> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(Malformed::Short)?;
        self.0 = rest;
        Ok(head)
    }
    fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?.first().copied().unwrap_or(0))
    }
    fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(self.take(2)?.iter().fold(0, |word, byte| word << 8 | u16::from(*byte)))
    }
    fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(self.take(4)?.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)))
    }
    /// Text up to a zero, which counts. Octets above ASCII are read as Latin 1, so that nothing is lost.
    fn text(&mut self, most: usize) -> Result<String, Malformed> {
        let end = self.0.iter().take(most).position(|byte| *byte == 0);
        let end = end.ok_or(if self.0.len() < most { Malformed::Short } else { Malformed::TooLong })?;
        let text = self.take(end)?.iter().map(|byte| char::from(*byte)).collect();
        self.take(1)?;
        Ok(text)
    }
    fn address(&mut self, most: usize) -> Result<Address, Malformed> {
        Ok(Address { ton: self.u8()?, npi: self.u8()?, number: self.text(most)? })
    }
    fn sm(&mut self) -> Result<Sm, Malformed> {
        let mut sm = Sm {
            service_type: self.text(6)?,
            source: self.address(21)?,
            destination: self.address(21)?,
            esm_class: self.u8()?,
            protocol_id: self.u8()?,
            priority: self.u8()?,
            schedule: self.text(17)?,
            validity: self.text(17)?,
            registered_delivery: self.u8()?,
            replace: self.u8()?,
            data_coding: self.u8()?,
            default_message: self.u8()?,
            ..Sm::default()
        };
        let length = usize::from(self.u8()?);
        if length > 254 {
            return Err(Malformed::TooLong);
        }
        sm.text = self.take(length)?.to_vec();
        while !self.0.is_empty() {
            let (tag, length) = (self.u16()?, usize::from(self.u16()?));
            sm.options.push((tag, self.take(length)?.to_vec()));
        }
        Ok(sm)
    }
}

struct Writer(Vec<u8>);

impl Writer {
    /// With its closing zero at most `most` octets.
    fn text(&mut self, text: &str, most: usize) {
        let octets =
            text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).filter(|byte| *byte != 0);
        self.0.extend(octets.take(most - 1));
        self.0.push(0);
    }
    fn address(&mut self, address: &Address, most: usize) {
        self.0.extend([address.ton, address.npi]);
        self.text(&address.number, most);
    }
    fn sm(&mut self, sm: &Sm) {
        self.text(&sm.service_type, 6);
        self.address(&sm.source, 21);
        self.address(&sm.destination, 21);
        self.0.extend([sm.esm_class, sm.protocol_id, sm.priority]);
        self.text(&sm.schedule, 17);
        self.text(&sm.validity, 17);
        self.0.extend([sm.registered_delivery, sm.replace, sm.data_coding, sm.default_message]);
        let length = sm.text.len().min(254);
        self.0.push(u8::try_from(length).unwrap_or(254));
        self.0.extend(sm.text.iter().take(length));
        for (tag, value) in &sm.options {
            let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
            self.0.extend(tag.to_be_bytes());
            self.0.extend(length.to_be_bytes());
            self.0.extend(value.iter().take(usize::from(length)));
        }
    }
}

/// The next packet of a stream. Not to be dropped half-way.
pub async fn next(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Pdu> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let length = u32::from_be_bytes(head) as usize;
    let bad = |malformed: Malformed| std::io::Error::new(std::io::ErrorKind::InvalidData, malformed);
    if !(HEADER..=LENGTH_MAX).contains(&length) {
        return Err(bad(Malformed::Length(length)));
    }
    let mut bytes = vec![0; length];
    let (start, rest) = bytes.split_at_mut(4);
    start.copy_from_slice(&head);
    stream.read_exact(rest).await?;
    Pdu::read(&bytes).map_err(bad)
}
