-- Partecipazione: who takes part, where, what each brings, what is proposed, decided and approved.
-- No soggetto has a weight or a rank, no tavolo needs an area, and nothing that is brought needs a value in money.

-- A body or group that takes part. One ODV entered by two comuni is a duplicate by its codice fiscale, and a merge
-- is proposed.
CREATE TABLE soggetto(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  denominazione TEXT NOT NULL,
  tipo_soggetto TEXT NOT NULL,
  forma_giuridica TEXT,
  codice_fiscale TEXT,
  runts TEXT,
  comune_id TEXT,
  pec TEXT,
  telefono TEXT
) STRICT;
CREATE INDEX ix_soggetto_codice_fiscale ON soggetto(codice_fiscale);
CREATE INDEX ix_soggetto_comune_id ON soggetto(comune_id);

-- A table of consultation, co-programming or co-design, with its meetings.
CREATE TABLE tavolo(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  piano_id TEXT NOT NULL,
  percorso TEXT,
  denominazione TEXT NOT NULL,
  tipo TEXT NOT NULL,
  area_tematica TEXT,
  strumenti_partecipazione TEXT
) STRICT;
CREATE INDEX ix_tavolo_piano_id ON tavolo(piano_id);

-- A meeting. When and where are one value: a date of one writer with the room of another would be wrong for
-- everybody, and the host comune wins.
CREATE TABLE incontro(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  tavolo_id TEXT NOT NULL,
  comune_id TEXT NOT NULL,
  tipo TEXT NOT NULL,
  data TEXT NOT NULL,
  ora_inizio TEXT,
  ora_fine TEXT,
  luogo TEXT,
  indirizzo TEXT,
  ordine_del_giorno TEXT NOT NULL DEFAULT '',
  verbale TEXT,
  stato TEXT NOT NULL DEFAULT 'convocato'
) STRICT;
CREATE INDEX ix_incontro_tavolo_id ON incontro(tavolo_id);
CREATE INDEX ix_incontro_comune_id ON incontro(comune_id);

