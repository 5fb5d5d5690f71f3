-- What the hub's records added up to at the last pull, and what came of comparing this file with it.
CREATE TABLE zona_digest(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  hub BLOB NOT NULL,
  seq INTEGER NOT NULL,
  result TEXT NOT NULL CHECK(result IN ('unknown', 'equal', 'differs', 'waits')),
  compared_at INTEGER,
  differs_since INTEGER
) STRICT;
INSERT INTO zona_digest(one, hub, seq, result) VALUES (1, x'', 0, 'unknown');
