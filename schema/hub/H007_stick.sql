-- Whom a bundle for a replica is sealed for, by the replica's key; and the last greeting of each number, over the
-- network or on a stick, which says from where its next bundle goes on.
CREATE TABLE sealing_key(
  key BLOB PRIMARY KEY NOT NULL,
  sealing BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE greeting(
  number INTEGER PRIMARY KEY NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
