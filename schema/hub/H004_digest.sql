-- What each scope's records add up to, per schema version that added the columns: compared with every replica after
-- each pull.
CREATE TABLE digest(
  scope BLOB NOT NULL,
  since INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  sum BLOB NOT NULL,
  PRIMARY KEY(scope, since)
) STRICT, WITHOUT ROWID;

-- The schema version under which the sums were made; 0: not yet.
ALTER TABLE hub ADD COLUMN digest_version INTEGER NOT NULL DEFAULT 0;
