//! Pieces of SQL that several metrics share, spelled once.
//!
//! Every statement takes the same parameters: `:from`, `:to` (exclusive), `:as_of` (last day with
//! data), `:by` (`none`, `zone`, `office`, `technician`, `month`, `source`), `:zone`, `:office`,
//! `:technician` (null: all) and `:limit`; its first column is the group, the others are what its
//! `Estimate` says. Never here: a metric's own words.

/// The question's periods: one, or one a month. Then each employment cut into stays in zones.
/// A stay begins with the hire or a move (`in_on`) and is over on `until_on` (exclusive).
macro_rules! stays {
    () => {
        "WITH period AS MATERIALIZED (
  SELECT
    month_no,
    MIN(day) AS from_on,
    MAX(day) + 1 AS to_on
  FROM calendar
  WHERE day >= :from AND day < :to AND day <= :as_of
  GROUP BY CASE WHEN :by = 'month' THEN month_no END
),
place AS (
  SELECT id AS technician_id, zone_id, -1000000 AS from_on, 0 AS id
  FROM technician
  UNION ALL
  SELECT technician_id, zone_id, from_on, id
  FROM assignment
  WHERE zone_id IS NOT NULL
),
span AS MATERIALIZED (
  SELECT
    technician_id,
    zone_id,
    from_on,
    LEAD(from_on, 1, 1000000) OVER (PARTITION BY technician_id ORDER BY from_on, id) AS until_on
  FROM place
),
stay AS MATERIALIZED (
  SELECT
    e.id AS employment_id,
    e.technician_id,
    s.zone_id,
    z.office_id,
    e.hired_on,
    e.exited_on,
    e.exit_type,
    e.regretted,
    COALESCE(e.hire_source, 'not recorded') AS hire_source,
    MAX(e.hired_on, s.from_on) AS in_on,
    MIN(COALESCE(e.exited_on + 1, 1000000), s.until_on) AS until_on
  FROM employment e
  JOIN span s ON s.technician_id = e.technician_id
  JOIN zone z ON z.id = s.zone_id
  WHERE s.from_on < s.until_on
    AND e.hired_on <= COALESCE(e.exited_on, e.hired_on)
    AND s.from_on < COALESCE(e.exited_on + 1, 1000000)
    AND s.until_on > e.hired_on
    AND (:zone IS NULL OR s.zone_id = :zone)
    AND (:office IS NULL OR z.office_id = :office)
    AND (:technician IS NULL OR e.technician_id = :technician)
)
"
    };
}

/// The group of a stay `s` in a period `p`.
macro_rules! stay_group {
    () => {
        "  CASE :by
    WHEN 'month' THEN p.month_no
    WHEN 'zone' THEN s.zone_id
    WHEN 'office' THEN s.office_id
    WHEN 'source' THEN s.hire_source
    ELSE 0
  END AS grp"
    };
}

/// Sums over the stays that touch a period.
macro_rules! over_stays {
    ($columns:expr, $having:expr) => {
        concat!(
            $crate::metric::sql::stays!(),
            "SELECT\n",
            $crate::metric::sql::stay_group!(),
            ",\n",
            $columns,
            "
FROM period p
CROSS JOIN stay s ON s.in_on < p.to_on AND s.until_on >= p.from_on
GROUP BY grp
HAVING ",
            $having,
            "
ORDER BY grp
LIMIT :limit"
        )
    };
}

/// The hires of a period: stays that begin with the hire. `$tables` adds to the `WITH`.
macro_rules! over_hires {
    ($tables:expr, $columns:expr, $rest:expr) => {
        concat!(
            $crate::metric::sql::stays!(),
            $tables,
            "SELECT\n",
            $crate::metric::sql::stay_group!(),
            ",\n",
            $columns,
            "
FROM period p
CROSS JOIN stay s ON s.in_on = s.hired_on AND s.hired_on >= p.from_on AND s.hired_on < p.to_on
",
            $rest,
            "
ORDER BY grp
LIMIT :limit"
        )
    };
}

