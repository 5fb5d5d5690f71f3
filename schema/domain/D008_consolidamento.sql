-- Consolidamento: what a comune answers to a finding of the nightly checks.
-- Consolidations, findings and conflicts themselves belong to the engine.

-- The reason a comune gives for a warning. It carries a hash of the values and lapses when they change. It is not
-- corrected but replaced: a later row names it in storno_di.
CREATE TABLE giustificazione(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  regola TEXT NOT NULL,
  tabella TEXT,
  riga_id TEXT,
  comune_id TEXT NOT NULL,
  testo TEXT NOT NULL,
  impronta_valori TEXT NOT NULL,
  resa_il TEXT NOT NULL,
  storno_di TEXT
) STRICT;
CREATE INDEX ix_giustificazione_comune_id ON giustificazione(comune_id);
CREATE INDEX ix_giustificazione_storno_di ON giustificazione(storno_di);

-- The catalog rows of these tables.
INSERT INTO zona_catalog(
  table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal, id_key, deletable
) VALUES
  ('giustificazione', 37, 'Giustificazione', 'owner', 'owner', 'comune_id', 'append-only', NULL, 0, NULL, 1);

INSERT INTO zona_column_rule(table_name, column_name, label, parent, format) VALUES
  ('giustificazione', 'regola', 'Regola', NULL, NULL),
  ('giustificazione', 'tabella', 'Tabella', NULL, NULL),
  ('giustificazione', 'riga_id', 'Riga', NULL, NULL),
  ('giustificazione', 'comune_id', 'Comune', 'comune', NULL),
  ('giustificazione', 'testo', 'Testo', NULL, 'text'),
  ('giustificazione', 'impronta_valori', 'Impronta dei valori', NULL, NULL),
  ('giustificazione', 'resa_il', 'Resa il', NULL, 'date'),
  ('giustificazione', 'storno_di', 'Sostituisce', 'giustificazione', NULL);

INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
  ('giustificazione', 'riga_completa', 'tabella,riga_id',
    '(tabella IS NULL) = (riga_id IS NULL)',
    'Riga: tabella e riga vanno indicate insieme. Completare entrambi i campi o lasciarli vuoti.');
