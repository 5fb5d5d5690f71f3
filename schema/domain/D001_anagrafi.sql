-- Anagrafi: the ambito, its comuni, its plans, their years and terms, and the code lists.
-- Everything here is written by the capofila alone and read by the whole ambito.

-- The district: one row in each ambito.
CREATE TABLE ambito(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  codice TEXT NOT NULL,
  denominazione TEXT NOT NULL,
  regione TEXT NOT NULL,
  forma_gestione TEXT NOT NULL,
  codice_sioss TEXT
) STRICT;
CREATE INDEX ix_ambito_codice ON ambito(codice);

-- A municipality. It keeps its id when it changes its name.
CREATE TABLE comune(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  codice_istat TEXT NOT NULL,
  codice_belfiore TEXT NOT NULL,
  codice_ipa TEXT,
  denominazione TEXT NOT NULL,
  sigla_provincia TEXT NOT NULL,
  valido_dal TEXT,
  valido_al TEXT
) STRICT;
CREATE INDEX ix_comune_codice_istat ON comune(codice_istat);

-- The code lists, all in one table. A code is closed with valido_al, never deleted, so that old rows stay
-- readable.
CREATE TABLE vocabolario(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  tipo TEXT NOT NULL,
  codice TEXT NOT NULL,
  denominazione TEXT NOT NULL,
  padre TEXT,
  codice_istat TEXT,
  codice_siuss TEXT,
  valido_dal TEXT,
  valido_al TEXT,
  nota TEXT
) STRICT;
CREATE INDEX ix_vocabolario_chiave ON vocabolario(tipo, codice);

-- Membership of a comune in the ambito, with its dates. A comune that leaves keeps its row, closed with al. A
-- change of capofila closes one row and opens another in one action; consolidation checks that exactly one open
-- row is the capofila's.
CREATE TABLE ambito_comune(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  ambito_id TEXT NOT NULL,
  comune_id TEXT NOT NULL,
  capofila INTEGER NOT NULL DEFAULT 0,
  dal TEXT NOT NULL,
  al TEXT,
  popolazione INTEGER,
  popolazione_al TEXT
) STRICT;
CREATE INDEX ix_ambito_comune_chiave ON ambito_comune(ambito_id, comune_id, dal);
CREATE INDEX ix_ambito_comune_comune_id ON ambito_comune(comune_id);

-- The plan, usually of three years.
CREATE TABLE piano_di_zona(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  ambito_id TEXT NOT NULL,
  ordinale INTEGER,
  denominazione TEXT NOT NULL,
  anno_inizio INTEGER NOT NULL,
  anno_fine INTEGER NOT NULL,
  strumento TEXT NOT NULL,
  stato TEXT NOT NULL DEFAULT 'in_costruzione'
) STRICT;
CREATE INDEX ix_piano_di_zona_ambito_id ON piano_di_zona(ambito_id);

-- One year of a plan. Money, spending and cards (intervento) belong to a year.
CREATE TABLE annualita(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  piano_id TEXT NOT NULL,
  anno INTEGER NOT NULL,
  stato_programmazione TEXT NOT NULL DEFAULT 'bozza',
  stato_rendicontazione TEXT NOT NULL DEFAULT 'da_aprire'
) STRICT;
CREATE INDEX ix_annualita_chiave ON annualita(piano_id, anno);

-- A term. Dates count in Europe/Rome.
CREATE TABLE scadenza(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  piano_id TEXT NOT NULL,
  annualita_id TEXT,
  tipo TEXT NOT NULL,
  tranche INTEGER NOT NULL DEFAULT 1,
  data_termine TEXT NOT NULL,
  bloccante INTEGER NOT NULL DEFAULT 0,
  descrizione TEXT NOT NULL DEFAULT '',
  atto TEXT
) STRICT;
CREATE INDEX ix_scadenza_piano_id ON scadenza(piano_id);
CREATE INDEX ix_scadenza_annualita_id ON scadenza(annualita_id);

