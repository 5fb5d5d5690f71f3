-- A refused change that an operator has let go, or written again, is remembered without its values: the hub names its
-- refusals anew in every pull from the beginning.
ALTER TABLE zona_refused ADD COLUMN dropped_at INTEGER;
