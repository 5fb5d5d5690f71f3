-- Rendiconto: what each comune sends, and the log of its passages.
-- The state of a rendicontazione is the end of the chain of valid passages: nobody writes it, so nobody can
-- overwrite it.

-- The reporting of one comune for one year and instalment. Its state is in rendicontazione_passaggio.
CREATE TABLE rendicontazione_comune(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  annualita_id TEXT NOT NULL,
  comune_id TEXT NOT NULL,
  tranche INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX ix_rendicontazione_comune_chiave ON rendicontazione_comune(annualita_id, comune_id, tranche);
CREATE INDEX ix_rendicontazione_comune_comune_id ON rendicontazione_comune(comune_id);

-- One step of a rendicontazione. Passages form a chain by precedente_id; one that does not follow the current
-- state is ignored by the consolidation, and shown.
CREATE TABLE rendicontazione_passaggio(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  rendicontazione_id TEXT NOT NULL,
  comune_id TEXT NOT NULL,
  da TEXT NOT NULL,
  a TEXT NOT NULL,
  attore TEXT NOT NULL,
  avvenuto TEXT NOT NULL,
  precedente_id TEXT,
  impronta_dati TEXT,
  nota TEXT
) STRICT;
CREATE INDEX ix_rendicontazione_passaggio_rendicontazione_id ON rendicontazione_passaggio(rendicontazione_id);
CREATE INDEX ix_rendicontazione_passaggio_comune_id ON rendicontazione_passaggio(comune_id);
CREATE INDEX ix_rendicontazione_passaggio_precedente_id ON rendicontazione_passaggio(precedente_id);

-- The catalog rows of these tables.
INSERT INTO zona_catalog(
  table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal, id_key, deletable
) VALUES
  ('rendicontazione_comune', 19, 'Rendicontazione del comune', 'ambito', 'owner_capofila', 'comune_id', 'capofila',
   'annualita_id,comune_id,tranche', 0, NULL, 1),
  ('rendicontazione_passaggio', 20, 'Passaggio di rendicontazione', 'ambito', 'owner_capofila', 'comune_id',
   'append-only', NULL, 0, NULL, 1);

INSERT INTO zona_column_rule(table_name, column_name, label, parent, minimum) VALUES
  ('rendicontazione_comune', 'annualita_id', 'Annualità', 'annualita', NULL),
  ('rendicontazione_comune', 'comune_id', 'Comune', 'comune', NULL),
  ('rendicontazione_comune', 'tranche', 'Tranche', NULL, 1);

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, format) VALUES
  ('rendicontazione_passaggio', 'rendicontazione_id', 'Rendicontazione', 'rendicontazione_comune', NULL, NULL),
  ('rendicontazione_passaggio', 'comune_id', 'Comune', 'comune', NULL, NULL),
  ('rendicontazione_passaggio', 'da', 'Da', NULL,
   'da_compilare,in_compilazione,inviata,in_riesame,attesa_rettifica,validata,storicizzata', NULL),
  ('rendicontazione_passaggio', 'a', 'A', NULL,
   'da_compilare,in_compilazione,inviata,in_riesame,attesa_rettifica,validata,storicizzata', NULL),
  ('rendicontazione_passaggio', 'attore', 'Attore', NULL, 'comune,capofila', NULL),
  ('rendicontazione_passaggio', 'avvenuto', 'Avvenuto il', NULL, NULL, 'timestamp'),
  ('rendicontazione_passaggio', 'precedente_id', 'Passaggio precedente', 'rendicontazione_passaggio', NULL, NULL),
  ('rendicontazione_passaggio', 'impronta_dati', 'Impronta dei dati', NULL, NULL, NULL),
  ('rendicontazione_passaggio', 'nota', 'Nota', NULL, NULL, 'text');

INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
  ('rendicontazione_passaggio', 'passaggio_ammesso', 'da,a,attore',
    '(da || ''>'' || a || '':'' || attore) IN (
      ''da_compilare>in_compilazione:comune'',
      ''in_compilazione>inviata:comune'',
      ''inviata>in_riesame:capofila'',
      ''in_riesame>attesa_rettifica:capofila'',
      ''attesa_rettifica>inviata:comune'',
      ''in_riesame>validata:capofila'',
      ''inviata>in_compilazione:capofila'',
      ''in_riesame>in_compilazione:capofila'',
      ''validata>in_compilazione:capofila'',
      ''validata>storicizzata:capofila'')',
    'Passaggio: da questo stato non si passa a quello indicato, o il passaggio spetta all''altro ente. Rileggere ' ||
    'lo stato della rendicontazione e scegliere un passaggio ammesso.');
