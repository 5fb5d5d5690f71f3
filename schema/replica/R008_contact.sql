-- What the last attempt to meet the hub showed, for `zona status`: when it was, what it failed of (a stable word), and
-- how far the hub was then.
ALTER TABLE zona_state ADD COLUMN last_attempt INTEGER;
ALTER TABLE zona_state ADD COLUMN last_cause TEXT;
ALTER TABLE zona_state ADD COLUMN hub_seq INTEGER;
