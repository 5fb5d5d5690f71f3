-- What a replica must remember while it meets a restored hub, goes on under a new number, or starts again from a
-- fresh pull.
ALTER TABLE zona_state ADD COLUMN rescue_epoch INTEGER;
ALTER TABLE zona_state ADD COLUMN rescue_own BLOB NOT NULL DEFAULT x'00';
ALTER TABLE zona_state ADD COLUMN is_stale INTEGER NOT NULL DEFAULT 0;

ALTER TABLE zona_pending ADD COLUMN is_filled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE zona_pending ADD COLUMN is_copy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE zona_pending ADD COLUMN was_captured INTEGER NOT NULL DEFAULT 0;

ALTER TABLE zona_outbox ADD COLUMN clock INTEGER;

CREATE TABLE zona_incarnation(
  incarnation INTEGER PRIMARY KEY NOT NULL,
  left_at INTEGER NOT NULL
) STRICT;
