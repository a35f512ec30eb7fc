-- A calendar asks when an entry was last revised.
ALTER TABLE departments_duty ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
