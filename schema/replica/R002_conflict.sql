-- The two synced tables of the engine itself: what lost, written by the hub alone, and what operators decided.
CREATE TABLE zona_conflict(
  id TEXT PRIMARY KEY NOT NULL,
  scope TEXT NOT NULL,
  table_name TEXT NOT NULL,
  record_id TEXT NOT NULL,
  group_no INTEGER NOT NULL,
  columns TEXT NOT NULL,
  kind TEXT NOT NULL,
  rule TEXT NOT NULL,
  state TEXT NOT NULL,
  contested INTEGER NOT NULL,
  other_values BLOB NOT NULL,
  shown_values BLOB NOT NULL,
  base_values BLOB,
  other_author TEXT NOT NULL,
  other_comune TEXT,
  other_number INTEGER NOT NULL,
  other_counter INTEGER NOT NULL,
  other_time INTEGER NOT NULL,
  shown_author TEXT NOT NULL,
  shown_comune TEXT,
  shown_number INTEGER NOT NULL,
  shown_counter INTEGER NOT NULL,
  shown_time INTEGER NOT NULL,
  dots BLOB NOT NULL,
  listed_at INTEGER NOT NULL,
  closed_by TEXT,
  closed_at INTEGER
) STRICT;
CREATE INDEX ix_zona_conflict_record ON zona_conflict(record_id);
CREATE INDEX ix_zona_conflict_state ON zona_conflict(state);

CREATE TABLE zona_decision(
  id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
    random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
  scope TEXT NOT NULL,
  conflict_id TEXT NOT NULL,
  choice TEXT NOT NULL,
  author TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX ix_zona_decision_conflict_id ON zona_decision(conflict_id);

INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, rule, deletable) VALUES
  ('zona_conflict', 901, 'Conflitto', 'scoped', 'hub', 'last-writer-wins', 0),
  ('zona_decision', 902, 'Decisione', 'scoped', 'all', 'append-only', 0);

INSERT INTO zona_column_rule(table_name, column_name, label, allowed) VALUES
  ('zona_conflict', 'scope', 'Chi lo vede', NULL),
  ('zona_conflict', 'table_name', 'Tabella', NULL),
  ('zona_conflict', 'record_id', 'Riga', NULL),
  ('zona_conflict', 'group_no', 'Gruppo', NULL),
  ('zona_conflict', 'columns', 'Campi', NULL),
  ('zona_conflict', 'kind', 'Tipo', NULL),
  ('zona_conflict', 'rule', 'Regola', NULL),
  ('zona_conflict', 'state', 'Stato', NULL),
  ('zona_conflict', 'contested', 'Contestato', NULL),
  ('zona_conflict', 'other_values', 'Valori dell''altra parte', NULL),
  ('zona_conflict', 'shown_values', 'Valori mostrati', NULL),
  ('zona_conflict', 'base_values', 'Valori di partenza', NULL),
  ('zona_conflict', 'other_author', 'Autore dell''altra parte', NULL),
  ('zona_conflict', 'other_comune', 'Comune dell''altra parte', NULL),
  ('zona_conflict', 'other_number', 'Numero dell''altra parte', NULL),
  ('zona_conflict', 'other_counter', 'Contatore dell''altra parte', NULL),
  ('zona_conflict', 'other_time', 'Ora dell''altra parte', NULL),
  ('zona_conflict', 'shown_author', 'Autore del valore mostrato', NULL),
  ('zona_conflict', 'shown_comune', 'Comune del valore mostrato', NULL),
  ('zona_conflict', 'shown_number', 'Numero del valore mostrato', NULL),
  ('zona_conflict', 'shown_counter', 'Contatore del valore mostrato', NULL),
  ('zona_conflict', 'shown_time', 'Ora del valore mostrato', NULL),
  ('zona_conflict', 'dots', 'Modifiche in gioco', NULL),
  ('zona_conflict', 'listed_at', 'Rilevato il', NULL),
  ('zona_conflict', 'closed_by', 'Chiuso da', NULL),
  ('zona_conflict', 'closed_at', 'Chiuso il', NULL),
  ('zona_decision', 'scope', 'Chi la vede', NULL),
  ('zona_decision', 'conflict_id', 'Conflitto', NULL),
  ('zona_decision', 'choice', 'Scelta', 'shown,other,new,reopen'),
  ('zona_decision', 'author', 'Operatore', NULL),
  ('zona_decision', 'decided_at', 'Decisa il', NULL),
  ('zona_decision', 'note', 'Nota', NULL);
