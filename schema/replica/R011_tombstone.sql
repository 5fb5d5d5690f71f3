-- Records that this file knows to be deleted: after a disaster the hub may show one again under a version that says
-- nothing of what its writer knew.
CREATE TABLE zona_tombstone(
  table_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY(table_no, id)
) STRICT, WITHOUT ROWID;
