CREATE TABLE notices_item (
  number TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  -- `open` or `closed`.
  state TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX notices_item_opened ON notices_item (opened_at);
