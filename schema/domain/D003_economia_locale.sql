-- Economia locale: what each comune sets aside, plans and spends.
-- Only the owning comune writes its rows. In voce_budget an empty comune means the row of the capofila.

-- What a comune sets aside in its own budget.
CREATE TABLE stanziamento_comune(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  annualita_id TEXT NOT NULL,
  comune_id TEXT NOT NULL,
  fonte TEXT NOT NULL,
  capitolo TEXT,
  importo_cent INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_stanziamento_comune_chiave ON stanziamento_comune(annualita_id, comune_id, fonte, capitolo);
CREATE INDEX ix_stanziamento_comune_comune_id ON stanziamento_comune(comune_id);

-- Planned cost of an intervento, by source and by who pays.
CREATE TABLE voce_budget(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  intervento_id TEXT NOT NULL,
  fonte TEXT NOT NULL,
  comune_id TEXT,
  importo_cent INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_voce_budget_chiave ON voce_budget(intervento_id, fonte, comune_id);
CREATE INDEX ix_voce_budget_comune_id ON voce_budget(comune_id);

-- One step of spending. Rows are added, never changed: a mistake is undone by a row that names it in storno_di.
-- Totals are sums of rows.
CREATE TABLE movimento_spesa(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  comune_id TEXT NOT NULL,
  annualita_id TEXT NOT NULL,
  intervento_id TEXT NOT NULL,
  fonte TEXT NOT NULL,
  fase TEXT NOT NULL,
  importo_cent INTEGER NOT NULL,
  storno_di TEXT,
  impegno_id TEXT,
  data TEXT NOT NULL,
  atto TEXT,
  cup TEXT,
  chiave_import TEXT
) STRICT;
CREATE INDEX ix_movimento_spesa_chiave ON movimento_spesa(comune_id, chiave_import);
CREATE INDEX ix_movimento_spesa_annualita_id ON movimento_spesa(annualita_id);
CREATE INDEX ix_movimento_spesa_intervento_id ON movimento_spesa(intervento_id);
CREATE INDEX ix_movimento_spesa_storno_di ON movimento_spesa(storno_di);
CREATE INDEX ix_movimento_spesa_impegno_id ON movimento_spesa(impegno_id);

-- The catalog rows of these tables.
INSERT INTO zona_catalog(
  table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal, id_key, deletable
) VALUES
  ('stanziamento_comune', 16, 'Stanziamento del comune', 'ambito', 'owner', 'comune_id', 'fields',
   'annualita_id,comune_id,fonte,capitolo', 1, NULL, 1),
  ('voce_budget', 17, 'Voce di budget', 'ambito', 'owner', 'comune_id', 'fields', 'intervento_id,fonte,comune_id', 1,
   NULL, 1),
  ('movimento_spesa', 18, 'Movimento di spesa', 'owner', 'owner', 'comune_id', 'append-only',
   'comune_id,chiave_import', 0, NULL, 1);

INSERT INTO zona_column_rule(table_name, column_name, label, rule, parent, code_list, minimum, format) VALUES
  ('stanziamento_comune', 'annualita_id', 'Annualità', NULL, 'annualita', NULL, NULL, NULL),
  ('stanziamento_comune', 'comune_id', 'Comune', NULL, 'comune', NULL, NULL, NULL),
  ('stanziamento_comune', 'fonte', 'Fonte di finanziamento', NULL, NULL, 'fonte', NULL, NULL),
  ('stanziamento_comune', 'capitolo', 'Capitolo di bilancio', NULL, NULL, NULL, NULL, NULL),
  ('stanziamento_comune', 'importo_cent', 'Importo', 'manual', NULL, NULL, 0, 'cent');

INSERT INTO zona_column_rule(table_name, column_name, label, rule, parent, code_list, minimum, format) VALUES
  ('voce_budget', 'intervento_id', 'Intervento', NULL, 'intervento', NULL, NULL, NULL),
  ('voce_budget', 'fonte', 'Fonte di finanziamento', NULL, NULL, 'fonte', NULL, NULL),
  ('voce_budget', 'comune_id', 'Comune', NULL, 'comune', NULL, NULL, NULL),
  ('voce_budget', 'importo_cent', 'Importo', 'manual', NULL, NULL, 0, 'cent');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, code_list, allowed, format) VALUES
  ('movimento_spesa', 'comune_id', 'Comune', 'comune', NULL, NULL, NULL),
  ('movimento_spesa', 'annualita_id', 'Annualità', 'annualita', NULL, NULL, NULL),
  ('movimento_spesa', 'intervento_id', 'Intervento', 'intervento', NULL, NULL, NULL),
  ('movimento_spesa', 'fonte', 'Fonte di finanziamento', NULL, 'fonte', NULL, NULL),
  ('movimento_spesa', 'fase', 'Fase', NULL, NULL, 'impegno,liquidazione,pagamento', NULL),
  ('movimento_spesa', 'importo_cent', 'Importo', NULL, NULL, NULL, 'cent'),
  ('movimento_spesa', 'storno_di', 'Storno di', 'movimento_spesa', NULL, NULL, NULL),
  ('movimento_spesa', 'impegno_id', 'Impegno', 'movimento_spesa', NULL, NULL, NULL),
  ('movimento_spesa', 'data', 'Data', NULL, NULL, NULL, 'date'),
  ('movimento_spesa', 'atto', 'Atto', NULL, NULL, NULL, NULL),
  ('movimento_spesa', 'cup', 'CUP', NULL, NULL, NULL, NULL),
  ('movimento_spesa', 'chiave_import', 'Chiave di importazione', NULL, NULL, NULL, NULL);

INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
  ('movimento_spesa', 'importo_non_zero', 'importo_cent',
    'importo_cent <> 0',
    'Importo: non può essere zero. Inserire l''importo del movimento.'),
  ('movimento_spesa', 'importo_segno', 'importo_cent,storno_di',
    'importo_cent > 0 OR storno_di IS NOT NULL',
    'Importo: un importo negativo è ammesso solo per uno storno. Indicare in Storno di il movimento da ' ||
    'correggere.'),
  ('movimento_spesa', 'impegno_coerente', 'fase,impegno_id',
    'fase <> ''impegno'' OR impegno_id IS NULL',
    'Impegno: un movimento in fase di impegno non si collega a un altro impegno. Lasciare vuoto il campo Impegno.');
