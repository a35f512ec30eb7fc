-- The organisation: branches, departments, teams.
CREATE TABLE departments_unit (
    id BIGINT PRIMARY KEY,
    parent BIGINT REFERENCES departments_unit (id),
    kind TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    external BIGINT NOT NULL,
    -- JSON arrays of words; an empty one is the parent's.
    duties TEXT NOT NULL,
    areas TEXT NOT NULL,
    phone TEXT,
    retired_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX departments_unit_parent ON departments_unit (parent);

-- One row: changes of the tree take it first, so that two of them cannot close a circle together.
CREATE TABLE departments_tree (
    id BIGINT PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO departments_tree (id, version) VALUES (1, 0);

CREATE TABLE departments_member (
    unit BIGINT NOT NULL REFERENCES departments_unit (id),
    person BIGINT NOT NULL,
    post TEXT NOT NULL,
    phone TEXT,
    since BIGINT NOT NULL,
    PRIMARY KEY (unit, person)
);
CREATE INDEX departments_member_person ON departments_member (person, unit);

-- The roster: who is on duty from … to. No stretch is longer than a week, so that a window finds them all.
CREATE TABLE departments_duty (
    id BIGINT PRIMARY KEY,
    unit BIGINT NOT NULL REFERENCES departments_unit (id),
    person BIGINT NOT NULL,
    duty TEXT NOT NULL,
    begins_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    phone TEXT,
    -- Why somebody is first in two places at once.
    reason TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX departments_duty_unit ON departments_duty (unit, begins_at);
CREATE INDEX departments_duty_person ON departments_duty (person, begins_at);
CREATE INDEX departments_duty_begins ON departments_duty (begins_at);

-- What rulings taught: a matter of this kind, there, belongs to that unit.
CREATE TABLE departments_learnt (
    kind TEXT NOT NULL,
    area TEXT NOT NULL,
    unit BIGINT NOT NULL REFERENCES departments_unit (id),
    rulings BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (kind, area, unit)
);
CREATE INDEX departments_learnt_last ON departments_learnt (last_at);

-- Calendar feeds: one secret address for each person.
CREATE TABLE departments_feed (
    person BIGINT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    made_at BIGINT NOT NULL,
    used_at BIGINT
);
