-- What a hub must know to be restored, to forget, and to recognise who it talks with: the lives that it replaces, who
-- has compared since, and the highest `seq` that was collected.
ALTER TABLE hub ADD COLUMN horizon INTEGER NOT NULL DEFAULT 0;

CREATE TABLE hub_incarnation(
  incarnation INTEGER PRIMARY KEY NOT NULL,
  number INTEGER NOT NULL,
  ended_at INTEGER NOT NULL
) STRICT;

ALTER TABLE replica ADD COLUMN superseded_at INTEGER;
ALTER TABLE replica ADD COLUMN retired_at INTEGER;
ALTER TABLE replica ADD COLUMN compared INTEGER NOT NULL DEFAULT 0;

ALTER TABLE record ADD COLUMN is_withheld INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ix_record_withheld ON record(is_withheld) WHERE is_withheld = 1;
CREATE INDEX ix_record_deleted ON record(is_deleted) WHERE is_deleted = 1;

ALTER TABLE conflict ADD COLUMN kind TEXT NOT NULL DEFAULT 'merge';

-- The kinds of entries are the program's; a check of them could not grow.
CREATE TABLE log_entry(
  entry INTEGER PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  seq INTEGER NOT NULL,
  number INTEGER,
  first_counter INTEGER,
  last_counter INTEGER,
  unit INTEGER,
  hash BLOB,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  decided BLOB NOT NULL,
  chain BLOB NOT NULL
) STRICT;
INSERT INTO log_entry SELECT * FROM log;
DROP TABLE log;
ALTER TABLE log_entry RENAME TO log;
CREATE INDEX ix_log_batch ON log(number, first_counter) WHERE kind = 'batch';
CREATE INDEX ix_log_hash ON log(hash) WHERE kind = 'batch';
CREATE INDEX ix_log_chain ON log(chain);
