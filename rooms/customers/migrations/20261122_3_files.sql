-- Files of imports are taken away after a day; of exports nothing is kept here but the journal's lines.
ALTER TABLE customers_job ADD COLUMN files BIGINT NOT NULL DEFAULT 1;
DELETE FROM customers_job WHERE kind = 'export';
CREATE INDEX customers_job_files ON customers_job (files, at);
