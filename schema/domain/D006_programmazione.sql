-- Programmazione: objectives, cards of the interventi, what they answer and how they are judged.
-- Texts are everybody's; number, classification, state and priority are the capofila's. Long texts are `manual`:
-- two versions cannot be merged safely, so both are kept and an operator chooses.

-- An objective of the plan.
CREATE TABLE obiettivo(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  piano_id TEXT NOT NULL,
  tipo TEXT NOT NULL,
  titolo TEXT NOT NULL,
  descrizione TEXT NOT NULL DEFAULT '',
  priorita INTEGER,
  area_tematica TEXT
) STRICT;
CREATE INDEX ix_obiettivo_piano_id ON obiettivo(piano_id);

-- A card of the plan: one service or action in one year. It comes back when it is deleted while a comune has spent
-- on it; the capofila then sets non_attivato.
CREATE TABLE intervento(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  annualita_id TEXT NOT NULL,
  codice_scheda TEXT NOT NULL DEFAULT '',
  titolo TEXT NOT NULL,
  descrizione TEXT NOT NULL DEFAULT '',
  modalita_organizzative TEXT NOT NULL DEFAULT '',
  requisiti_qualita TEXT NOT NULL DEFAULT '',
  tipo_azione TEXT,
  livello_welfare TEXT,
  macrolivello_fnps TEXT,
  nomenclatore TEXT,
  area_tematica TEXT,
  gestione TEXT,
  titolare TEXT NOT NULL,
  stato TEXT NOT NULL DEFAULT 'proposto'
) STRICT;
CREATE INDEX ix_intervento_annualita_id ON intervento(annualita_id);

-- What an intervento serves: objectives, essential levels, groups of people. A set: the id comes from the key.
CREATE TABLE intervento_voce(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  intervento_id TEXT NOT NULL,
  tipo TEXT NOT NULL,
  codice TEXT NOT NULL
) STRICT;
CREATE INDEX ix_intervento_voce_chiave ON intervento_voce(intervento_id, tipo, codice);

-- Which needs an intervento answers. A set: the id comes from the key.
CREATE TABLE bisogno_intervento(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  bisogno_id TEXT NOT NULL,
  intervento_id TEXT NOT NULL
) STRICT;
CREATE INDEX ix_bisogno_intervento_chiave ON bisogno_intervento(bisogno_id, intervento_id);
CREATE INDEX ix_bisogno_intervento_intervento_id ON bisogno_intervento(intervento_id);

-- Judgement of an objective or an intervento in one year.
CREATE TABLE valutazione(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  obiettivo_id TEXT,
  intervento_id TEXT,
  anno INTEGER NOT NULL,
  esito TEXT NOT NULL,
  testo TEXT NOT NULL
) STRICT;
CREATE INDEX ix_valutazione_obiettivo_id ON valutazione(obiettivo_id);
CREATE INDEX ix_valutazione_intervento_id ON valutazione(intervento_id);

-- The catalog rows of these tables.
INSERT INTO zona_catalog(
  table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal, id_key, deletable
) VALUES
  ('obiettivo', 11, 'Obiettivo', 'ambito', 'all', NULL, 'fields', NULL, 0, NULL, 1),
  ('intervento', 12, 'Intervento', 'ambito', 'all', NULL, 'fields', NULL, 0, NULL, 1),
  ('intervento_voce', 13, 'Voce dell''intervento', 'ambito', 'all', NULL, 'set', 'intervento_id,tipo,codice', 0,
   'intervento_id,tipo,codice', 1),
  ('bisogno_intervento', 15, 'Bisogno e intervento', 'ambito', 'all', NULL, 'set', 'bisogno_id,intervento_id', 0,
   'bisogno_id,intervento_id', 1),
  ('valutazione', 25, 'Valutazione', 'ambito', 'capofila', NULL, 'last-writer-wins', NULL, 0, NULL, 1);

