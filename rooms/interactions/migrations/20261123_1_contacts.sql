-- What K19 to K21 are counted from: one row for each call and reason that somebody wanted something by. It follows from the records,
-- and is written with each change of one that touches it; counted from the records a month of many contacts takes a quarter of a minute.
CREATE TABLE interactions_contact (
  call BIGINT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- 1 when it was answered on the call; not followed by another within seven days; preceded by another.
  direct BIGINT NOT NULL,
  solved BIGINT NOT NULL,
  repeated BIGINT NOT NULL,
  PRIMARY KEY (call, reason)
);
CREATE INDEX interactions_contact_counted ON interactions_contact (reason, at, direct, solved, repeated);

-- Two changes about the same customer, or number, take turns: otherwise neither would see the other's contact.
CREATE TABLE interactions_contact_turn (slot BIGINT PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO interactions_contact_turn (slot, n) VALUES
  (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 0), (12, 0), (13, 0), (14, 0), (15, 0), (16, 0), (17, 0), (18, 0), (19, 0), (20, 0), (21, 0), (22, 0), (23, 0), (24, 0), (25, 0), (26, 0), (27, 0), (28, 0), (29, 0), (30, 0), (31, 0),
  (32, 0), (33, 0), (34, 0), (35, 0), (36, 0), (37, 0), (38, 0), (39, 0), (40, 0), (41, 0), (42, 0), (43, 0), (44, 0), (45, 0), (46, 0), (47, 0), (48, 0), (49, 0), (50, 0), (51, 0), (52, 0), (53, 0), (54, 0), (55, 0), (56, 0), (57, 0), (58, 0), (59, 0), (60, 0), (61, 0), (62, 0), (63, 0);

INSERT INTO interactions_contact (call, reason, at, direct, solved, repeated)
SELECT call, reason, MIN(at), MAX(CASE WHEN result = 'answered' THEN 1 ELSE 0 END),
  MAX(CASE WHEN (customer IS NOT NULL AND EXISTS (SELECT 1 FROM interactions_record AS other WHERE other.customer = interactions_record.customer AND other.at > interactions_record.at
       AND other.at <= interactions_record.completed_at + 604800000000 AND other.call <> interactions_record.call
       AND other.direction = 'in' AND other.reason = interactions_record.reason AND COALESCE(other.result, '') NOT IN ('wrong_number', 'silent', 'nuisance'))
     OR customer IS NULL AND SUBSTR(number, 1, 1) IN ('+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
     AND EXISTS (SELECT 1 FROM interactions_record AS other WHERE other.number = interactions_record.number AND other.customer IS NULL AND other.at > interactions_record.at
       AND other.at <= interactions_record.completed_at + 604800000000 AND other.call <> interactions_record.call
       AND other.direction = 'in' AND other.reason = interactions_record.reason AND COALESCE(other.result, '') NOT IN ('wrong_number', 'silent', 'nuisance'))) THEN 0 ELSE 1 END),
  MAX(CASE WHEN (customer IS NOT NULL AND EXISTS (SELECT 1 FROM interactions_record AS other WHERE other.customer = interactions_record.customer AND other.at < interactions_record.at
       AND other.at >= interactions_record.at - 604800000000 AND other.call <> interactions_record.call
       AND other.direction = 'in' AND other.reason = interactions_record.reason AND COALESCE(other.result, '') NOT IN ('wrong_number', 'silent', 'nuisance'))
     OR customer IS NULL AND SUBSTR(number, 1, 1) IN ('+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
     AND EXISTS (SELECT 1 FROM interactions_record AS other WHERE other.number = interactions_record.number AND other.customer IS NULL AND other.at < interactions_record.at
       AND other.at >= interactions_record.at - 604800000000 AND other.call <> interactions_record.call
       AND other.direction = 'in' AND other.reason = interactions_record.reason AND COALESCE(other.result, '') NOT IN ('wrong_number', 'silent', 'nuisance'))) THEN 1 ELSE 0 END)
FROM interactions_record
WHERE direction = 'in' AND state = 'complete' AND reason IS NOT NULL AND result IN ('answered', 'order', 'call_back')
GROUP BY call, reason;
