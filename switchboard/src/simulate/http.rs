//! Just enough of HTTP for an agent's desk: JSON to a centre on the same machine, one connection for each request.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest answer read.
const ANSWER_MAX: u64 = 4 << 20;
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who has signed in.
pub struct Session {
    at: SocketAddr,
    cookie: String,
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub body: Value,
    cookie: Option<String>,
}

/// `http://127.0.0.1:8080` or `127.0.0.1:8080`.
pub fn address(url: &str) -> Result<SocketAddr> {
    let rest = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
    let at: SocketAddr =
        rest.parse().with_context(|| format!("{url:?}: write it like http://127.0.0.1:8080"))?;
    ensure!(at.ip().is_loopback(), "{url}: simulated people live on loopback only");
    Ok(at)
}

impl Session {
    pub async fn sign_in(at: SocketAddr, user: &str, password: &str) -> Result<Session> {
        let body = serde_json::json!({ "user": user, "password": password });
        let reply = ask(at, "", "POST", "/api/sign_in", Some(&body)).await?;
        let Some(cookie) = reply.cookie.filter(|_| reply.status == 200) else {
            bail!("{user} cannot sign in at http://{at} ({} {}): is it a demo?", reply.status, reply.body);
        };
        Ok(Session { at, cookie })
    }

    pub async fn get(&self, path: &str) -> Result<Reply> {
        ask(self.at, &self.cookie, "GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        ask(self.at, &self.cookie, "POST", path, Some(body)).await
    }
}

async fn ask(at: SocketAddr, cookie: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nAccept-Encoding: identity\r\n{cookie}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let talk = async {
        let mut stream = TcpStream::connect(at).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, talk)
        .await
        .with_context(|| format!("http://{at}{path} does not answer"))?
        .with_context(|| format!("asking http://{at}{path}: is the centre running?"))?;
    read(&String::from_utf8_lossy(&answer))
        .with_context(|| format!("http://{at}{path} answers something else"))
}

fn read(answer: &str) -> Option<Reply> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
    let header =
        |name: &str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    let chunked = header("transfer-encoding") == Some("chunked");
    let body = if chunked { unchunked(body) } else { body.to_owned() };
    let cookie = header("set-cookie").and_then(|value| value.split(';').next()).map(str::to_owned);
    Some(Reply { status, body: serde_json::from_str(&body).unwrap_or(Value::Null), cookie })
}

/// A body that came in pieces, each with its length in hex before it.
fn unchunked(mut rest: &str) -> String {
    let mut whole = String::new();
    while let Some((length, after)) = rest.split_once("\r\n") {
        let Some(piece) = usize::from_str_radix(length.trim(), 16).ok().and_then(|n| after.get(..n)) else {
            break;
        };
        whole.push_str(piece);
        rest = after.get(piece.len() + 2..).unwrap_or_default();
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole_or_in_pieces() {
        let check = |answer: &str, status, body: &str, cookie: Option<&str>| {
            let reply = read(answer).expect("an answer");
            assert_eq!((reply.status, reply.body.to_string().as_str()), (status, body));
            assert_eq!(reply.cookie.as_deref(), cookie);
        };
        check("HTTP/1.1 200 OK\r\nset-cookie: a=b; Path=/\r\n\r\n{\"x\":1}", 200, "{\"x\":1}", Some("a=b"));
        check(
            "HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n",
            409,
            "[1,2]",
            None,
        );
        check("HTTP/1.1 204 No Content\r\n\r\n", 204, "null", None);
        assert!(read("SSH-2.0").is_none());
    }

    #[test]
    fn only_this_machine() {
        assert!(address("http://127.0.0.1:8080/").is_ok());
        assert!(address("http://192.0.2.1:8080").is_err_and(|e| e.to_string().contains("loopback")));
        assert!(address("localhost").is_err());
    }
}
