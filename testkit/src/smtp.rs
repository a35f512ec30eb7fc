//! A mail server that keeps what it gets: in the clear, with STARTTLS, or with TLS from the first byte.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A mail as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// The argument of AUTH PLAIN, if there was one.
    pub auth: Option<String>,
    pub encrypted: bool,
    /// Header and body.
    pub data: String,
}

/// It listens until it is dropped. Mail to `busy@…` is refused for now, to `nobody@…` for good; after the data of one to
/// `cut@…` it hangs up.
pub struct SmtpServer {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    /// `at_once`: TLS from the first byte.
    pub async fn start(tls: Option<TlsAcceptor>, at_once: bool) -> std::io::Result<SmtpServer> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = received.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, kept) = (tls.clone(), kept.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) if at_once => {
                            talk(tls.accept(stream).await?, &kept, true, false, true).await?
                        }
                        Some(tls) => {
                            if let Some(stream) = talk(stream, &kept, false, true, true).await? {
                                talk(tls.accept(stream).await?, &kept, true, false, false).await?;
                            }
                            None
                        }
                        None => {
                            talk(stream, &kept, false, false, true).await?;
                            None
                        }
                    };
                    std::io::Result::Ok(())
                });
            }
        });
        Ok(SmtpServer { address, received, task })
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().map(|received| received.clone()).unwrap_or_default()
    }
}

/// The stream again when the other side wants TLS on it.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    kept: &Mutex<Vec<Received>>,
    encrypted: bool,
    offers_tls: bool,
    greets: bool,
) -> std::io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.get_mut().write_all(b"220 mail ESMTP\r\n").await?;
    }
    let mut mail = Received { encrypted, ..Received::default() };
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let (word, rest) = line.trim_end().split_once([' ', ':']).unwrap_or((line.trim_end(), ""));
        let address = || rest.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = match word.to_ascii_uppercase().as_str() {
            "EHLO" if offers_tls => "250-mail\r\n250 STARTTLS",
            "EHLO" => "250-mail\r\n250 AUTH PLAIN",
            "STARTTLS" => {
                stream.get_mut().write_all(b"220 go on\r\n").await?;
                return Ok(Some(stream.into_inner()));
            }
            "AUTH" => {
                mail.auth = rest.split(' ').nth(1).map(str::to_owned);
                "235 welcome"
            }
            "MAIL" => {
                mail.from = address();
                "250 ok"
            }
            "RCPT" if address().starts_with("busy@") => "451 later",
            "RCPT" if address().starts_with("nobody@") => "550 nobody of that name",
            "RCPT" => {
                mail.to.push(address());
                "250 ok"
            }
            "DATA" => {
                stream.get_mut().write_all(b"354 go on\r\n").await?;
                loop {
                    line.clear();
                    if stream.read_line(&mut line).await? == 0 {
                        return Ok(None);
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    mail.data.push_str(&line);
                }
                let cut = mail.to.iter().any(|to| to.starts_with("cut@"));
                if let Ok(mut kept) = kept.lock() {
                    kept.push(std::mem::take(&mut mail));
                }
                if cut {
                    return Ok(None);
                }
                "250 kept"
            }
            "QUIT" => {
                stream.get_mut().write_all(b"221 bye\r\n").await?;
                return Ok(None);
            }
            _ => "500 what?",
        };
        stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}