-- Who came to a meeting. Attendance noted by two comuni adds up; a removal takes only what was seen.
CREATE TABLE partecipazione(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  incontro_id TEXT NOT NULL,
  soggetto_id TEXT,
  nominativo TEXT,
  ruolo TEXT NOT NULL,
  comune_id TEXT,
  presente INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX ix_partecipazione_chiave ON partecipazione(incontro_id, soggetto_id, nominativo);
CREATE INDEX ix_partecipazione_soggetto_id ON partecipazione(soggetto_id);
CREATE INDEX ix_partecipazione_comune_id ON partecipazione(comune_id);

-- That a soggetto has to do with a plan. A set: the id comes from the key. Whether it adheres today is its act
-- with the latest data_atto.
CREATE TABLE adesione(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  soggetto_id TEXT NOT NULL,
  piano_id TEXT NOT NULL
) STRICT;
CREATE INDEX ix_adesione_chiave ON adesione(soggetto_id, piano_id);
CREATE INDEX ix_adesione_piano_id ON adesione(piano_id);

-- A dated act: availability declared, confirmed, withdrawn, excluded. The date of the act counts, not the day on
-- which it was synchronised. Two different acts of one date are for an operator.
CREATE TABLE adesione_atto(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  adesione_id TEXT NOT NULL,
  tipo TEXT NOT NULL,
  data_atto TEXT NOT NULL,
  ricevuto_da TEXT NOT NULL,
  protocollo TEXT,
  fuori_termine INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX ix_adesione_atto_adesione_id ON adesione_atto(adesione_id);
CREATE INDEX ix_adesione_atto_ricevuto_da ON adesione_atto(ricevuto_da);

-- What a soggetto brings to the plan, usable by all.
CREATE TABLE valore_portato(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  soggetto_id TEXT NOT NULL,
  piano_id TEXT NOT NULL,
  tipo TEXT NOT NULL,
  descrizione TEXT NOT NULL,
  valore_cent INTEGER,
  condiviso INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX ix_valore_portato_soggetto_id ON valore_portato(soggetto_id);
CREATE INDEX ix_valore_portato_piano_id ON valore_portato(piano_id);

-- A project of the local network, inside or outside the plan.
CREATE TABLE progetto_rete(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  titolo TEXT NOT NULL,
  descrizione TEXT NOT NULL DEFAULT '',
  padre_id TEXT,
  buona_prassi INTEGER NOT NULL DEFAULT 0,
  replicabile INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX ix_progetto_rete_padre_id ON progetto_rete(padre_id);

-- Who takes part in a project, and as what. A set: the id comes from the key.
CREATE TABLE progetto_soggetto(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  progetto_id TEXT NOT NULL,
  soggetto_id TEXT NOT NULL,
  ruolo TEXT NOT NULL
) STRICT;
CREATE INDEX ix_progetto_soggetto_chiave ON progetto_soggetto(progetto_id, soggetto_id, ruolo);
CREATE INDEX ix_progetto_soggetto_soggetto_id ON progetto_soggetto(soggetto_id);

-- A proposal as it was made; it is never changed. Its fate stands in proposta_esito.
CREATE TABLE proposta(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  incontro_id TEXT,
  soggetto_id TEXT,
  comune_id TEXT NOT NULL,
  titolo TEXT NOT NULL,
  testo TEXT NOT NULL,
  presentata_il TEXT NOT NULL
) STRICT;
CREATE INDEX ix_proposta_incontro_id ON proposta(incontro_id);
CREATE INDEX ix_proposta_soggetto_id ON proposta(soggetto_id);
CREATE INDEX ix_proposta_comune_id ON proposta(comune_id);

-- What became of a proposal, with reasons. A later row replaces an earlier one.
CREATE TABLE proposta_esito(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  proposta_id TEXT NOT NULL,
  esito TEXT NOT NULL,
  obiettivo_id TEXT,
  intervento_id TEXT,
  motivazione TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX ix_proposta_esito_proposta_id ON proposta_esito(proposta_id);
CREATE INDEX ix_proposta_esito_obiettivo_id ON proposta_esito(obiettivo_id);
CREATE INDEX ix_proposta_esito_intervento_id ON proposta_esito(intervento_id);

-- That a plan, a year's programming or a year's reporting was approved. One meeting may approve the reporting of
-- one year and the programming of the next: two rows.
CREATE TABLE approvazione(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  piano_id TEXT NOT NULL,
  annualita_id TEXT,
  oggetto TEXT NOT NULL,
  incontro_id TEXT,
  data TEXT NOT NULL,
  atto TEXT
) STRICT;
CREATE INDEX ix_approvazione_piano_id ON approvazione(piano_id);
CREATE INDEX ix_approvazione_annualita_id ON approvazione(annualita_id);
CREATE INDEX ix_approvazione_incontro_id ON approvazione(incontro_id);

-- The catalog rows of these tables.
INSERT INTO zona_catalog(
  table_name, table_no, label, readable, writable, owner_column, rule, natural_key, nulls_equal, id_key, deletable
) VALUES
  ('soggetto', 10, 'Soggetto', 'ambito', 'all', NULL, 'fields', 'codice_fiscale', 0, NULL, 1),
  ('tavolo', 26, 'Tavolo', 'ambito', 'all', NULL, 'fields', NULL, 0, NULL, 1),
  ('incontro', 27, 'Incontro', 'ambito', 'owner_capofila', 'comune_id', 'fields', NULL, 0, NULL, 1),
  ('partecipazione', 33, 'Partecipazione all''incontro', 'ambito', 'all', NULL, 'fields',
   'incontro_id,soggetto_id,nominativo', 1, NULL, 1),
  ('adesione', 28, 'Adesione', 'ambito', 'all', NULL, 'set', 'soggetto_id,piano_id', 0, 'soggetto_id,piano_id', 1),
  ('adesione_atto', 29, 'Atto di adesione', 'ambito', 'owner', 'ricevuto_da', 'append-only', NULL, 0, NULL, 1),
  ('valore_portato', 30, 'Valore portato', 'ambito', 'all', NULL, 'fields', NULL, 0, NULL, 1),
  ('progetto_rete', 31, 'Progetto di rete', 'ambito', 'all', NULL, 'fields', NULL, 0, NULL, 1),
  ('progetto_soggetto', 32, 'Soggetto del progetto', 'ambito', 'all', NULL, 'set', 'progetto_id,soggetto_id,ruolo',
   0, 'progetto_id,soggetto_id,ruolo', 1),
  ('proposta', 34, 'Proposta', 'ambito', 'owner', 'comune_id', 'append-only', NULL, 0, NULL, 1),
  ('proposta_esito', 35, 'Esito della proposta', 'ambito', 'capofila', NULL, 'append-only', NULL, 0, NULL, 1),
  ('approvazione', 36, 'Approvazione', 'ambito', 'capofila', NULL, 'append-only', NULL, 0, NULL, 1);

INSERT INTO zona_column_rule(table_name, column_name, label, parent, code_list) VALUES
  ('soggetto', 'denominazione', 'Denominazione', NULL, NULL),
  ('soggetto', 'tipo_soggetto', 'Tipo di soggetto', NULL, 'tipo_soggetto'),
  ('soggetto', 'forma_giuridica', 'Forma giuridica', NULL, NULL),
  ('soggetto', 'codice_fiscale', 'Codice fiscale', NULL, NULL),
  ('soggetto', 'runts', 'Iscrizione RUNTS', NULL, NULL),
  ('soggetto', 'comune_id', 'Comune della sede', 'comune', NULL),
  ('soggetto', 'pec', 'PEC', NULL, NULL),
  ('soggetto', 'telefono', 'Telefono', NULL, NULL);

INSERT INTO zona_column_rule(table_name, column_name, label, parent, code_list, allowed, format) VALUES
  ('tavolo', 'piano_id', 'Piano di zona', 'piano_di_zona', NULL, NULL, NULL),
  ('tavolo', 'percorso', 'Percorso', NULL, NULL, NULL, NULL),
  ('tavolo', 'denominazione', 'Denominazione', NULL, NULL, NULL, NULL),
  ('tavolo', 'tipo', 'Tipo', NULL, NULL, 'concertazione,coprogrammazione,coprogettazione,tecnico,istituzionale', NULL),
  ('tavolo', 'area_tematica', 'Area tematica', NULL, 'area_tematica', NULL, NULL),
  ('tavolo', 'strumenti_partecipazione', 'Strumenti di partecipazione', NULL, NULL, NULL, 'text');

INSERT INTO zona_column_rule(table_name, column_name, label, rule, group_name, parent, allowed, format) VALUES
  ('incontro', 'tavolo_id', 'Tavolo', NULL, NULL, 'tavolo', NULL, NULL),
  ('incontro', 'comune_id', 'Comune ospitante', NULL, NULL, 'comune', NULL, NULL),
  ('incontro', 'tipo', 'Tipo', NULL, NULL, NULL, 'tavolo,plenaria,assemblea,presentazione', NULL),
  ('incontro', 'data', 'Data', 'owner', 'quando_dove', NULL, NULL, 'date'),
  ('incontro', 'ora_inizio', 'Ora di inizio', 'owner', 'quando_dove', NULL, NULL, 'time'),
  ('incontro', 'ora_fine', 'Ora di fine', 'owner', 'quando_dove', NULL, NULL, 'time'),
  ('incontro', 'luogo', 'Luogo', 'owner', 'quando_dove', NULL, NULL, NULL),
  ('incontro', 'indirizzo', 'Indirizzo', 'owner', 'quando_dove', NULL, NULL, NULL),
  ('incontro', 'ordine_del_giorno', 'Ordine del giorno', NULL, NULL, NULL, NULL, 'text'),
  ('incontro', 'verbale', 'Verbale', NULL, NULL, NULL, NULL, 'text'),
  ('incontro', 'stato', 'Stato', NULL, NULL, NULL, 'convocato,svolto,rinviato,annullato', NULL);

INSERT INTO zona_column_rule(table_name, column_name, label, group_name, parent, format) VALUES
  ('partecipazione', 'incontro_id', 'Incontro', NULL, 'incontro', NULL),
  ('partecipazione', 'soggetto_id', 'Soggetto', 'chi', 'soggetto', NULL),
  ('partecipazione', 'nominativo', 'Nominativo', 'chi', NULL, NULL),
  ('partecipazione', 'ruolo', 'Ruolo', NULL, NULL, NULL),
  ('partecipazione', 'comune_id', 'Comune rappresentato', NULL, 'comune', NULL),
  ('partecipazione', 'presente', 'Presente', NULL, NULL, 'boolean');

INSERT INTO zona_column_rule(table_name, column_name, label, parent) VALUES
  ('adesione', 'soggetto_id', 'Soggetto', 'soggetto'),
  ('adesione', 'piano_id', 'Piano di zona', 'piano_di_zona');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, format) VALUES
  ('adesione_atto', 'adesione_id', 'Adesione', 'adesione', NULL, NULL),
  ('adesione_atto', 'tipo', 'Tipo', NULL, 'disponibilita,conferma,recesso,esclusione', NULL),
  ('adesione_atto', 'data_atto', 'Data dell''atto', NULL, NULL, 'date'),
  ('adesione_atto', 'ricevuto_da', 'Ricevuto da', 'comune', NULL, NULL),
  ('adesione_atto', 'protocollo', 'Protocollo', NULL, NULL, NULL),
  ('adesione_atto', 'fuori_termine', 'Fuori termine', NULL, NULL, 'boolean');

INSERT INTO zona_column_rule(
  table_name, column_name, label, rule, ordered_values, parent, allowed, minimum, format
) VALUES
  ('valore_portato', 'soggetto_id', 'Soggetto', NULL, NULL, 'soggetto', NULL, NULL, NULL),
  ('valore_portato', 'piano_id', 'Piano di zona', NULL, NULL, 'piano_di_zona', NULL, NULL, NULL),
  ('valore_portato', 'tipo', 'Tipo', NULL, NULL, NULL, 'competenza,volontari,spazio,bene,relazione,denaro,idea',
   NULL, NULL),
  ('valore_portato', 'descrizione', 'Descrizione', NULL, NULL, NULL, NULL, NULL, 'text'),
  ('valore_portato', 'valore_cent', 'Valore economico', 'manual', NULL, NULL, NULL, 0, 'cent'),
  ('valore_portato', 'condiviso', 'Condiviso', 'ordered', '1,0', NULL, NULL, NULL, 'boolean');

INSERT INTO zona_column_rule(table_name, column_name, label, writable, parent, format) VALUES
  ('progetto_rete', 'titolo', 'Titolo', NULL, NULL, NULL),
  ('progetto_rete', 'descrizione', 'Descrizione', NULL, NULL, 'text'),
  ('progetto_rete', 'padre_id', 'Progetto di cui fa parte', NULL, 'progetto_rete', NULL),
  ('progetto_rete', 'buona_prassi', 'Buona prassi', 'capofila', NULL, 'boolean'),
  ('progetto_rete', 'replicabile', 'Replicabile', NULL, NULL, 'boolean');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed) VALUES
  ('progetto_soggetto', 'progetto_id', 'Progetto', 'progetto_rete', NULL),
  ('progetto_soggetto', 'soggetto_id', 'Soggetto', 'soggetto', NULL),
  ('progetto_soggetto', 'ruolo', 'Ruolo', NULL, 'promotore,finanziatore,partner,sostenitore');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, format) VALUES
  ('proposta', 'incontro_id', 'Incontro', 'incontro', NULL),
  ('proposta', 'soggetto_id', 'Soggetto', 'soggetto', NULL),
  ('proposta', 'comune_id', 'Ricevuta dal comune', 'comune', NULL),
  ('proposta', 'titolo', 'Titolo', NULL, NULL),
  ('proposta', 'testo', 'Testo', NULL, 'text'),
  ('proposta', 'presentata_il', 'Presentata il', NULL, 'date');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, format) VALUES
  ('proposta_esito', 'proposta_id', 'Proposta', 'proposta', NULL, NULL),
  ('proposta_esito', 'esito', 'Esito', NULL, 'accolta,accolta_in_parte,respinta,rinviata', NULL),
  ('proposta_esito', 'obiettivo_id', 'Obiettivo', 'obiettivo', NULL, NULL),
  ('proposta_esito', 'intervento_id', 'Intervento', 'intervento', NULL, NULL),
  ('proposta_esito', 'motivazione', 'Motivazione', NULL, NULL, 'text'),
  ('proposta_esito', 'data', 'Data', NULL, NULL, 'date');

INSERT INTO zona_column_rule(table_name, column_name, label, parent, allowed, format) VALUES
  ('approvazione', 'piano_id', 'Piano di zona', 'piano_di_zona', NULL, NULL),
  ('approvazione', 'annualita_id', 'Annualità', 'annualita', NULL, NULL),
  ('approvazione', 'oggetto', 'Oggetto', NULL, 'piano,programmazione,rendicontazione', NULL),
  ('approvazione', 'incontro_id', 'Incontro', 'incontro', NULL, NULL),
  ('approvazione', 'data', 'Data', NULL, NULL, 'date'),
  ('approvazione', 'atto', 'Atto', NULL, NULL, NULL);

INSERT INTO zona_check(table_name, name, columns, expression, message) VALUES
  ('soggetto', 'codice_fiscale_lunghezza', 'codice_fiscale',
    'length(codice_fiscale) IN (11, 16)',
    'Codice fiscale: servono 11 cifre o 16 caratteri, senza spazi. Correggere il codice o lasciare vuoto il ' ||
    'campo.'),
  ('incontro', 'orario_ordine', 'ora_inizio,ora_fine',
    'ora_fine > ora_inizio',
    'Ora di fine: deve seguire l''ora di inizio. Correggere uno dei due orari.'),
  ('partecipazione', 'chi_presente', 'soggetto_id,nominativo',
    'soggetto_id IS NOT NULL OR nominativo IS NOT NULL',
    'Partecipazione: manca chi partecipa. Indicare il soggetto o il nominativo.'),
  ('approvazione', 'annualita_presente', 'oggetto,annualita_id',
    'oggetto = ''piano'' OR annualita_id IS NOT NULL',
    'Annualità: programmazione e rendicontazione si approvano per un anno. Indicare l''annualità.');
