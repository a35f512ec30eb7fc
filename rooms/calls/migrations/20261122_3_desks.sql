-- On what each agent wants to be called, as far as somebody has chosen.
CREATE TABLE calls_devices (
  agent BIGINT PRIMARY KEY,
  device TEXT NOT NULL
);
-- What the centre allows for each reason of not being ready; `body` is JSON. What is absent has the built-in limit.
CREATE TABLE calls_reasons (
  reason TEXT PRIMARY KEY,
  body TEXT NOT NULL
);
