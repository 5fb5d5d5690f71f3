-- Which merge of duplicates made which record one with which. Whoever did not know of it wrote to one of the two, and
-- has seen nothing that was written to the other. Records that were merged before this table count as seen by all.
CREATE TABLE merged(
  table_no INTEGER NOT NULL,
  gone BLOB NOT NULL,
  stays BLOB NOT NULL,
  number INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY(table_no, gone)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_merged_stays ON merged(table_no, stays);
