-- Whether a batch was ever about to leave this file, over a line or on a stick: only then may somebody have it. What an
-- earlier program captured counts as offered.
ALTER TABLE zona_outbox ADD COLUMN is_offered INTEGER NOT NULL DEFAULT 1;
