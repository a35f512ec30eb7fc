-- One row for each recording; who and when stands in the call's record.
CREATE TABLE recordings_recordings (
  id BIGINT PRIMARY KEY,
  call BIGINT NOT NULL,
  file TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  sealed_at BIGINT,
  duration_ms BIGINT,
  bytes BIGINT,
  sha256 TEXT,
  -- Silence that stands in place of what could not be written.
  lost_ms BIGINT NOT NULL,
  -- Kept although its time is over: a dispute, a complaint.
  held BIGINT NOT NULL,
  deleted_at BIGINT
);
CREATE INDEX recordings_recordings_call ON recordings_recordings (call);
CREATE INDEX recordings_recordings_started ON recordings_recordings (started_at) WHERE deleted_at IS NULL;

CREATE TABLE recordings_marks (
  recording BIGINT NOT NULL,
  position BIGINT NOT NULL,
  mark TEXT NOT NULL,
  offset_ms BIGINT NOT NULL,
  PRIMARY KEY (recording, position)
);
