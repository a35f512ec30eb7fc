-- Supply is back: everybody is asked until it is known that everybody has it. A round for each restoration.
CREATE TABLE outages_after (
  outage BIGINT NOT NULL,
  -- The revision that said that supply is back.
  revision BIGINT NOT NULL,
  -- listing, asking, sure, stuck, closed
  state TEXT NOT NULL,
  -- Listed up to this place among who is affected.
  rank BIGINT NOT NULL,
  account BIGINT NOT NULL,
  wave BIGINT NOT NULL,
  -- When the last wave began: the next is not before there was time to answer.
  wave_at BIGINT,
  -- After so many waves a leader says how it goes on.
  waves BIGINT NOT NULL,
  -- The last wave has not been asked whole.
  open BIGINT NOT NULL,
  -- Looked at again then; none while nothing can change by itself.
  next BIGINT,
  begun_at BIGINT NOT NULL,
  ended_at BIGINT,
  ended_by BIGINT,
  why TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (outage, revision)
);
CREATE INDEX outages_after_next ON outages_after (next) WHERE next IS NOT NULL;
CREATE INDEX outages_after_open ON outages_after (state) WHERE ended_at IS NULL;

-- One account that is asked, with what it answered and what came of it.
CREATE TABLE outages_ask (
  outage BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  account BIGINT NOT NULL,
  party BIGINT NOT NULL,
  -- The lowest element of the network above it; 0 where none is known.
  element BIGINT NOT NULL,
  -- 0 wished to be told, 1 important, 2 life support, 3 elderly, 4 called about it, 5 everybody else.
  ord BIGINT NOT NULL,
  -- Who of them is asked before whom, by chance.
  dice BIGINT NOT NULL,
  -- Empty where there is none.
  number TEXT NOT NULL,
  -- waiting, asked, yes, no, silent, unreachable
  state TEXT NOT NULL,
  -- sms, call, agent; empty before anybody was asked.
  how TEXT NOT NULL,
  wave BIGINT NOT NULL,
  asked_at BIGINT,
  -- Who has not answered by then is silent.
  due BIGINT,
  answered_at BIGINT,
  -- The text message.
  notice TEXT,
  -- Of whoever is still without.
  work_order BIGINT,
  order_number TEXT NOT NULL,
  -- That order is done, or the customer said that it is.
  mended BIGINT NOT NULL,
  -- Why nobody could be asked, or no order be filed: a code.
  trouble TEXT NOT NULL,
  -- What happened, as JSON.
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (outage, revision, account)
);
CREATE INDEX outages_ask_next ON outages_ask (outage, revision, element, state, ord, dice);
CREATE INDEX outages_ask_page ON outages_ask (outage, revision, state, ord, account);
CREATE INDEX outages_ask_due ON outages_ask (outage, revision, due) WHERE state = 'asked';
CREATE INDEX outages_ask_number ON outages_ask (number, outage, revision);
CREATE INDEX outages_ask_party ON outages_ask (party, outage);
CREATE INDEX outages_ask_notice ON outages_ask (notice) WHERE notice IS NOT NULL;
CREATE INDEX outages_ask_order ON outages_ask (work_order) WHERE work_order IS NOT NULL;
CREATE INDEX outages_ask_file ON outages_ask (outage, account) WHERE state = 'no' AND work_order IS NULL AND trouble = '';

-- Whoever called while it was off is asked before others.
CREATE TABLE outages_caller (
  outage BIGINT NOT NULL,
  party BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (outage, party)
);

-- How far a wave of text messages has come, of how many.
ALTER TABLE outages_wave ADD COLUMN passed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outages_wave ADD COLUMN total BIGINT NOT NULL DEFAULT 0;
