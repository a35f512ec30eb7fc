-- What customers wrote back is looked at by somebody, who says so.
ALTER TABLE notices_reply ADD COLUMN seen_at BIGINT;
ALTER TABLE notices_reply ADD COLUMN seen_by BIGINT;
CREATE INDEX notices_reply_unseen ON notices_reply (id) WHERE seen_at IS NULL;

-- When the writer was told that somebody who must read a bulletin has not.
ALTER TABLE notices_bulletin ADD COLUMN late_at BIGINT;
CREATE INDEX notices_bulletin_due ON notices_bulletin (written_at) WHERE late_at IS NULL;
