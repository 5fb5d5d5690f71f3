-- The dot that a record took when a listed loser came to show, and its conflict closed: who writes over it and knew the
-- listing, and not that, opens the conflict again. NULL for every other conflict.
ALTER TABLE conflict ADD COLUMN shown_number INTEGER;
ALTER TABLE conflict ADD COLUMN shown_counter INTEGER;
