//! One technician's own work: jobs, workdays, courses, by day.
//!
//! What is known of a job grows: its start and drive are known from its day on, its completion and
//! the customer's answer only from the day of completion on (an open job has no answer: a later
//! completion would move it). Never here: other people's rows, writing.

use super::around::{Around, Person, between};
use crate::domain::calendar::Day;
use crate::store::{Read, Result};

/// Days of jobs and workdays that features look back, at most.
const WORK_DAYS: i32 = 90;

/// What one technician did.
#[derive(Debug)]
pub struct History<'a> {
    /// Whose.
    pub who: &'a Person,
    /// Jobs, by the day they began.
    pub jobs: Vec<Job>,
    /// Customers' answers, by the day they are dated.
    pub answers: Vec<Answer>,
    /// Days, in order.
    pub workdays: Vec<Workday>,
    /// Finished courses, by day.
    pub trainings: Vec<Training>,
}

/// A job.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Day it began.
    pub on_day: Day,
    /// Day it was finished.
    pub done_on: Option<Day>,
    /// Minutes driven to it.
    pub drive_min: Option<i32>,
    /// Day of its first recall, whoever went.
    pub recalled_on: Option<Day>,
}

/// A customer's answer.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Day of the job's completion.
    pub on: Day,
    /// 1 to 5.
    pub csat: i32,
}

/// A day.
#[derive(Clone, Copy, Debug)]
pub struct Workday {
    /// The day.
    pub on_day: Day,
    /// Minutes open for booking.
    pub available_min: i32,
    /// Minutes booked.
    pub booked_min: i32,
    /// Minutes paid.
    pub paid_min: i32,
    /// Minutes of overtime.
    pub overtime_min: i32,
    /// Whether the night after was on call, if it says.
    pub on_call: Option<bool>,
    /// Whether the start was changed at short notice, if it says.
    pub start_changed: Option<bool>,
}

/// A finished course.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// Day it was finished.
    pub on: Day,
    /// Minutes it took.
    pub minutes: i32,
}

impl<'a> History<'a> {
    /// Reads what a person did, as far as the features of mornings from `first` on look back.
    pub fn load(read: &Read<'_>, around: &Around, who: &'a Person, first: Day) -> Result<Self> {
        let from = first.plus(-WORK_DAYS);
        let mut it =
            Self { who, jobs: vec![], answers: vec![], workdays: vec![], trainings: vec![] };
        it.read_jobs(read, around, from)?;
        it.workdays = read.rows(WORKDAYS, (who.technician_id, from.0), |row| {
            Ok(Workday {
                on_day: Day(row.get(0)?),
                available_min: row.get(1)?,
                booked_min: row.get(2)?,
                paid_min: row.get(3)?,
                overtime_min: row.get(4)?,
                on_call: row.get(5)?,
                start_changed: row.get(6)?,
            })
        })?;
        it.trainings = read.rows(TRAININGS, [who.technician_id], |row| {
            Ok(Training { on: Day(row.get(0)?), minutes: row.get(1)? })
        })?;
        Ok(it)
    }

    /// Jobs that began in `[from, to)`.
    pub fn jobs_between(&self, from: Day, to: Day) -> &[Job] {
        between(&self.jobs, from, to, |it| it.on_day)
    }

    /// Answers dated in `[from, to)`.
    pub fn answers_between(&self, from: Day, to: Day) -> &[Answer] {
        between(&self.answers, from, to, |it| it.on)
    }

    /// Days in `[from, to)`.
    pub fn workdays_between(&self, from: Day, to: Day) -> &[Workday] {
        between(&self.workdays, from, to, |it| it.on_day)
    }

    fn read_jobs(&mut self, read: &Read<'_>, around: &Around, from: Day) -> Result<()> {
        let (jobs, answers) = (&mut self.jobs, &mut self.answers);
        let from = i64::from(from.0) * 1440;
        read.each(JOBS, (self.who.technician_id, from), |row| {
            let on_day = day(row.get(1)?);
            let done_on = row.get::<_, Option<i64>>(2)?.map(day);
            let recalled_on = around.first_recall(row.get(0)?, on_day);
            jobs.push(Job { on_day, done_on, drive_min: row.get(3)?, recalled_on });
            if let (Some(done_on), Some(csat)) = (done_on, row.get(4)?) {
                answers.push(Answer { on: done_on.max(on_day), csat });
            }
            Ok(())
        })?;
        answers.sort_by_key(|it| it.on);
        Ok(())
    }
}

impl Job {
    /// Whether its completion is known on the morning of a day.
    pub fn is_done_before(&self, as_of: Day) -> bool {
        self.done_on.is_some_and(|it| it < as_of)
    }
}

fn day(minute: i64) -> Day {
    Day(minute.div_euclid(1440) as i32)
}

const JOBS: &str = r"
SELECT
  id,
  started_at,
  completed_at,
  drive_min,
  csat
FROM job
WHERE technician_id = ?1
  AND (started_at >= ?2 OR completed_at >= ?2)
ORDER BY started_at";

const WORKDAYS: &str = r"
SELECT
  on_day,
  available_min,
  booked_min,
  paid_min,
  overtime_min,
  on_call,
  start_changed
FROM workday
WHERE technician_id = ?1
  AND on_day >= ?2
ORDER BY on_day";

const TRAININGS: &str = r"
SELECT
  completed_on,
  training_min
FROM training
WHERE technician_id = ?1
ORDER BY completed_on";
