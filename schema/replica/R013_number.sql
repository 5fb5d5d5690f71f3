-- When and why this file left a number: `forked` (a copy of it, or the file from before it was put back, has used it),
-- `met-hub` (the hub was restored) or `started-afresh`. NULL of what an earlier program left.
ALTER TABLE zona_number ADD COLUMN left_at INTEGER;
ALTER TABLE zona_number ADD COLUMN cause TEXT;
