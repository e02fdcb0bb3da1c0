-- Facts: what an office's systems say. Imported or synced, never edited by a page.
-- Every table: integer key inside, UUIDv7 `uid` outside, UTC seconds in created_at and updated_at,
-- and (source, source_key) so that loading the same row twice changes nothing.
-- Days are days since 1970-01-01, times are minutes since then on the office's clock, months are
-- year * 12 + month - 1, money is cents, durations are minutes.

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
CREATE INDEX employment_technician ON employment (technician_id, hired_on);

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
CREATE INDEX assignment_technician ON assignment (technician_id, from_on);

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
CREATE INDEX pay_technician ON pay (technician_id, effective_on);

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
CREATE INDEX workday_technician ON workday (technician_id, on_day);

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
CREATE INDEX job_technician ON job (technician_id, started_at, completed_at, drive_min, csat);
CREATE INDEX job_recall ON job (recall_of_id) WHERE recall_of_id IS NOT NULL;

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
CREATE INDEX training_technician ON training (technician_id, completed_on);

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
CREATE INDEX candidate_requisition ON candidate (requisition_id);

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
CREATE INDEX note_technician ON note (technician_id, written_on);
