-- What a caller was told before the menu, or in answer to his question: one row for each thing and wording.
CREATE TABLE calls_heard (
  call BIGINT NOT NULL,
  -- The id of the thing in the room that had it said (ou_…).
  subject TEXT NOT NULL,
  revision BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- The node of the menu.
  node TEXT NOT NULL,
  -- It concerned this caller, not everybody.
  own BIGINT NOT NULL,
  -- Heard to its end.
  whole BIGINT NOT NULL,
  -- The key pressed there.
  chosen TEXT,
  -- The number at which he wants to be told how it goes on.
  tell_number TEXT,
  PRIMARY KEY (call, subject, revision)
);
CREATE INDEX calls_heard_subject ON calls_heard (subject, at);
CREATE INDEX calls_heard_at ON calls_heard (at);
