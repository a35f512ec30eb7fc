CREATE TABLE clusters_item (
  number TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  -- `open` or `closed`.
  state TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX clusters_item_opened ON clusters_item (opened_at);
