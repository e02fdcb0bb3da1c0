-- Derived: computed from facts, can be dropped and rebuilt at any time.

-- Every day once, so that grouping by month needs no date function: 1990 to 2079.
CREATE TABLE calendar (
  day INTEGER PRIMARY KEY,
  month_no INTEGER NOT NULL,
  weekday INTEGER NOT NULL
) STRICT;
INSERT INTO calendar (day, month_no, weekday)
WITH RECURSIVE days (day) AS (
  SELECT 7305 UNION ALL SELECT day + 1 FROM days WHERE day < 40176
)
SELECT
  day,
  CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) * 12
    + CAST(strftime('%m', day * 86400, 'unixepoch') AS INTEGER) - 1,
  (day + 3) % 7
FROM days;
CREATE INDEX calendar_month ON calendar (month_no);

-- One row: what the derived tables were computed from.
CREATE TABLE derived_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  data_from INTEGER,            -- First day with a job or workday.
  data_to INTEGER,              -- Last day with a job or workday: the as-of of every number.
  rolled_to INTEGER,            -- The data_to that the roll-ups were computed with.
  revision INTEGER NOT NULL DEFAULT 0, -- Counts up with every load, roll-up and removal.
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO derived_state (id, updated_at) VALUES (1, 0);

-- Technicians whose derived rows are older than their facts; technician 0 stands for everyone.
CREATE TABLE stale (
  technician_id INTEGER PRIMARY KEY,
  from_day INTEGER NOT NULL,    -- The earliest day of a fact that changed.
  times INTEGER NOT NULL DEFAULT 1
) STRICT;
-- Counts how often a mark was made: one made again while rows were computed must not be forgotten.
CREATE TRIGGER stale_again AFTER UPDATE OF from_day ON stale
BEGIN
  UPDATE stale SET times = times + 1 WHERE technician_id = new.technician_id;
END;

-- Sums and counts per technician and calendar month: what pages read instead of jobs.
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
CREATE INDEX roll_technician_month_by_month ON roll_technician_month (month_no);

-- The same work by zone and appliance: demand.
CREATE TABLE roll_zone_month (
  zone_id INTEGER NOT NULL,
  appliance TEXT NOT NULL,
  month_no INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  labor_min INTEGER NOT NULL,
  drive_min INTEGER NOT NULL,
  revenue_cents INTEGER NOT NULL,
  PRIMARY KEY (zone_id, appliance, month_no)
) STRICT, WITHOUT ROWID;

-- One row per technician and month at risk: the only table that models read. Features look only
-- backwards from the month's first day (`as_of`); the label comes from `employment` when it is read.
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
CREATE INDEX technician_month_by_month ON technician_month (month_no);

-- Past situations as points, for "most alike": standardised features of labelled rows, rebuilt with
-- each model. 18 features, padded with zeros.
CREATE VIRTUAL TABLE situation_vec USING vec0 (
  technician_month_id INTEGER PRIMARY KEY,
  situation float[18]
);

-- What the last load found worth a look.
CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  fact TEXT NOT NULL,
  severity TEXT NOT NULL,
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  n INTEGER NOT NULL
) STRICT;
