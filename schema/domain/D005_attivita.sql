-- Attività: what each comune runs, measures, has and needs.
-- Only the owning comune writes its rows; the priority of a need is the capofila's.

-- Where an intervento is active: its place in one comune.
CREATE TABLE intervento_comune(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  intervento_id TEXT NOT NULL,
  comune_id TEXT NOT NULL,
  attivo INTEGER NOT NULL DEFAULT 0,
  sede TEXT,
  data_avvio TEXT,
  data_fine TEXT,
  note TEXT
) STRICT;
CREATE INDEX ix_intervento_comune_chiave ON intervento_comune(intervento_id, comune_id);
CREATE INDEX ix_intervento_comune_comune_id ON intervento_comune(comune_id);

-- A measure taken by a comune. Aggregates only: no beneficiary is ever named.
CREATE TABLE rilevazione(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  comune_id TEXT NOT NULL,
  annualita_id TEXT NOT NULL,
  intervento_id TEXT,
  indicatore TEXT NOT NULL,
  area_utenza TEXT,
  periodo TEXT NOT NULL,
  valore INTEGER NOT NULL,
  unita TEXT NOT NULL,
  rilevato_il TEXT NOT NULL
) STRICT;
CREATE INDEX ix_rilevazione_chiave ON rilevazione(comune_id, intervento_id, indicatore, area_utenza, periodo);
CREATE INDEX ix_rilevazione_annualita_id ON rilevazione(annualita_id);
CREATE INDEX ix_rilevazione_intervento_id ON rilevazione(intervento_id);

-- A resource of the territory that is not money: buildings, people, informal networks.
CREATE TABLE risorsa(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  comune_id TEXT NOT NULL,
  tipo TEXT NOT NULL,
  denominazione TEXT NOT NULL,
  quantita_centesimi INTEGER,
  unita TEXT,
  rilevata_al TEXT NOT NULL
) STRICT;
CREATE INDEX ix_risorsa_comune_id ON risorsa(comune_id);

-- Staff of the services, counted, never named. Read by its comune and the capofila only.
CREATE TABLE personale_ambito(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  comune_id TEXT NOT NULL,
  anno INTEGER NOT NULL,
  profilo TEXT NOT NULL,
  rapporto TEXT NOT NULL,
  fte_centesimi INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_personale_ambito_chiave ON personale_ambito(comune_id, anno, profilo, rapporto);

-- A need of people and families, said or unsaid, as a comune reads it.
CREATE TABLE bisogno(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  comune_id TEXT NOT NULL,
  area_utenza TEXT,
  area_tematica TEXT,
  descrizione TEXT NOT NULL,
  espresso INTEGER NOT NULL DEFAULT 1,
  fase TEXT NOT NULL DEFAULT 'individuato',
  priorita INTEGER,
  portato_da TEXT
) STRICT;
CREATE INDEX ix_bisogno_comune_id ON bisogno(comune_id);
CREATE INDEX ix_bisogno_portato_da ON bisogno(portato_da);

-- The catalog rows of these tables.
INSERT INTO zona_catalog(
  table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal, id_key, deletable
) VALUES
  ('intervento_comune', 21, 'Intervento nel comune', 'ambito', 'owner', 'comune_id', 'fields',
   'intervento_id,comune_id', 0, NULL, 1),
  ('rilevazione', 22, 'Rilevazione', 'ambito', 'owner', 'comune_id', 'fields',
   'comune_id,intervento_id,indicatore,area_utenza,periodo', 1, NULL, 1),
  ('risorsa', 23, 'Risorsa', 'ambito', 'owner', 'comune_id', 'fields', NULL, 0, NULL, 1),
  ('personale_ambito', 24, 'Personale', 'owner', 'owner', 'comune_id', 'fields', 'comune_id,anno,profilo,rapporto',
   0, NULL, 1),
  ('bisogno', 14, 'Bisogno', 'ambito', 'owner', 'comune_id', 'fields', NULL, 0, NULL, 1);

INSERT INTO zona_column_rule(table_name, column_name, label, group_name, parent, format) VALUES
  ('intervento_comune', 'intervento_id', 'Intervento', NULL, 'intervento', NULL),
  ('intervento_comune', 'comune_id', 'Comune', NULL, 'comune', NULL),
  ('intervento_comune', 'attivo', 'Attivo', NULL, NULL, 'boolean'),
  ('intervento_comune', 'sede', 'Sede', NULL, NULL, NULL),
  ('intervento_comune', 'data_avvio', 'Data di avvio', 'periodo', NULL, 'date'),
  ('intervento_comune', 'data_fine', 'Data di fine', 'periodo', NULL, 'date'),
  ('intervento_comune', 'note', 'Note', NULL, NULL, 'text');

INSERT INTO zona_column_rule(table_name, column_name, label, group_name, parent, code_list, minimum, format) VALUES
  ('rilevazione', 'comune_id', 'Comune', NULL, 'comune', NULL, NULL, NULL),
  ('rilevazione', 'annualita_id', 'Annualità', NULL, 'annualita', NULL, NULL, NULL),
  ('rilevazione', 'intervento_id', 'Intervento', NULL, 'intervento', NULL, NULL, NULL),
  ('rilevazione', 'indicatore', 'Indicatore', NULL, NULL, 'indicatore', NULL, NULL),
  ('rilevazione', 'area_utenza', 'Area di utenza', NULL, NULL, 'area_utenza', NULL, NULL),
  ('rilevazione', 'periodo', 'Periodo', NULL, NULL, NULL, NULL, NULL),
  ('rilevazione', 'valore', 'Valore', 'misura', NULL, NULL, 0, NULL),
  ('rilevazione', 'unita', 'Unità di misura', 'misura', NULL, NULL, NULL, NULL),
  ('rilevazione', 'rilevato_il', 'Rilevato il', NULL, NULL, NULL, NULL, 'date');

INSERT INTO zona_column_rule(table_name, column_name, label, group_name, parent, allowed, minimum, format) VALUES
  ('risorsa', 'comune_id', 'Comune', NULL, 'comune', NULL, NULL, NULL),
  ('risorsa', 'tipo', 'Tipo', NULL, NULL, 'strutturale,umana,informale', NULL, NULL),
  ('risorsa', 'denominazione', 'Denominazione', NULL, NULL, NULL, NULL, NULL),
  ('risorsa', 'quantita_centesimi', 'Quantità (in centesimi)', 'quantita', NULL, NULL, 0, NULL),
  ('risorsa', 'unita', 'Unità di misura', 'quantita', NULL, NULL, NULL, NULL),
  ('risorsa', 'rilevata_al', 'Rilevata al', NULL, NULL, NULL, NULL, 'date');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, minimum, format) VALUES
  ('personale_ambito', 'comune_id', 'Comune', 'comune', NULL, NULL, NULL),
  ('personale_ambito', 'anno', 'Anno', NULL, NULL, NULL, 'year'),
  ('personale_ambito', 'profilo', 'Profilo', NULL,
   'assistente_sociale,educatore,psicologo,mediatore,oss,amministrativo,coordinatore,altro', NULL, NULL),
  ('personale_ambito', 'rapporto', 'Rapporto di lavoro', NULL, 'indeterminato,determinato,esterno', NULL, NULL),
  ('personale_ambito', 'fte_centesimi', 'FTE (in centesimi)', NULL, NULL, 0, NULL);

