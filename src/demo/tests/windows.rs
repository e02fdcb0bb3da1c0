//! The windows of the hazard against a slow reading of the written files.
//!
//! Nothing here knows the generator's state: it reads rows, filters by day and counts.

use super::*;

/// Every file, good rows only where it matters.
struct Files {
    jobs: HashMap<String, Vec<Named>>,
    days: HashMap<String, Vec<Named>>,
    trainings: HashMap<String, Vec<Named>>,
    people: HashMap<String, Named>,
    spells: Vec<(String, Day, Option<Day>)>,
    assignments: HashMap<String, Vec<Named>>,
    pays: HashMap<String, Vec<Named>>,
    /// Original job to the day of its recall.
    recalls: HashMap<String, Day>,
}

fn by_person(table: &str, dated: &str) -> HashMap<String, Vec<Named>> {
    let fact = fact::by_table(table).expect("a fact");
    let mut people: HashMap<String, Vec<Named>> = HashMap::new();
    for row in rows_of(table) {
        let order = fact.order.iter().all(|it| {
            let (from, to) = (parse_minute(&row[it.0]), parse_minute(&row[it.1]));
            from.zip(to).is_none_or(|it| it.0 <= it.1)
        });
        if order && fact.columns.iter().all(|it| fits(it, &row[it.name])) {
            people.entry(row["employee_no"].clone()).or_default().push(row.clone());
        }
    }
    for rows in people.values_mut() {
        rows.sort_by_key(|it| Day::parse(&it[dated]));
    }
    people
}

impl Files {
    fn read() -> Self {
        let jobs = by_person("job", "started_at");
        let recalls = jobs.values().flatten().filter(|it| !it["recall_of"].is_empty());
        let recalls = recalls.map(|it| (it["recall_of"].clone(), on(it, "started_at"))).collect();
        let spells = by_person("employment", "hired_on").into_values().flatten().map(|it| {
            (it["employee_no"].clone(), on(&it, "hired_on"), Day::parse(&it["exited_on"]))
        });
        let people = rows_of("technician").iter().cloned();
        Self {
            spells: spells.collect(),
            people: people.map(|it| (it["employee_no"].clone(), it)).collect(),
            days: by_person("workday", "on_date"),
            trainings: by_person("training", "completed_on"),
            assignments: by_person("assignment", "from_on"),
            pays: by_person("pay", "effective_on"),
            jobs,
            recalls,
        }
    }

    fn employed(&self, who: &str, as_of: Day) -> Option<Day> {
        let spell = self
            .spells
            .iter()
            .find(|it| it.0 == who && it.1 < as_of && it.2.is_none_or(|left| left >= as_of));
        spell.map(|it| it.1)
    }

    fn assignment(&self, who: &str, as_of: Day) -> Option<&Named> {
        self.assignments.get(who)?.iter().rfind(|it| on(it, "from_on") < as_of)
    }

    fn rate(&self, who: &str, as_of: Day) -> Option<f64> {
        let pay = self.pays.get(who)?.iter().rfind(|it| on(it, "effective_on") < as_of)?;
        Some(number(pay, "hourly_cents"))
    }

    /// Median pay of the trade in the zone when 3 others are there, else in the office.
    fn pay_median(&self, who: &str, as_of: Day) -> Option<f64> {
        let trade = &self.people[who]["trade"];
        let zone = &self.assignment(who, as_of)?["zone"];
        let near = |other: &str, here: bool| {
            let theirs = &self.assignment(other, as_of)?["zone"];
            let same = if here { theirs == zone } else { theirs[..2] == zone[..2] };
            let counts = same && &self.people[other]["trade"] == trade;
            (counts && self.employed(other, as_of).is_some()).then(|| self.rate(other, as_of))?
        };
        [true, false].into_iter().find_map(|here| {
            let mut rates: Vec<f64> =
                self.people.keys().filter_map(|other| near(other, here)).collect();
            rates.sort_by(f64::total_cmp);
            let half = rates.len() / 2;
            (rates.len() > 3).then(|| match rates.len() % 2 {
                1 => rates[half],
                _ => f64::midpoint(rates[half - 1], rates[half]),
            })
        })
    }

