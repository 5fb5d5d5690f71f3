-- Records that are not here, and what pages said of them (1 deleted, 3 withheld). After a disaster the hub may show one
-- that was deleted under a version that says nothing of what its writer knew.
CREATE TABLE zona_absent(
  table_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  PRIMARY KEY(table_no, id)
) STRICT, WITHOUT ROWID;
