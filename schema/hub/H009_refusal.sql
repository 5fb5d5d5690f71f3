-- Whether what was refused was an insert: then its record never was here, and updates of it are refused also when they
-- are given back to a restored hub. Refusals of before this column count as others.
ALTER TABLE refusal ADD COLUMN is_insert INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ix_refusal_insert ON refusal(id) WHERE is_insert = 1;

-- What the deletes were known by that this hub has forgotten: who had seen all of it gives back nothing that was
-- deleted here. One row once anything was collected; what was collected before this table counts as all that the hub
-- had.
CREATE TABLE forgotten(vector BLOB NOT NULL) STRICT;
INSERT INTO forgotten(vector) SELECT vector FROM hub WHERE horizon > 0;
