-- What somebody asked to be told, what an outage's next hours hang on, and what our own people must do may be told at night.
UPDATE notices_template SET urgent = 1 WHERE class = 'service' AND written_by IS NULL
  AND code IN ('outage_restored', 'outage_delayed', 'outage_changed', 'outage_cancelled',
               'gas_restored', 'gas_delayed', 'gas_changed', 'gas_cancelled',
               'order_urged', 'order_supervised', 'order_warned');