    fn window<'a>(
        rows: &'a HashMap<String, Vec<Named>>,
        (who, dated): (&str, &str),
        as_of: Day,
        days: i32,
    ) -> Vec<&'a Named> {
        let rows = rows.get(who).map_or(&[][..], Vec::as_slice);
        rows.iter().filter(|it| (as_of.plus(-days)..as_of).contains(&on(it, dated))).collect()
    }

    fn features(&self, who: &str, as_of: Day) -> HashMap<&'static str, Option<f64>> {
        let mut values = self.of_work(who, as_of);
        values.extend(self.of_quality(who, as_of));
        values.extend(self.of_standing(who, as_of));
        values
    }

    fn of_work(&self, who: &str, as_of: Day) -> HashMap<&'static str, Option<f64>> {
        let jobs = Self::window(&self.jobs, (who, "started_at"), as_of, 60);
        let days = Self::window(&self.days, (who, "on_date"), as_of, 60);
        let done = jobs.iter().filter(|it| !it["completed_at"].is_empty()).count();
        let drives: Vec<f64> = jobs.iter().filter_map(|it| it["drive_min"].parse().ok()).collect();
        let long = drives.iter().filter(|it| **it > 50.0).count() as f64;
        let weekend = jobs.iter().filter(|it| on(it, "started_at").is_weekend()).count() as f64;
        let set = |column: &str| days.iter().filter(|it| it[column] == "yes").count() as f64;
        let sum = |rows: &[&Named], column| rows.iter().map(|it| number(it, column)).sum::<f64>();
        let month = Self::window(&self.days, (who, "on_date"), as_of, 28);
        let balance = over(sum(&month, "booked_min"), sum(&month, "available_min"));
        let usual = Self::window(&self.days, (who, "on_date"), as_of, 56);
        let mut usual: Vec<f64> =
            usual.iter().map(|it| number(it, "booked_min") / number(it, "available_min")).collect();
        usual.sort_by(f64::total_cmp);
        let half = usual.len() / 2;
        let middle = (!usual.is_empty()).then(|| match usual.len() % 2 {
            1 => usual[half],
            _ => f64::midpoint(usual[half - 1], usual[half]),
        });
        let worked = days.len() as f64;
        HashMap::from([
            ("jobs_per_day", over(done as f64, worked)),
            ("drive_min_per_job", over(drives.iter().sum(), drives.len() as f64)),
            ("long_drive_share", over(long, drives.len() as f64)),
            ("weekend_share", over(weekend, jobs.len() as f64)),
            ("on_call_nights", over(set("on_call") * 28.0 / 60.0 * worked, worked)),
            ("overtime_share", over(sum(&days, "overtime_min"), sum(&days, "paid_min"))),
            ("booking_balance", balance),
            ("booking_shift", balance.zip(middle).map(|it| (it.0 - it.1).abs())),
            ("schedule_changes_per_week", over(set("start_changed") * 7.0 / 60.0 * worked, worked)),
        ])
    }

    fn of_quality(&self, who: &str, as_of: Day) -> HashMap<&'static str, Option<f64>> {
        let jobs = Self::window(&self.jobs, (who, "started_at"), as_of, 90);
        let done: Vec<&&Named> = jobs.iter().filter(|it| !it["completed_at"].is_empty()).collect();
        let back = |it: &Named| self.recalls.get(&it["job_no"]).copied().filter(|it| *it < as_of);
        let closed: Vec<&&&Named> =
            done.iter().filter(|it| on(it, "completed_at").plus(30) < as_of).collect();
        let soon = |it: &Named| back(it).is_some_and(|day| day <= on(it, "completed_at").plus(30));
        let fixed = closed.iter().filter(|it| !soon(it)).count() as f64;
        let recalled = done.iter().filter(|it| back(it).is_some()).count() as f64;
        let answers: Vec<f64> = done.iter().filter_map(|it| it["csat"].parse().ok()).collect();
        let enough = |sum: f64, n: usize| over(sum, n as f64).filter(|_| n >= 10);
        let courses = Self::window(&self.trainings, (who, "completed_on"), as_of, 180);
        HashMap::from([
            ("first_time_fix_90d", enough(fixed, closed.len())),
            ("recall_rate_90d", enough(recalled, done.len())),
            ("csat_90d", enough(answers.iter().sum(), answers.len())),
            ("training_hours_180d", Some(courses.iter().map(|it| number(it, "hours")).sum())),
        ])
    }

    fn of_standing(&self, who: &str, as_of: Day) -> HashMap<&'static str, Option<f64>> {
        let hired = self.employed(who, as_of).expect("a spell");
        let pays = self.pays[who].windows(2).rev();
        let rose = pays
            .filter(|it| number(&it[1], "hourly_cents") > number(&it[0], "hourly_cents"))
            .map(|it| on(&it[1], "effective_on"))
            .find(|it| *it < as_of);
        let raised = rose.map_or(hired, |it| it.max(hired));
        let moves = self.assignments[who].windows(2);
        let year = as_of.plus(-365)..as_of;
        let managers = moves.filter(|it| {
            it[0]["manager_no"] != it[1]["manager_no"] && year.contains(&on(&it[1], "from_on"))
        });
        let crew = self.assignment(who, as_of).map(|it| it["crew"].clone());
        let recent = as_of.plus(-90)..as_of;
        let exits = self.spells.iter().filter(|it| {
            let left = it.2.filter(|left| it.0 != who && recent.contains(left));
            left.is_some_and(|left| {
                self.assignment(&it.0, left.plus(1)).map(|it| it["crew"].clone()) == crew
            })
        });
        let months = |from: Day| Some(f64::from(as_of.0 - from.0) / 30.4375);
        let own = self.rate(who, as_of);
        HashMap::from([
            ("tenure_months", months(hired)),
            ("months_since_raise", months(raised)),
            ("pay_vs_zone_median", own.zip(self.pay_median(who, as_of)).map(|it| it.0 / it.1)),
            ("manager_changes_365d", Some(managers.count() as f64)),
            ("crew_exits_90d", Some(exits.count() as f64)),
        ])
    }
}

