-- Imports and exports: long work with progress.
CREATE TABLE customers_job (
  id BIGINT PRIMARY KEY,
  -- `import` or `export`.
  kind TEXT NOT NULL,
  -- `uploaded`, `running`, `tried`, `done`, `cancelled`, `failed`.
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT NOT NULL,
  -- The file's name as it was uploaded, or what was exported.
  title TEXT NOT NULL,
  -- Columns, first rows, counts: rules::job::Detail.
  detail TEXT NOT NULL
);
CREATE INDEX customers_job_kind ON customers_job (kind, id);
CREATE INDEX customers_job_state ON customers_job (state);
