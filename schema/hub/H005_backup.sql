-- The backups that are kept, and what each holds: replicas may let go of what is in every one of them.
CREATE TABLE backup(
  id TEXT PRIMARY KEY NOT NULL,
  made_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  place TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE backup_counter(
  backup TEXT NOT NULL,
  number INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY(backup, number)
) STRICT, WITHOUT ROWID;
