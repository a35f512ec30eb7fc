-- One-time passwords (RFC 6238). A secret is pending until its first code has been typed in; a step counts once.
ALTER TABLE people_person ADD COLUMN totp_secret TEXT;
ALTER TABLE people_person ADD COLUMN totp_pending TEXT;
ALTER TABLE people_person ADD COLUMN totp_step BIGINT;
-- Whoever has such a role cannot work without one.
ALTER TABLE people_role ADD COLUMN second_factor BIGINT NOT NULL DEFAULT 0;
