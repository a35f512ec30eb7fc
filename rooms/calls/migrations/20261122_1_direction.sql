-- Calls of our own stand beside those of customers: `out` to a customer, `internal` to a colleague. For these the number
-- that was dialled is the customer's, and `from_reversed` holds it.
ALTER TABLE calls_records ADD COLUMN direction TEXT NOT NULL DEFAULT 'in';
