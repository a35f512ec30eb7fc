-- What centre and branches tell each other. Never changed once written: another one is written, and this one withdrawn.
CREATE TABLE notices_bulletin (
  id BIGINT PRIMARY KEY,
  -- `staff`, `business`, `fault`, `surge`, `other`.
  class TEXT NOT NULL,
  -- Where it holds, as people say it; empty for everywhere.
  region TEXT NOT NULL,
  text TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_until BIGINT NOT NULL,
  written_by BIGINT NOT NULL,
  written_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  withdrawn_by BIGINT,
  withdrawn_why TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX notices_bulletin_until ON notices_bulletin (valid_until, id);

-- Who must read it, and who has.
CREATE TABLE notices_read (
  bulletin BIGINT NOT NULL,
  person BIGINT NOT NULL,
  must BIGINT NOT NULL,
  read_at BIGINT,
  PRIMARY KEY (bulletin, person)
);
CREATE INDEX notices_read_unread ON notices_read (person, bulletin) WHERE must = 1 AND read_at IS NULL;
