-- Whether notices of a text may be urgent is approved with it.
ALTER TABLE notices_template ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;
-- What the house may have to say at night: danger, and what was called off or went out.
UPDATE notices_template SET urgent = 1 WHERE class = 'service' AND written_by IS NULL
  AND code IN ('order_accepted', 'outage_liaison', 'gas_stopped');
