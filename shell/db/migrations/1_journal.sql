-- One row: where journal and outbox end. Whoever updates it writes next.
CREATE TABLE db_head (
    id BIGINT PRIMARY KEY,
    journal BIGINT NOT NULL,
    hash TEXT NOT NULL,
    outbox BIGINT NOT NULL
);
INSERT INTO db_head (id, journal, hash, outbox) VALUES (1, 0, '', 0);

CREATE TABLE db_journal (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    who BIGINT,
    room TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX db_journal_at ON db_journal (at);
CREATE INDEX db_journal_who ON db_journal (who, id);
CREATE INDEX db_journal_subject ON db_journal (subject, id);
CREATE INDEX db_journal_kind ON db_journal (room, kind, id);
-- only sqlite
CREATE TRIGGER db_journal_no_update BEFORE UPDATE ON db_journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER db_journal_no_delete BEFORE DELETE ON db_journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- only postgres
CREATE FUNCTION db_journal_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
CREATE TRIGGER db_journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON db_journal
    FOR EACH STATEMENT EXECUTE FUNCTION db_journal_append_only();