/// Months of the roll-ups: sums by group.
macro_rules! over_months {
    ($columns:expr) => {
        concat!(
            "SELECT\n",
            $crate::metric::sql::month_group!(),
            ",\n",
            $columns,
            "\nFROM roll_technician_month\n",
            $crate::metric::sql::month_filter!(),
            "
GROUP BY grp
HAVING n > 0
ORDER BY grp
LIMIT :limit"
        )
    };
}

/// Months of the roll-ups: sums by unit first, so that a ratio knows its spread. A unit is a
/// technician, or a month where the question is about technicians.
macro_rules! over_units {
    ($y:expr, $x:expr, $n:expr) => {
        concat!(
            "WITH unit AS (
  SELECT\n",
            $crate::metric::sql::month_group!(),
            ",
    SUM(",
            $y,
            ") AS y,
    SUM(",
            $x,
            ") AS x,
    SUM(",
            $n,
            ") AS n
  FROM roll_technician_month\n",
            $crate::metric::sql::month_filter!(),
            "
  GROUP BY grp, CASE WHEN :by = 'technician' THEN month_no ELSE technician_id END
  HAVING x > 0
)
SELECT
  grp,
  SUM(n) AS n,
  COUNT(*) AS units,
  SUM(y) AS y,
  SUM(x) AS x,
  SUM(1.0 * y * y) AS yy,
  SUM(1.0 * x * y) AS xy,
  SUM(1.0 * x * x) AS xx
FROM unit
GROUP BY grp
ORDER BY grp
LIMIT :limit"
        )
    };
}

macro_rules! month_group {
    () => {
        "  CASE :by
    WHEN 'month' THEN month_no
    WHEN 'zone' THEN zone_id
    WHEN 'office' THEN office_id
    WHEN 'technician' THEN technician_id
    ELSE 0
  END AS grp"
    };
}

macro_rules! month_filter {
    () => {
        "WHERE month_no BETWEEN
    (SELECT month_no FROM calendar WHERE day = :from)
    AND (SELECT month_no FROM calendar WHERE day = MIN(:to - 1, :as_of))
  AND (:zone IS NULL OR zone_id = :zone)
  AND (:office IS NULL OR office_id = :office)
  AND (:technician IS NULL OR technician_id = :technician)"
    };
}

/// Candidates `c` of requisitions `r` in a period: `$day` is the day that counts them in.
macro_rules! over_candidates {
    ($day:expr, $columns:expr, $where:expr, $rest:expr) => {
        concat!(
            "WITH period AS MATERIALIZED (
  SELECT
    month_no,
    MIN(day) AS from_on,
    MAX(day) + 1 AS to_on
  FROM calendar
  WHERE day >= :from AND day < :to AND day <= :as_of
  GROUP BY CASE WHEN :by = 'month' THEN month_no END
)
SELECT
  CASE :by
    WHEN 'month' THEN p.month_no
    WHEN 'zone' THEN r.zone_id
    WHEN 'office' THEN r.office_id
    WHEN 'source' THEN COALESCE(c.hire_source, 'not recorded')
    ELSE 0
  END AS grp,
",
            $columns,
            "
FROM period p
CROSS JOIN candidate c ON ",
            $day,
            " >= p.from_on AND ",
            $day,
            " < p.to_on
JOIN requisition r ON r.id = c.requisition_id
WHERE ",
            $where,
            "
  AND (:zone IS NULL OR r.zone_id = :zone)
  AND (:office IS NULL OR r.office_id = :office)
  AND (:technician IS NULL OR c.technician_id = :technician)
  AND (:by <> 'zone' OR r.zone_id IS NOT NULL)
",
            $rest,
            "
ORDER BY grp
LIMIT :limit"
        )
    };
}

pub(super) use {
    month_filter, month_group, over_candidates, over_hires, over_months, over_stays, over_units,
    stay_group, stays,
};
