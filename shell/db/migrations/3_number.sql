CREATE TABLE db_number (
    room TEXT NOT NULL,
    day TEXT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (room, day)
);
