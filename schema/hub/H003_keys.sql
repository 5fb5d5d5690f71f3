-- What the hub needs to list the conflicts that are functions of the state: which living record holds which natural
-- key, which child refers to a parent that is gone, which ids were merged into others, who decided and reopened what.
CREATE TABLE natural_key(
  hash INTEGER PRIMARY KEY NOT NULL,
  table_no INTEGER NOT NULL,
  id BLOB NOT NULL
) STRICT;

CREATE TABLE natural_key_more(
  hash INTEGER NOT NULL,
  table_no INTEGER NOT NULL,
  id BLOB NOT NULL,
  PRIMARY KEY(hash, table_no, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE orphan(
  table_no INTEGER NOT NULL,
  id BLOB NOT NULL,
  column_no INTEGER NOT NULL,
  parent_table INTEGER NOT NULL,
  parent_id BLOB,
  PRIMARY KEY(table_no, id, column_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_orphan_parent ON orphan(parent_table, parent_id);

CREATE TABLE alias(
  table_no INTEGER NOT NULL,
  id BLOB NOT NULL,
  target BLOB NOT NULL,
  is_derived INTEGER NOT NULL,
  PRIMARY KEY(table_no, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_alias_target ON alias(table_no, target);

CREATE TABLE decision_mark(
  conflict BLOB NOT NULL,
  number INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  is_reopening INTEGER NOT NULL,
  time INTEGER NOT NULL,
  author BLOB NOT NULL,
  context INTEGER NOT NULL,
  PRIMARY KEY(conflict, number, counter)
) STRICT, WITHOUT ROWID;

-- Files from before this one have records that the tables above do not know: 0 until they are filled.
CREATE TABLE upkeep(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  is_complete INTEGER NOT NULL
) STRICT;
INSERT INTO upkeep(one, is_complete) VALUES (1, 0);
