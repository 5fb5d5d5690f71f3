-- The life of the hub for which a number's batches were captured, as their headers have it (8 bytes): who draws a
-- number draws it for one life. Nothing before the first batch; empty where the log was pruned before this column.
ALTER TABLE replica ADD COLUMN incarnation BLOB;
UPDATE replica SET incarnation = (
  SELECT substr(bytes, 39, 8) FROM log WHERE kind = 'batch' AND log.number = replica.number
  ORDER BY first_counter LIMIT 1);
