-- Signed requests that were here: none is taken twice. Forgotten when their time is over.
CREATE TABLE notices_nonce (
  nonce TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
CREATE INDEX notices_nonce_at ON notices_nonce (at);
