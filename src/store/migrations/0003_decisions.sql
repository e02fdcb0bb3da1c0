-- Decisions: what people and models did here. They exist nowhere else.

CREATE TABLE trained_model (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  version INTEGER NOT NULL UNIQUE,
  horizon_days INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  data_hash TEXT NOT NULL,
  code_version TEXT NOT NULL,
  seed INTEGER NOT NULL,
  parameters TEXT NOT NULL,
  card TEXT NOT NULL,
  artifact BLOB NOT NULL,
  artifact_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE prediction (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  model_id INTEGER NOT NULL REFERENCES trained_model (id),
  technician_id INTEGER NOT NULL REFERENCES technician (id),
  as_of INTEGER NOT NULL,
  probability REAL,
  low REAL,
  high REAL,
  band TEXT,
  not_scored TEXT,
  intercept REAL,
  log_odds REAL,
  terms TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (model_id, technician_id, as_of)
) STRICT;
CREATE INDEX prediction_technician ON prediction (technician_id, as_of);

CREATE TABLE task_run (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  outcome TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX task_run_state ON task_run (state);

CREATE TABLE import_run (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  file TEXT NOT NULL,
  fact TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  mapping TEXT NOT NULL,
  rows_read INTEGER NOT NULL,
  inserted INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  refused TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  import_id INTEGER NOT NULL REFERENCES import_run (id),
  row_no INTEGER NOT NULL,
  column_name TEXT NOT NULL,
  value TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX quarantine_import ON quarantine (import_id, row_no);

CREATE TABLE column_mapping (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  fact TEXT NOT NULL,
  headers TEXT NOT NULL,
  mapping TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (fact, headers)
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
