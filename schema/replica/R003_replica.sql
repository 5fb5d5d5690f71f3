-- Beside the domain tables, in the same file: what a replica must remember to sync. Nothing here costs a clean
-- record a byte.
CREATE TABLE zona_state(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  ambito TEXT NOT NULL,
  ambito_code TEXT NOT NULL,
  ambito_name TEXT NOT NULL,
  comune TEXT NOT NULL,
  comune_name TEXT NOT NULL,
  is_capofila INTEGER NOT NULL CHECK(is_capofila IN (0, 1)),
  number INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  schema_version INTEGER NOT NULL,
  next_counter INTEGER NOT NULL DEFAULT 1,
  captured_hash BLOB NOT NULL,
  acknowledged_counter INTEGER NOT NULL DEFAULT 0,
  acknowledged_hash BLOB NOT NULL,
  durable_counter INTEGER NOT NULL DEFAULT 0,
  cursor INTEGER NOT NULL DEFAULT 0,
  log_hash BLOB NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 1,
  clock_offset INTEGER NOT NULL DEFAULT 0,
  floor INTEGER NOT NULL DEFAULT 0,
  applying INTEGER NOT NULL DEFAULT 0 CHECK(applying IN (0, 1)),
  author TEXT NOT NULL DEFAULT '-',
  action INTEGER NOT NULL DEFAULT 0,
  hub_url TEXT NOT NULL DEFAULT '',
  hub_pin BLOB NOT NULL DEFAULT x'',
  ambito_key BLOB NOT NULL,
  certificate BLOB NOT NULL,
  last_contact INTEGER,
  last_pull INTEGER,
  last_fault TEXT
) STRICT;

CREATE TABLE zona_knowledge(
  epoch INTEGER PRIMARY KEY NOT NULL,
  seq INTEGER NOT NULL,
  vector BLOB NOT NULL
) STRICT;

CREATE TABLE zona_number(
  number INTEGER PRIMARY KEY NOT NULL,
  counter INTEGER NOT NULL
) STRICT;

CREATE TABLE zona_pending(
  table_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  author TEXT NOT NULL,
  action INTEGER NOT NULL,
  counter INTEGER,
  sent INTEGER,
  PRIMARY KEY(table_no, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_zona_pending_counter ON zona_pending(counter) WHERE counter IS NOT NULL;

CREATE TABLE zona_behind(
  table_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  skipped_kind INTEGER,
  skipped_row BLOB,
  PRIMARY KEY(table_no, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE zona_touch(
  table_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,
  PRIMARY KEY(table_no, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE zona_deciding(
  conflict_id TEXT PRIMARY KEY NOT NULL,
  table_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  group_no INTEGER NOT NULL,
  dots BLOB NOT NULL,
  counter INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE zona_outbox(
  number INTEGER NOT NULL,
  last_counter INTEGER NOT NULL,
  first_counter INTEGER NOT NULL,
  unit INTEGER NOT NULL,
  is_last INTEGER NOT NULL,
  hash BLOB NOT NULL,
  context BLOB NOT NULL,
  bytes BLOB NOT NULL,
  captured_at INTEGER NOT NULL,
  PRIMARY KEY(number, last_counter)
) STRICT;

CREATE TABLE zona_inbox(
  position INTEGER PRIMARY KEY NOT NULL,
  incarnation INTEGER NOT NULL,
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE zona_refused(
  number INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  table_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  operation INTEGER NOT NULL,
  carried INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  "values" BLOB NOT NULL,
  author TEXT NOT NULL,
  reason INTEGER NOT NULL,
  detail TEXT NOT NULL,
  refused_at INTEGER NOT NULL,
  PRIMARY KEY(number, counter)
) STRICT, WITHOUT ROWID;
