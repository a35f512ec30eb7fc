//! Mail over SMTP, one connection for each message, step by step: until the message itself is written, a failure is
//! certainly not sent; from then on only the server's answer says.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use futures::future::BoxFuture;
use lettre::address::Envelope;
use lettre::message::{Mailbox, header};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;
use tokio::time::timeout;

use crate::{Asked, Gateway, Message, Rest, SEND_MAX, Sent, tls};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// From the first byte; usually port 465.
    #[default]
    Tls,
    /// After a word in the clear; usually port 587.
    Starttls,
    /// Only on this machine.
    None,
}

/// The mail server and who we are there.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `host:port`
    pub server: String,
    #[serde(default)]
    pub security: Security,
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub password: String,
    /// `铜官燃气 <notice@example.cn>`
    pub from: String,
    /// PEM file of the authorities believed; the system's otherwise.
    #[serde(default)]
    pub trusted: Option<PathBuf>,
}

/// Without the password.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} as {}", self.server, self.username)
    }
}

const NAME: &str = "smtp";
const WINDOW: usize = 4;
/// For everything before the message, and for the message with its answer (RFC 5321 4.5.3.2 wants patience there).
const TALK_MAX: Duration = Duration::from_secs(60);
const MESSAGE_MAX: Duration = Duration::from_secs(100);
const QUIT_MAX: Duration = Duration::from_secs(2);
const _: () = assert!(TALK_MAX.as_secs() + MESSAGE_MAX.as_secs() + QUIT_MAX.as_secs() < SEND_MAX.as_secs());
/// After a failure of the server, as opposed to one of a message, nothing is tried for so long.
const REST: Duration = Duration::from_secs(30);

pub struct Mailer {
    config: Config,
    from: Mailbox,
    tls: Option<TlsParameters>,
    rest: Rest,
}

/// Before the message was written.
struct Failed {
    again: bool,
    /// The server fails, not this message.
    server: bool,
    why: String,
}

impl Mailer {
    /// # Errors
    /// What is wrong with the configuration.
    pub fn new(config: Config) -> anyhow::Result<Mailer> {
        let (host, _) =
            config.server.rsplit_once(':').context("[notices.mail] server: write it host:port")?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let from: Mailbox =
            config.from.parse().with_context(|| format!("[notices.mail] from = {:?}", config.from))?;
        let near = matches!(host.as_str(), "127.0.0.1" | "::1" | "localhost");
        anyhow::ensure!(
            config.security != Security::None || near,
            "[notices.mail] security: mail holds personal data: use tls or starttls, or none on this machine only"
        );
        let tls = if config.security == Security::None { None } else { Some(parameters(&config, &host)?) };
        Ok(Mailer { config, from, tls, rest: Rest::default() })
    }

    /// A connection on which the server waits for the message.
    async fn talk(&self, envelope: &Envelope) -> Result<AsyncSmtpConnection, Failed> {
        let server = |error: lettre::transport::smtp::Error| Failed {
            again: true,
            server: true,
            why: error.to_string(),
        };
        let own = self.from.email.domain().to_owned();
        let hello = ClientId::Domain(own);
        let at_once = self.tls.clone().filter(|_| self.config.security == Security::Tls);
        let connect =
            AsyncSmtpConnection::connect_tokio1(&*self.config.server, Some(TALK_MAX), &hello, at_once, None);
        let mut connection = connect.await.map_err(server)?;
        if let (Security::Starttls, Some(tls)) = (self.config.security, self.tls.clone()) {
            connection.starttls(tls, &hello).await.map_err(server)?;
        }
        if !self.config.username.is_empty() {
            let who = Credentials::new(self.config.username.clone(), self.config.password.clone());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &who).await.map_err(server)?;
        }
        connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await.map_err(server)?;
        let message = |error: lettre::transport::smtp::Error| Failed {
            again: !error.is_permanent(),
            server: false,
            why: error.to_string(),
        };
        for to in envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(message)?;
        }
        connection.command(Data).await.map_err(message)?;
        Ok(connection)
    }

    async fn hand_over(&self, message: Message) -> Sent {
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        let mail = message.to.parse::<Mailbox>().map_err(anyhow::Error::from).and_then(|to| {
            let mail = lettre::Message::builder()
                .from(self.from.clone())
                .to(to)
                .subject(message.subject)
                .message_id(Some(id.clone()))
                .header(header::ContentType::TEXT_PLAIN)
                .body(message.text)?;
            Ok(mail)
        });
        let mail = match mail {
            Ok(mail) => mail,
            Err(error) => return Sent::NotSent { again: false, why: error.to_string() },
        };
        let talked = timeout(TALK_MAX, self.talk(mail.envelope())).await;
        let late = Failed { again: true, server: true, why: "the mail server is too slow".into() };
        let mut connection = match talked.unwrap_or(Err(late)) {
            Ok(connection) => connection,
            Err(Failed { again, server, why }) => {
                if !server {
                    return Sent::NotSent { again, why };
                }
                tracing::warn!("the mail server {:?}: {why}", self.config);
                self.rest.begin(REST, &why);
                return Sent::Down { after: None, why };
            }
        };
        let sent = match timeout(MESSAGE_MAX, connection.message(&mail.formatted())).await {
            Ok(Ok(_)) => Sent::Accepted { ids: vec![id] },
            // It has answered, with a no.
            Ok(Err(error)) if error.is_permanent() || error.is_transient() => {
                Sent::NotSent { again: error.is_transient(), why: error.to_string() }
            }
            Ok(Err(error)) => Sent::Unknown { ids: Vec::new(), why: error.to_string() },
            Err(_) => Sent::Unknown { ids: Vec::new(), why: "no answer within 100 s".into() },
        };
        let _ = timeout(QUIT_MAX, connection.quit()).await;
        sent
    }
}

fn parameters(config: &Config, host: &str) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if config.trusted.is_some() {
        builder = builder.certificate_store(CertificateStore::None);
        for authority in tls::authorities(config.trusted.as_deref())? {
            builder = builder.add_root_certificate(Certificate::from_der(authority.to_vec())?);
        }
    }
    builder.build_rustls().context("[notices.mail] TLS")
}

impl Gateway for Mailer {
    fn name(&self) -> &'static str {
        NAME
    }
    fn window(&self) -> usize {
        WINDOW
    }
    fn ready(&self) -> Result<(), String> {
        self.rest.over()
    }
    fn send(&self, message: Message) -> BoxFuture<'_, Sent> {
        Box::pin(self.hand_over(message))
    }
    /// Mail servers cannot be asked; our name stands in the message, so that a person can look.
    fn ask(&self, _: Message) -> BoxFuture<'_, Asked> {
        Box::pin(async { Asked::Away })
    }
}
