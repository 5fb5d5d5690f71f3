-- What a record that goes held on the screen of who merged it: what he writes to it afterwards, before the merge is
-- captured, he has not given up by it. NULL for all that names a conflict.
ALTER TABLE zona_deciding ADD COLUMN seen_row BLOB;
