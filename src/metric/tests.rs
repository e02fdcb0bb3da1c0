//! The dictionary as a table, and every metric against numbers worked out by hand.

mod dictionary;
mod hiring;
mod people;
mod periods;
mod work;

use super::{Ask, By, Figure, Result, compute, find, format, interval};
use crate::domain::calendar::Day;
use crate::store::fixture::{IntoCell, Scratch, day};
use crate::store::{Error, Read, rollups};

/// Puts an employed person, perhaps with an exit `(last day, type, regretted)`.
fn employ(it: &Scratch, no: &str, zone: &str, hired: &str, exit: Option<(&str, &str, i32)>) {
    it.hire(no, zone, hired);
    if let Some((last, kind, regretted)) = exit {
        spell(it, no, hired, last, kind, regretted, "web");
    }
}

fn spell(it: &Scratch, no: &str, hired: &str, last: &str, kind: &str, regretted: i32, from: &str) {
    let mut values: Vec<(&str, &dyn IntoCell)> = vec![("employee_no", &no)];
    let (hired, last) = (day(hired), Day::parse(last));
    values.push(("hired_on", &hired));
    if let Some(last) = &last {
        values.extend([("exited_on", last as &dyn IntoCell), ("exit_type", &kind)]);
        values.push(("regretted", &regretted));
    }
    values.push(("hire_source", &from));
    it.put("employment", &values);
}

/// Says where the data end, without a job.
fn data_end(it: &Scratch, to: &str) {
    let to = day(to).0;
    it.store
        .write(move |tx| {
            tx.run("UPDATE derived_state SET data_from = ?1 - 400, data_to = ?1", [to])
        })
        .unwrap();
}

fn read<T: Send + 'static>(
    it: &Scratch,
    work: impl FnOnce(&Read<'_>) -> Result<T> + Send + 'static,
) -> T {
    it.store.read_long(work).unwrap()
}

fn ask(it: &Scratch, id: &str, ask: Ask) -> Vec<Figure> {
    let metric = find(id).unwrap();
    read(it, move |read| compute(read, metric, &ask))
}

fn whole(from: &str, to: &str) -> Ask {
    Ask::whole(day(from), day(to))
}

fn by(by: By, from: &str, to: &str) -> Ask {
    Ask { by, ..whole(from, to) }
}

/// The value and interval as shown, with n.
#[track_caller]
fn check(it: &Scratch, id: &str, question: Ask, expected: &str) {
    let metric = find(id).unwrap();
    let shown: Vec<String> = ask(it, id, question)
        .iter()
        .map(|figure| {
            let mut text = figure.group.clone();
            if !text.is_empty() {
                text.push_str(": ");
            }
            match (figure.value, figure.too_few) {
                (Some(value), None) => text.push_str(&format(metric, value)),
                (None, Some(few)) => text.push_str(&few.to_string()),
                odd => panic!("{id}: {odd:?}"),
            }
            if let Some(words) = interval(metric, figure) {
                text.push_str(", ");
                text.push_str(&words);
            }
            text + &format!(" (n={})", figure.n)
        })
        .collect();
    assert_eq!(shown.join("\n"), expected, "{id}");
}

/// Sums of one technician and month, the rest nothing.
fn roll(it: &Scratch, technician: i64, month: i32, zone: i64, values: &[(&'static str, i64)]) {
    let names: Vec<&str> = values.iter().map(|it| it.0).collect();
    let numbers: Vec<String> = values.iter().map(|it| it.1.to_string()).collect();
    let (names, numbers) = (names.join(", "), numbers.join(", "));
    let sql = format!(
        "INSERT INTO roll_technician_month (technician_id, month_no, zone_id, office_id, {names})
         VALUES ({technician}, {month}, {zone}, 1, {numbers})"
    );
    it.store.write(move |tx| tx.run(&sql, [])).unwrap();
}

fn rebuild(it: &Scratch) {
    it.store.write(|tx| -> std::result::Result<(), Error> { rollups::rebuild(tx, None) }).unwrap();
}