-- The catalog rows of these tables.
INSERT INTO zona_catalog(
  table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal, id_key, deletable
) VALUES
  ('ambito', 1, 'Ambito territoriale sociale', 'ambito', 'capofila', NULL, 'last-writer-wins', 'codice', 0, NULL, 1),
  ('comune', 2, 'Comune', 'ambito', 'capofila', NULL, 'last-writer-wins', 'codice_istat', 0, NULL, 1),
  ('vocabolario', 3, 'Vocabolario', 'ambito', 'capofila', NULL, 'last-writer-wins', 'tipo,codice', 0, NULL, 0),
  ('ambito_comune', 4, 'Comune dell''ambito', 'ambito', 'capofila', NULL, 'last-writer-wins',
   'ambito_id,comune_id,dal', 0, NULL, 1),
  ('piano_di_zona', 5, 'Piano di zona', 'ambito', 'capofila', NULL, 'last-writer-wins', NULL, 0, NULL, 1),
  ('annualita', 6, 'Annualità', 'ambito', 'capofila', NULL, 'last-writer-wins', 'piano_id,anno', 0, NULL, 1),
  ('scadenza', 7, 'Scadenza', 'ambito', 'capofila', NULL, 'last-writer-wins', NULL, 0, NULL, 1);

INSERT INTO zona_column_rule(table_name, column_name, label, allowed) VALUES
  ('ambito', 'codice', 'Codice', NULL),
  ('ambito', 'denominazione', 'Denominazione', NULL),
  ('ambito', 'regione', 'Regione', NULL),
  ('ambito', 'forma_gestione', 'Forma di gestione', 'convenzione,consorzio,unione,azienda_speciale,delega_asl'),
  ('ambito', 'codice_sioss', 'Codice SIOSS', NULL);

INSERT INTO zona_column_rule(table_name, column_name, label, format) VALUES
  ('comune', 'codice_istat', 'Codice ISTAT', NULL),
  ('comune', 'codice_belfiore', 'Codice catastale (Belfiore)', NULL),
  ('comune', 'codice_ipa', 'Codice IPA', NULL),
  ('comune', 'denominazione', 'Denominazione', NULL),
  ('comune', 'sigla_provincia', 'Provincia', NULL),
  ('comune', 'valido_dal', 'Valido dal', 'date'),
  ('comune', 'valido_al', 'Valido al', 'date');

