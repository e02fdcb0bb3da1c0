-- What forecasts read and what they said.

-- Work by zone and day, in which a technician's day counts where he was assigned that day, and a job
-- where it was. Appliance '' is all of them together, with the workdays. It replaces the monthly sums
-- by zone: days add up to weeks and months alike.
DROP TABLE roll_zone_month;
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

-- Sums are computed anew at the next start when there is anything to add up.
INSERT INTO stale (technician_id, from_day)
SELECT 0, 0
WHERE EXISTS (SELECT 1 FROM technician)
ON CONFLICT (technician_id) DO UPDATE SET from_day = 0;

-- What was forecast, from what, and how: with the same code it replays byte for byte.
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
CREATE INDEX forecast_series ON forecast (series, step, as_of);
