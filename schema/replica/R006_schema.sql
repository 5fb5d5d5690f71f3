-- Under which schema a state of knowledge was pulled: of columns that came later its writers had seen nothing, though
-- its vector covers who wrote them.
ALTER TABLE zona_knowledge ADD COLUMN schema_version INTEGER NOT NULL DEFAULT 1;