INSERT INTO zona_column_rule(table_name, column_name, label, allowed, format) VALUES
  ('vocabolario', 'tipo', 'Elenco',
   'area_tematica,area_utenza,area_utenza_siuss,livello_welfare,macrolivello_fnps,leps,' ||
    'nomenclatore,fonte,tipo_soggetto,indicatore',
   NULL),
  ('vocabolario', 'codice', 'Codice', NULL, NULL),
  ('vocabolario', 'denominazione', 'Denominazione', NULL, NULL),
  ('vocabolario', 'padre', 'Codice superiore', NULL, NULL),
  ('vocabolario', 'codice_istat', 'Codice ISTAT', NULL, NULL),
  ('vocabolario', 'codice_siuss', 'Codice SIUSS', NULL, NULL),
  ('vocabolario', 'valido_dal', 'Valido dal', NULL, 'date'),
  ('vocabolario', 'valido_al', 'Valido al', NULL, 'date'),
  ('vocabolario', 'nota', 'Nota', NULL, 'text');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, minimum, format) VALUES
  ('ambito_comune', 'ambito_id', 'Ambito', 'ambito', NULL, NULL),
  ('ambito_comune', 'comune_id', 'Comune', 'comune', NULL, NULL),
  ('ambito_comune', 'capofila', 'Capofila', NULL, NULL, 'boolean'),
  ('ambito_comune', 'dal', 'Dal', NULL, NULL, 'date'),
  ('ambito_comune', 'al', 'Al', NULL, NULL, 'date'),
  ('ambito_comune', 'popolazione', 'Popolazione', NULL, 0, NULL),
  ('ambito_comune', 'popolazione_al', 'Popolazione alla data', NULL, NULL, 'date');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, minimum, format) VALUES
  ('piano_di_zona', 'ambito_id', 'Ambito', 'ambito', NULL, NULL, NULL),
  ('piano_di_zona', 'ordinale', 'Numero d''ordine', NULL, NULL, 1, NULL),
  ('piano_di_zona', 'denominazione', 'Denominazione', NULL, NULL, NULL, NULL),
  ('piano_di_zona', 'anno_inizio', 'Primo anno', NULL, NULL, NULL, 'year'),
  ('piano_di_zona', 'anno_fine', 'Ultimo anno', NULL, NULL, NULL, 'year'),
  ('piano_di_zona', 'strumento', 'Strumento di adozione', NULL, 'accordo_di_programma,convenzione', NULL, NULL),
  ('piano_di_zona', 'stato', 'Stato', NULL, 'in_costruzione,concertato,approvato,vigente,concluso', NULL, NULL);

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, format) VALUES
  ('annualita', 'piano_id', 'Piano di zona', 'piano_di_zona', NULL, NULL),
  ('annualita', 'anno', 'Anno', NULL, NULL, 'year'),
  ('annualita', 'stato_programmazione', 'Stato della programmazione', NULL, 'bozza,concertata,approvata', NULL),
  ('annualita', 'stato_rendicontazione', 'Stato della rendicontazione', NULL, 'da_aprire,aperta,chiusa,approvata',
   NULL);

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, minimum, format) VALUES
  ('scadenza', 'piano_id', 'Piano di zona', 'piano_di_zona', NULL, NULL, NULL),
  ('scadenza', 'annualita_id', 'Annualità', 'annualita', NULL, NULL, NULL),
  ('scadenza', 'tipo', 'Tipo', NULL, 'adesione,programmazione,rendicontazione,monitoraggio,debito_informativo', NULL,
   NULL),
  ('scadenza', 'tranche', 'Tranche', NULL, NULL, 1, NULL),
  ('scadenza', 'data_termine', 'Termine', NULL, NULL, NULL, 'date'),
  ('scadenza', 'bloccante', 'Bloccante', NULL, NULL, NULL, 'boolean'),
  ('scadenza', 'descrizione', 'Descrizione', NULL, NULL, NULL, 'text'),
  ('scadenza', 'atto', 'Atto', NULL, NULL, NULL, NULL);

INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
  ('comune', 'codice_istat_cifre', 'codice_istat',
    'length(codice_istat) = 6 AND codice_istat NOT GLOB ''*[^0-9]*''',
    'Codice ISTAT: servono sei cifre, con gli zeri iniziali (per esempio 072004). Correggere il codice.'),
  ('comune', 'codice_belfiore_forma', 'codice_belfiore',
    'length(codice_belfiore) = 4 AND codice_belfiore GLOB ''[A-Z][0-9][0-9][0-9]''',
    'Codice catastale (Belfiore): servono una lettera maiuscola e tre cifre (per esempio A225). Correggere il ' ||
    'codice.'),
  ('comune', 'sigla_provincia_forma', 'sigla_provincia',
    'length(sigla_provincia) = 2 AND sigla_provincia GLOB ''[A-Z][A-Z]''',
    'Provincia: servono due lettere maiuscole (per esempio BA). Correggere la sigla.'),
  ('comune', 'validita_ordine', 'valido_dal,valido_al',
    'valido_al >= valido_dal',
    'Valido al: non può precedere Valido dal. Correggere una delle due date.'),
  ('vocabolario', 'codice_presente', 'codice',
    'trim(codice) <> ''''',
    'Codice: non può essere vuoto. Inserire un codice.'),
  ('vocabolario', 'validita_ordine', 'valido_dal,valido_al',
    'valido_al >= valido_dal',
    'Valido al: non può precedere Valido dal. Correggere una delle due date.'),
  ('ambito_comune', 'periodo_ordine', 'dal,al',
    'al >= dal',
    'Al: non può precedere Dal. Correggere una delle due date.'),
  ('piano_di_zona', 'anni_ordine', 'anno_inizio,anno_fine',
    'anno_fine >= anno_inizio',
    'Ultimo anno: non può precedere il primo anno. Correggere uno dei due anni.');
