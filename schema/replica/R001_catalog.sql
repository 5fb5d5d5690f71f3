-- What both sides know of the synced tables. Filled by the files that create the tables.
CREATE TABLE zona_catalog(
  table_name TEXT PRIMARY KEY NOT NULL,
  table_no INTEGER NOT NULL UNIQUE,
  label TEXT NOT NULL,
  readable TEXT NOT NULL CHECK(readable IN ('ambito', 'owner', 'scoped')),
  writable TEXT NOT NULL CHECK(writable IN ('capofila', 'owner', 'owner_capofila', 'all', 'hub')),
  owner_column TEXT,
  rule TEXT NOT NULL CHECK(rule IN ('last-writer-wins', 'fields', 'manual', 'capofila', 'owner', 'append-only', 'set')),
  natural_key TEXT,
  nulls_equal INTEGER NOT NULL DEFAULT 0,
  id_key TEXT,
  deletable INTEGER NOT NULL DEFAULT 1,
  since INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE zona_column_rule(
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  label TEXT NOT NULL,
  writable TEXT CHECK(writable IN ('capofila', 'owner', 'owner_capofila', 'all', 'hub')),
  rule TEXT CHECK(rule IN ('last-writer-wins', 'manual', 'capofila', 'owner', 'ordered')),
  group_name TEXT,
  ordered_values TEXT,
  parent TEXT,
  code_list TEXT,
  allowed TEXT,
  minimum INTEGER,
  maximum INTEGER,
  format TEXT CHECK(format IN ('date', 'time', 'timestamp', 'cent', 'boolean', 'year', 'text')),
  since INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY(table_name, column_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE zona_check(
  table_name TEXT NOT NULL,
  name TEXT NOT NULL,
  columns TEXT NOT NULL,
  expression TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY(table_name, name)
) STRICT, WITHOUT ROWID;