INSERT INTO zona_column_rule(
  table_name, column_name, label, writable, rule, ordered_values, parent, code_list, allowed, minimum, format
) VALUES
  ('bisogno', 'comune_id', 'Comune', NULL, NULL, NULL, 'comune', NULL, NULL, NULL, NULL),
  ('bisogno', 'area_utenza', 'Area di utenza', NULL, NULL, NULL, NULL, 'area_utenza', NULL, NULL, NULL),
  ('bisogno', 'area_tematica', 'Area tematica', NULL, NULL, NULL, NULL, 'area_tematica', NULL, NULL, NULL),
  ('bisogno', 'descrizione', 'Descrizione', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'text'),
  ('bisogno', 'espresso', 'Espresso', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'boolean'),
  ('bisogno', 'fase', 'Fase', NULL, 'ordered', 'individuato,conosciuto,in_risposta,chiuso', NULL, NULL,
   'individuato,conosciuto,in_risposta,chiuso', NULL, NULL),
  ('bisogno', 'priorita', 'Priorità', 'capofila', NULL, NULL, NULL, NULL, NULL, 1, NULL),
  ('bisogno', 'portato_da', 'Portato da', NULL, NULL, NULL, 'soggetto', NULL, NULL, NULL, NULL);

INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
  ('intervento_comune', 'periodo_ordine', 'data_avvio,data_fine',
    'data_fine >= data_avvio',
    'Data di fine: non può precedere la data di avvio. Correggere una delle due date.'),
  ('rilevazione', 'periodo_forma', 'periodo',
    'periodo GLOB ''[0-9][0-9][0-9][0-9]'' OR periodo GLOB ''[0-9][0-9][0-9][0-9]-S[12]''
      OR periodo GLOB ''[0-9][0-9][0-9][0-9]-T[1-4]'' OR periodo GLOB ''[0-9][0-9][0-9][0-9]-0[1-9]''
      OR periodo GLOB ''[0-9][0-9][0-9][0-9]-1[0-2]''',
    'Periodo: indicare anno (2026), semestre (2026-S1), trimestre (2026-T3) o mese (2026-09). Correggere il ' ||
    'periodo.');
