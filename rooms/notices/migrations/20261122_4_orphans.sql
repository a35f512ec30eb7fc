-- Receipts that found no notice are forgotten after a week.
CREATE INDEX notices_receipt_orphan ON notices_receipt (at) WHERE notice IS NULL;
