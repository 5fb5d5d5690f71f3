-- Fondi: what the ambito receives, by source, and how the capofila shares it among the comuni.
-- Amounts are `manual`: of two amounts written apart an operator chooses, no clock does.

-- Money assigned to the ambito for one year from one source. One source may have several rows: an advance and a
-- balance.
CREATE TABLE assegnazione_fondo(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  annualita_id TEXT NOT NULL,
  fonte TEXT NOT NULL,
  importo_cent INTEGER NOT NULL,
  atto TEXT,
  data_atto TEXT,
  cup TEXT,
  residuo_anni_precedenti INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX ix_assegnazione_fondo_annualita_id ON assegnazione_fondo(annualita_id);

-- Share of an assignment for one comune.
CREATE TABLE quota_comune(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  assegnazione_id TEXT NOT NULL,
  comune_id TEXT NOT NULL,
  importo_cent INTEGER NOT NULL,
  criterio TEXT
) STRICT;
CREATE INDEX ix_quota_comune_chiave ON quota_comune(assegnazione_id, comune_id);
CREATE INDEX ix_quota_comune_comune_id ON quota_comune(comune_id);

-- The catalog rows of these tables.
INSERT INTO zona_catalog(
  table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal, id_key, deletable
) VALUES
  ('assegnazione_fondo', 8, 'Assegnazione di fondo', 'ambito', 'capofila', NULL, 'last-writer-wins', NULL, 0, NULL, 1),
  ('quota_comune', 9, 'Quota del comune', 'ambito', 'capofila', NULL, 'last-writer-wins',
   'assegnazione_id,comune_id', 0, NULL, 1);

INSERT INTO zona_column_rule(table_name, column_name, label, rule, parent, code_list, minimum, format) VALUES
  ('assegnazione_fondo', 'annualita_id', 'Annualità', NULL, 'annualita', NULL, NULL, NULL),
  ('assegnazione_fondo', 'fonte', 'Fonte di finanziamento', NULL, NULL, 'fonte', NULL, NULL),
  ('assegnazione_fondo', 'importo_cent', 'Importo', 'manual', NULL, NULL, 0, 'cent'),
  ('assegnazione_fondo', 'atto', 'Atto', NULL, NULL, NULL, NULL, NULL),
  ('assegnazione_fondo', 'data_atto', 'Data dell''atto', NULL, NULL, NULL, NULL, 'date'),
  ('assegnazione_fondo', 'cup', 'CUP', NULL, NULL, NULL, NULL, NULL),
  ('assegnazione_fondo', 'residuo_anni_precedenti', 'Residuo di anni precedenti', NULL, NULL, NULL, NULL, 'boolean');

INSERT INTO zona_column_rule(table_name, column_name, label, rule, parent, minimum, format) VALUES
  ('quota_comune', 'assegnazione_id', 'Assegnazione', NULL, 'assegnazione_fondo', NULL, NULL),
  ('quota_comune', 'comune_id', 'Comune', NULL, 'comune', NULL, NULL),
  ('quota_comune', 'importo_cent', 'Importo', 'manual', NULL, 0, 'cent'),
  ('quota_comune', 'criterio', 'Criterio di riparto', NULL, NULL, NULL, 'text');
