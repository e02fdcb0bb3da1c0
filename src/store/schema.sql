CREATE TRIGGER stale_again AFTER UPDATE OF from_day ON stale
BEGIN
  UPDATE stale SET times = times + 1 WHERE technician_id = new.technician_id;
END;

CREATE TABLE assignment (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  technician_id INTEGER NOT NULL REFERENCES technician (id),
  from_on INTEGER NOT NULL,
  to_on INTEGER,
  manager_no TEXT,
  zone_id INTEGER REFERENCES zone (id),
  crew TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
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

CREATE TABLE calendar (
  day INTEGER PRIMARY KEY,
  month_no INTEGER NOT NULL,
  weekday INTEGER NOT NULL
) STRICT;

CREATE TABLE candidate (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  requisition_id INTEGER NOT NULL REFERENCES requisition (id),
  hire_source TEXT,
  applied_on INTEGER NOT NULL,
  screened_on INTEGER,
  interviewed_on INTEGER,
  offered_on INTEGER,
  accepted_on INTEGER,
  declined_on INTEGER,
  started_on INTEGER,
  technician_id INTEGER REFERENCES technician (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

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

CREATE TABLE derived_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  data_from INTEGER,            -- First day with a job or workday.
  data_to INTEGER,              -- Last day with a job or workday: the as-of of every number.
  rolled_to INTEGER,            -- The data_to that the roll-ups were computed with.
  revision INTEGER NOT NULL DEFAULT 0, -- Counts up with every load, roll-up and removal.
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE employment (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  technician_id INTEGER NOT NULL REFERENCES technician (id),
  hired_on INTEGER NOT NULL,
  exited_on INTEGER,
  exit_type TEXT,
  exit_reason TEXT,
  regretted INTEGER,
  hire_source TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  fact TEXT NOT NULL,
  severity TEXT NOT NULL,
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  n INTEGER NOT NULL
) STRICT;

CREATE TABLE forecast (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  series TEXT NOT NULL,
  step TEXT NOT NULL,
  zone_id INTEGER REFERENCES zone (id),
  office_id INTEGER REFERENCES office (id),
  appliance TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  ahead INTEGER NOT NULL,
  choice TEXT NOT NULL,
  seed INTEGER NOT NULL,
  data_hash TEXT NOT NULL,
  code_version TEXT NOT NULL,
  past TEXT NOT NULL,
  outlook TEXT NOT NULL,
  outlook_hash TEXT NOT NULL,
  fit_ms REAL NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

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

CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  technician_id INTEGER NOT NULL REFERENCES technician (id),
  zone_id INTEGER REFERENCES zone (id),
  type TEXT NOT NULL,
  appliance TEXT NOT NULL,
  booked_at INTEGER,
  started_at INTEGER NOT NULL,
  completed_at INTEGER,
  drive_min INTEGER,
  labor_min INTEGER,
  billable_min INTEGER,
  revenue_cents INTEGER,
  convertible INTEGER,
  converted INTEGER,
  recall_of_id INTEGER REFERENCES job (id) DEFERRABLE INITIALLY DEFERRED,
  csat INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  on_day INTEGER NOT NULL GENERATED ALWAYS AS (started_at / 1440) VIRTUAL,
  UNIQUE (source, source_key)
) STRICT;

CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  technician_id INTEGER NOT NULL REFERENCES technician (id),
  written_on INTEGER NOT NULL,
  kind TEXT NOT NULL,
  author_role TEXT,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

CREATE TABLE office (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  name TEXT NOT NULL,
  region TEXT,
  timezone TEXT,
  currency TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

CREATE TABLE pay (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  technician_id INTEGER NOT NULL REFERENCES technician (id),
  effective_on INTEGER NOT NULL,
  hourly_cents INTEGER NOT NULL,
  plan TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
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
  updated_at INTEGER NOT NULL, seal TEXT, ahead TEXT NOT NULL DEFAULT '{}',
  UNIQUE (model_id, technician_id, as_of)
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

CREATE TABLE requisition (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  opened_on INTEGER NOT NULL,
  approved_on INTEGER,
  closed_on INTEGER,
  positions INTEGER NOT NULL,
  office_id INTEGER NOT NULL REFERENCES office (id),
  zone_id INTEGER REFERENCES zone (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

CREATE TABLE roll_technician_month (
  technician_id INTEGER NOT NULL,
  month_no INTEGER NOT NULL,
  zone_id INTEGER NOT NULL,     -- Zone assigned on the month's last day.
  office_id INTEGER NOT NULL,
  jobs INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  fixes_due INTEGER NOT NULL DEFAULT 0,   -- Completed jobs whose 30 days have closed.
  fixes INTEGER NOT NULL DEFAULT 0,       -- Of those, without a recall within 30 days.
  recalls INTEGER NOT NULL DEFAULT 0,     -- Recalls of jobs this technician completed in this month.
  drive_n INTEGER NOT NULL DEFAULT 0,
  drive_min INTEGER NOT NULL DEFAULT 0,
  drive_sq INTEGER NOT NULL DEFAULT 0,
  long_drives INTEGER NOT NULL DEFAULT 0,
  weekend_jobs INTEGER NOT NULL DEFAULT 0,
  labor_min INTEGER NOT NULL DEFAULT 0,
  billable_min INTEGER NOT NULL DEFAULT 0,
  revenue_n INTEGER NOT NULL DEFAULT 0,
  revenue_cents INTEGER NOT NULL DEFAULT 0,
  revenue_sq INTEGER NOT NULL DEFAULT 0,
  convertible INTEGER NOT NULL DEFAULT 0,
  converted INTEGER NOT NULL DEFAULT 0,
  csat_n INTEGER NOT NULL DEFAULT 0,
  csat_sum INTEGER NOT NULL DEFAULT 0,
  csat_sq INTEGER NOT NULL DEFAULT 0,
  days_worked INTEGER NOT NULL DEFAULT 0,
  available_min INTEGER NOT NULL DEFAULT 0,
  booked_min INTEGER NOT NULL DEFAULT 0,
  paid_min INTEGER NOT NULL DEFAULT 0,
  overtime_min INTEGER NOT NULL DEFAULT 0,
  on_call_nights INTEGER NOT NULL DEFAULT 0,
  starts_changed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (technician_id, month_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE roll_zone_day (
  appliance TEXT NOT NULL,
  day INTEGER NOT NULL,
  zone_id INTEGER NOT NULL,
  jobs INTEGER NOT NULL DEFAULT 0,
  revenue_cents INTEGER NOT NULL DEFAULT 0,
  workdays INTEGER NOT NULL DEFAULT 0,
  available_min INTEGER NOT NULL DEFAULT 0,
  booked_min INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (appliance, day, zone_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE scenario (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  made_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE situation_vec USING vec0 (
  technician_month_id INTEGER PRIMARY KEY,
  situation float[18]
);

CREATE TABLE "situation_vec_chunks"(chunk_id INTEGER PRIMARY KEY AUTOINCREMENT,size INTEGER NOT NULL,validity BLOB NOT NULL,rowids BLOB NOT NULL);

CREATE TABLE "situation_vec_info" (key text primary key, value any);

CREATE TABLE "situation_vec_rowids"(rowid INTEGER PRIMARY KEY AUTOINCREMENT,id,chunk_id INTEGER,chunk_offset INTEGER);

CREATE TABLE "situation_vec_vector_chunks00"(rowid PRIMARY KEY,vectors BLOB NOT NULL);

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE stale (
  technician_id INTEGER PRIMARY KEY,
  from_day INTEGER NOT NULL,    -- The earliest day of a fact that changed.
  times INTEGER NOT NULL DEFAULT 1
) STRICT;

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

CREATE TABLE technician (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  display_name TEXT NOT NULL,
  office_id INTEGER NOT NULL REFERENCES office (id),
  zone_id INTEGER NOT NULL REFERENCES zone (id),
  trade TEXT NOT NULL,
  level INTEGER,
  rehire_eligible INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

CREATE TABLE technician_month (
  id INTEGER PRIMARY KEY,
  technician_id INTEGER NOT NULL,
  employment_id INTEGER NOT NULL,
  month_no INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  zone_id INTEGER NOT NULL,
  office_id INTEGER NOT NULL,
  tenure_months REAL,
  months_since_raise REAL,
  pay_vs_zone_median REAL,
  jobs_per_day REAL,
  drive_min_per_job REAL,
  long_drive_share REAL,
  weekend_share REAL,
  on_call_nights REAL,
  overtime_share REAL,
  booking_balance REAL,
  booking_shift REAL,
  first_time_fix_90d REAL,
  recall_rate_90d REAL,
  csat_90d REAL,
  training_hours_180d REAL,
  manager_changes_365d REAL,
  crew_exits_90d REAL,
  schedule_changes_per_week REAL,
  UNIQUE (technician_id, month_no)
) STRICT;

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
, state TEXT NOT NULL DEFAULT 'candidate', card_hash TEXT, gates TEXT NOT NULL DEFAULT '[]', expires_on INTEGER, promoted_at INTEGER, promoted_by TEXT, reason TEXT, replaces INTEGER REFERENCES trained_model (id)) STRICT;

CREATE TABLE training (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  technician_id INTEGER NOT NULL REFERENCES technician (id),
  completed_on INTEGER NOT NULL,
  course TEXT NOT NULL,
  training_min INTEGER NOT NULL,
  certification TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

CREATE TABLE verification (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  faults INTEGER NOT NULL,
  report TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE workday (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  technician_id INTEGER NOT NULL REFERENCES technician (id),
  on_day INTEGER NOT NULL,
  available_min INTEGER NOT NULL,
  booked_min INTEGER NOT NULL,
  paid_min INTEGER NOT NULL,
  overtime_min INTEGER NOT NULL,
  on_call INTEGER,
  start_changed INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

CREATE TABLE zone (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  office_id INTEGER NOT NULL REFERENCES office (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (source, source_key)
) STRICT;

CREATE INDEX assignment_technician ON assignment (technician_id, from_on);

CREATE INDEX calendar_month ON calendar (month_no);

CREATE INDEX candidate_requisition ON candidate (requisition_id);

CREATE INDEX employment_technician ON employment (technician_id, hired_on);

CREATE INDEX forecast_series ON forecast (series, step, as_of);

CREATE INDEX job_recall ON job (recall_of_id) WHERE recall_of_id IS NOT NULL;

CREATE INDEX job_technician ON job (technician_id, started_at, completed_at, drive_min, csat);

CREATE INDEX note_technician ON note (technician_id, written_on);

CREATE INDEX pay_technician ON pay (technician_id, effective_on);

CREATE INDEX prediction_technician ON prediction (technician_id, as_of);

CREATE INDEX quarantine_import ON quarantine (import_id, row_no);

CREATE INDEX roll_technician_month_by_month ON roll_technician_month (month_no);

CREATE INDEX task_run_state ON task_run (state);

CREATE INDEX technician_month_by_month ON technician_month (month_no);

CREATE UNIQUE INDEX trained_model_in_use ON trained_model (kind) WHERE state = 'in_use';

CREATE INDEX training_technician ON training (technician_id, completed_on);

CREATE INDEX workday_technician ON workday (technician_id, on_day);