INSERT INTO zona_column_rule(
  table_name, column_name, label, writable, rule, parent, code_list, allowed, minimum, format
) VALUES
  ('obiettivo', 'piano_id', 'Piano di zona', NULL, NULL, 'piano_di_zona', NULL, NULL, NULL, NULL),
  ('obiettivo', 'tipo', 'Tipo', NULL, NULL, NULL, NULL, 'strumentale,strategico', NULL, NULL),
  ('obiettivo', 'titolo', 'Titolo', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('obiettivo', 'descrizione', 'Descrizione', NULL, 'manual', NULL, NULL, NULL, NULL, 'text'),
  ('obiettivo', 'priorita', 'Priorità', 'capofila', NULL, NULL, NULL, NULL, 1, NULL),
  ('obiettivo', 'area_tematica', 'Area tematica', 'capofila', NULL, NULL, 'area_tematica', NULL, NULL, NULL);

INSERT INTO zona_column_rule(
  table_name, column_name, label, writable, rule, parent, code_list, allowed, format
) VALUES
  ('intervento', 'annualita_id', 'Annualità', NULL, NULL, 'annualita', NULL, NULL, NULL),
  ('intervento', 'codice_scheda', 'Codice scheda', 'capofila', NULL, NULL, NULL, NULL, NULL),
  ('intervento', 'titolo', 'Titolo', NULL, NULL, NULL, NULL, NULL, NULL),
  ('intervento', 'descrizione', 'Descrizione', NULL, 'manual', NULL, NULL, NULL, 'text'),
  ('intervento', 'modalita_organizzative', 'Modalità organizzative', NULL, 'manual', NULL, NULL, NULL, 'text'),
  ('intervento', 'requisiti_qualita', 'Requisiti di qualità', NULL, 'manual', NULL, NULL, NULL, 'text'),
  ('intervento', 'tipo_azione', 'Tipo di azione', 'capofila', NULL, NULL, NULL, 'promozione,inclusione,integrazione',
   NULL),
  ('intervento', 'livello_welfare', 'Livello di welfare', 'capofila', NULL, NULL, 'livello_welfare', NULL, NULL),
  ('intervento', 'macrolivello_fnps', 'Macrolivello FNPS', 'capofila', NULL, NULL, 'macrolivello_fnps', NULL, NULL),
  ('intervento', 'nomenclatore', 'Voce di nomenclatore', 'capofila', NULL, NULL, 'nomenclatore', NULL, NULL),
  ('intervento', 'area_tematica', 'Area tematica', 'capofila', NULL, NULL, 'area_tematica', NULL, NULL),
  ('intervento', 'gestione', 'Forma di gestione', NULL, NULL, NULL, NULL,
   'diretta,affidamento,coprogettazione,voucher,trasferimento', NULL),
  ('intervento', 'titolare', 'Titolare', NULL, NULL, NULL, NULL, 'ambito,comune', NULL),
  ('intervento', 'stato', 'Stato', 'capofila', NULL, NULL, NULL,
   'proposto,approvato,attivo,sospeso,concluso,non_attivato', NULL);

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed) VALUES
  ('intervento_voce', 'intervento_id', 'Intervento', 'intervento', NULL),
  ('intervento_voce', 'tipo', 'Tipo', NULL, 'obiettivo,leps,area_utenza'),
  ('intervento_voce', 'codice', 'Codice', NULL, NULL);

INSERT INTO zona_column_rule(table_name, column_name, label, parent) VALUES
  ('bisogno_intervento', 'bisogno_id', 'Bisogno', 'bisogno'),
  ('bisogno_intervento', 'intervento_id', 'Intervento', 'intervento');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, format) VALUES
  ('valutazione', 'obiettivo_id', 'Obiettivo', 'obiettivo', NULL, NULL),
  ('valutazione', 'intervento_id', 'Intervento', 'intervento', NULL, NULL),
  ('valutazione', 'anno', 'Anno', NULL, NULL, 'year'),
  ('valutazione', 'esito', 'Esito', NULL, 'raggiunto,parziale,non_raggiunto,non_valutabile', NULL),
  ('valutazione', 'testo', 'Testo', NULL, NULL, 'text');

INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
  ('intervento_voce', 'codice_obiettivo', 'tipo,codice',
    'tipo <> ''obiettivo'' OR length(codice) = 36',
    'Codice: per il tipo obiettivo serve l''identificativo dell''obiettivo (36 caratteri). Scegliere l''obiettivo ' ||
    'dall''elenco.'),
  ('valutazione', 'oggetto_presente', 'obiettivo_id,intervento_id',
    'obiettivo_id IS NOT NULL OR intervento_id IS NOT NULL',
    'Valutazione: manca ciò che si valuta. Indicare l''obiettivo o l''intervento.');
