CREATE TABLE db_outbox (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE TABLE db_outbox_reader (
    name TEXT PRIMARY KEY,
    heard BIGINT NOT NULL,
    failures BIGINT NOT NULL
);
CREATE TABLE db_outbox_parked (
    name TEXT NOT NULL,
    event BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (name, event)
);
