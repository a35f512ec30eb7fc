-- Texts with fields, in versions: a version that was used is never changed, so that a notice of last year can be explained.
CREATE TABLE notices_template (
  code TEXT NOT NULL,
  -- BCP 47: zh-CN, en.
  language TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  -- `service` or `marketing`.
  class TEXT NOT NULL,
  -- `drafted`, `approved` or `retired`.
  state TEXT NOT NULL,
  -- Of a mail; may be empty.
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  -- The declared fields, as JSON.
  fields TEXT NOT NULL,
  written_by BIGINT,
  written_at BIGINT NOT NULL,
  -- Somebody else than who wrote it.
  reviewed_by BIGINT,
  reviewed_at BIGINT,
  -- Grows with each change of the row.
  revision BIGINT NOT NULL,
  PRIMARY KEY (code, language, version)
);
CREATE INDEX notices_template_state ON notices_template (state, code, language);

-- One message to one recipient. The text is kept as it was rendered.
CREATE TABLE notices_notice (
  id BIGINT PRIMARY KEY,
  -- What makes a second wish for the same message the first one.
  once TEXT NOT NULL UNIQUE,
  template TEXT NOT NULL,
  language TEXT NOT NULL,
  template_version BIGINT NOT NULL,
  class TEXT NOT NULL,
  -- `sms`, `mail` or `voice`.
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  customer TEXT,
  person BIGINT,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  -- What it is about: a thing of another room.
  room TEXT NOT NULL,
  about TEXT NOT NULL,
  urgent BIGINT NOT NULL,
  -- `queued`, `sending`, `sent`, `delivered`, `failed`, `expired`, `suppressed`, `unknown`, `cancelled`.
  state TEXT NOT NULL,
  -- Why it waits, failed, was suppressed or cancelled: a code, and the gateway's own words.
  why TEXT NOT NULL,
  detail TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  -- While queued: not before. Never NULL, so that one index serves.
  next_at BIGINT NOT NULL,
  -- While sending: if nothing is known by then, nobody knows.
  lease_until BIGINT,
  -- Travels with a text message and comes back with its receipt; 16 bits.
  reference BIGINT NOT NULL,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  handed_at BIGINT,
  sent_at BIGINT,
  done_at BIGINT,
  expires_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX notices_notice_due ON notices_notice (channel, urgent, next_at) WHERE state = 'queued';
CREATE INDEX notices_notice_lease ON notices_notice (lease_until) WHERE state = 'sending';
CREATE INDEX notices_notice_expires ON notices_notice (expires_at) WHERE state = 'queued';
CREATE INDEX notices_notice_about ON notices_notice (room, about, id);
CREATE INDEX notices_notice_state ON notices_notice (state, id);
CREATE INDEX notices_notice_template ON notices_notice (template, id);
CREATE INDEX notices_notice_recipient ON notices_notice (recipient, handed_at);
CREATE INDEX notices_notice_unknown ON notices_notice (channel, id) WHERE state = 'unknown';

-- What a gateway calls a part of a notice, and what it said of it later. A receipt may be there before its notice is known.
CREATE TABLE notices_receipt (
  gateway TEXT NOT NULL,
  message_id TEXT NOT NULL,
  notice BIGINT,
  part BIGINT,
  -- `delivered`, `undeliverable`, `expired`, `rejected`, `deleted`; NULL until a receipt says so.
  outcome TEXT,
  error TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (gateway, message_id)
);
CREATE INDEX notices_receipt_notice ON notices_receipt (notice, part) WHERE notice IS NOT NULL;

-- Who wants which class of messages, by number or address. What is not here: service yes, marketing no.
CREATE TABLE notices_consent (
  recipient TEXT NOT NULL,
  class TEXT NOT NULL,
  granted BIGINT NOT NULL,
  -- `reply`, `person`, `import`, with the reason.
  source TEXT NOT NULL,
  who BIGINT,
  at BIGINT NOT NULL,
  PRIMARY KEY (recipient, class)
);
CREATE INDEX notices_consent_at ON notices_consent (at);

-- What customers wrote back.
CREATE TABLE notices_reply (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  phone TEXT NOT NULL,
  text TEXT NOT NULL,
  -- The last notice to this number within three days.
  notice BIGINT
);
CREATE INDEX notices_reply_notice ON notices_reply (notice, id) WHERE notice IS NOT NULL;

-- Settings: each change is a whole new version.
CREATE TABLE notices_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
