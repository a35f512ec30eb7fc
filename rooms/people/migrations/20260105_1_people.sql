CREATE TABLE people_group (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    leader BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX people_group_leader ON people_group (leader);

CREATE TABLE people_person (
    id BIGINT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    group_id BIGINT REFERENCES people_group (id),
    state TEXT NOT NULL,
    -- Answers calls: has a telephone of its own.
    phone BIGINT NOT NULL,
    contact TEXT,
    ready BIGINT NOT NULL,
    wrap_up_s BIGINT,
    password TEXT,
    password_set_at BIGINT,
    must_change BIGINT NOT NULL,
    realm TEXT,
    ha1_md5 TEXT,
    ha1_sha256 TEXT,
    failures BIGINT NOT NULL,
    locked_until BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX people_person_group ON people_person (group_id, number);
CREATE INDEX people_person_phone ON people_person (phone, state);

CREATE TABLE people_person_queue (
    person BIGINT NOT NULL REFERENCES people_person (id),
    queue BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    PRIMARY KEY (person, queue)
);
CREATE INDEX people_person_queue_queue ON people_person_queue (queue);

CREATE TABLE people_person_skill (
    person BIGINT NOT NULL REFERENCES people_person (id),
    skill TEXT NOT NULL,
    level BIGINT NOT NULL,
    PRIMARY KEY (person, skill)
);

CREATE TABLE people_role (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    built_in BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE people_role_permission (
    role TEXT NOT NULL REFERENCES people_role (name),
    permission TEXT NOT NULL,
    PRIMARY KEY (role, permission)
);

-- Permissions that the built-in roles have been given once; what is taken from a role later stays taken.
CREATE TABLE people_permission_offered (
    permission TEXT PRIMARY KEY
);

CREATE TABLE people_person_role (
    person BIGINT NOT NULL REFERENCES people_person (id),
    role TEXT NOT NULL REFERENCES people_role (name),
    PRIMARY KEY (person, role)
);
CREATE INDEX people_person_role_role ON people_person_role (role);

CREATE TABLE people_session (
    id BIGINT PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES people_person (id),
    token_hash TEXT NOT NULL UNIQUE,
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    idle_s BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX people_session_person ON people_session (person);
CREATE INDEX people_session_ends ON people_session (ends_at);

-- At most one row: the link with which the first person is made.
CREATE TABLE people_setup (
    id BIGINT PRIMARY KEY,
    token_hash TEXT NOT NULL
);
