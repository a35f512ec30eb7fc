-- Whether a contact came again: of the same customer, or number, about the same reason. Without them SQLite takes the index of
-- reasons and reads a week of everybody's contacts for each one.
CREATE INDEX interactions_record_again_customer ON interactions_record (customer, reason, at) WHERE customer IS NOT NULL;
CREATE INDEX interactions_record_again_number ON interactions_record (number, reason, at) WHERE customer IS NULL;