fn on(row: &Named, column: &str) -> Day {
    Day::parse(&row[column]).expect("a day")
}

fn number(row: &Named, column: &str) -> f64 {
    row[column].parse().expect("a number")
}

fn over(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[test]
fn the_hazard_reads_what_the_files_say() {
    let files = Files::read();
    let mut checked = 0;
    for row in made().truth.iter().step_by(29) {
        let as_of = Month::parse(&row["month"]).expect("a month").first_day();
        let slow = files.features(&row["employee_no"], as_of);
        assert_eq!(slow.len(), 18);
        for (name, slow) in slow {
            let told = row[name].parse::<f64>().ok();
            let same = match (told, slow) {
                (Some(told), Some(slow)) => (told - slow).abs() < 1e-9,
                (told, slow) => told.is_none() && slow.is_none(),
            };
            let who = (&row["employee_no"], &row["month"]);
            assert!(same, "{name} of {who:?}: told {told:?}, the files say {slow:?}");
            checked += 1;
        }
    }
    assert!(checked > 18 * 60, "{checked}");
}

#[test]
fn everybody_at_risk_is_told_and_nobody_else() {
    let files = Files::read();
    let told: HashSet<(String, String)> =
        made().truth.iter().map(|it| (it["employee_no"].clone(), it["month"].clone())).collect();
    let first = made().spec.first_day().month();
    let mut expected = HashSet::new();
    for at in 0..made().spec.years as i32 * 12 {
        let month = first.plus(at);
        for who in files.people.keys() {
            if files.employed(who, month.first_day()).is_some() {
                expected.insert((who.clone(), month.to_string()));
            }
        }
    }
    assert!(told == expected, "{} told, {} at risk", told.len(), expected.len());
}

#[test]
fn the_told_rates_follow_the_shapes() {
    let shapes = shapes();
    for row in made().truth.iter().step_by(11) {
        let value = |name: &str| row[name].parse::<f64>();
        for shape in &shapes {
            let effect = value(shape.feature).map_or(0.0, shape.effect);
            let told = value(&format!("effect_{}", shape.feature)).expect("an effect");
            assert!((told - effect).abs() < 1e-12, "{}", shape.feature);
        }
        let hazard = value("hazard").expect("a rate");
        let log = value("log_hazard").expect("a log rate");
        assert!((hazard.ln() - log).abs() < 1e-9);
        let chances = HORIZONS.map(|it| value(&format!("leaves_within_{it}")).expect("a chance"));
        assert!(chances.is_sorted() && chances[0] > 0.0 && chances[3] < 1.0);
    }
}
