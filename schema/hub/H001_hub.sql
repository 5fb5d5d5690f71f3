-- One ambito at the hub, in one file: records as they are, what they were, what arrived and what was decided.
CREATE TABLE hub(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  ambito BLOB NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  schema_version INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  vector BLOB NOT NULL,
  highest_time INTEGER NOT NULL,
  log_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE record(
  seq INTEGER PRIMARY KEY NOT NULL,
  table_no INTEGER NOT NULL,
  id BLOB NOT NULL,
  number INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  scope BLOB,
  is_deleted INTEGER NOT NULL,
  row BLOB NOT NULL,
  state BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_record_id ON record(table_no, id);

CREATE TABLE history(
  entry INTEGER PRIMARY KEY NOT NULL,
  table_no INTEGER NOT NULL,
  id BLOB NOT NULL,
  group_no INTEGER NOT NULL,
  number INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  time INTEGER NOT NULL,
  author INTEGER NOT NULL,
  "values" BLOB NOT NULL,
  replaced_by_number INTEGER NOT NULL,
  replaced_by_counter INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_history_record ON history(table_no, id, group_no);

CREATE TABLE conflict(
  id BLOB PRIMARY KEY NOT NULL,
  table_no INTEGER NOT NULL,
  record_id BLOB NOT NULL,
  group_no INTEGER NOT NULL,
  loser_number INTEGER NOT NULL,
  loser_counter INTEGER NOT NULL,
  listed_number INTEGER,
  listed_counter INTEGER,
  state TEXT NOT NULL CHECK(state IN ('open', 'closed', 'decided'))
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_conflict_record ON conflict(table_no, record_id);
CREATE INDEX ix_conflict_open ON conflict(state) WHERE state = 'open';

CREATE TABLE author(
  no INTEGER PRIMARY KEY NOT NULL,
  name BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE context(
  no INTEGER PRIMARY KEY NOT NULL,
  vector BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE replica(
  number INTEGER PRIMARY KEY NOT NULL,
  key BLOB NOT NULL,
  comune BLOB NOT NULL,
  is_capofila INTEGER NOT NULL,
  stored_counter INTEGER NOT NULL DEFAULT 0,
  stored_hash BLOB NOT NULL,
  folded_counter INTEGER NOT NULL DEFAULT 0,
  durable_counter INTEGER NOT NULL DEFAULT 0,
  cursor INTEGER NOT NULL DEFAULT 0,
  oldest INTEGER NOT NULL DEFAULT 0,
  schema_version INTEGER NOT NULL DEFAULT 1,
  enrolled_at INTEGER NOT NULL,
  last_contact INTEGER,
  last_complete INTEGER,
  clock_offset INTEGER NOT NULL DEFAULT 0,
  revoked_at INTEGER
) STRICT;
CREATE INDEX ix_replica_key ON replica(key);

CREATE TABLE invitation(
  secret_hash BLOB PRIMARY KEY NOT NULL,
  comune BLOB NOT NULL,
  is_capofila INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  key BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE refusal(
  seq INTEGER PRIMARY KEY NOT NULL,
  number INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  table_no INTEGER NOT NULL,
  id BLOB NOT NULL,
  reason INTEGER NOT NULL,
  detail TEXT NOT NULL,
  hub_has_row INTEGER NOT NULL,
  is_hidden INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_refusal_number ON refusal(number, seq);

CREATE TABLE log(
  entry INTEGER PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK(kind IN ('seed', 'enrol', 'batch', 'fold', 'revoke')),
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
CREATE INDEX ix_log_batch ON log(number, first_counter) WHERE kind = 'batch';
CREATE INDEX ix_log_hash ON log(hash) WHERE kind = 'batch';
