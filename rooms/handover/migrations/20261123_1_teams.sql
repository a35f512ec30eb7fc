-- Which team a record is of; none is the whole centre, or what is left of it. One record for each end and team.
ALTER TABLE handover_record ADD COLUMN team BIGINT;
DROP INDEX handover_record_ends;
CREATE UNIQUE INDEX handover_record_team ON handover_record ((COALESCE(team, 0)), ends);
CREATE INDEX handover_record_newest ON handover_record (ends, id);

-- Whose log a line stands in: of the team of whoever it is about. None is the centre's.
ALTER TABLE handover_line ADD COLUMN team BIGINT;
