//! The plan in sentences, pictures and tables.
//!
//! Never here: arithmetic of the plan; `app::plan` did that.

use super::outlook::{self, Shown};
use crate::app::plan::{Band, NeedDate, Opening, Plan, Scenario, Week};
use crate::domain::calendar::Day;
use crate::domain::count::counted;
use crate::web::charts::{self, BarsFc, BarsMonth, Chart, HireBy, HireLine, Need, RowChart, Unit};
use crate::web::numbers::{percent, plain};
use crate::web::pages::uid_text;
use crate::web::parts::{TableView, ThView};

/// Months behind in the picture of exits.
const EXITS_BEHIND: usize = 12;
/// Zones in one picture, the shortest first; each has a page of its own.
const ZONES_MAX: usize = 12;

/// What is true, before the picture proves it.
pub(super) fn sentence(plan: &Plan) -> String {
    [growth(plan), peak(plan), short(plan)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Booked hours of the last 52 weeks against the 52 before.
fn growth(plan: &Plan) -> Option<String> {
    let known: Vec<f64> = plan.past.iter().map(|it| it.1).filter(|it| it.is_finite()).collect();
    let (before, last) = known.get(known.len().checked_sub(104)?..)?.split_at(52);
    let (before, last): (f64, f64) = (before.iter().sum(), last.iter().sum());
    let change = last / before - 1.0;
    let by = percent(change.abs());
    (before > 0.0).then(|| match change {
        ..-0.005 => format!("Booked hours fell {by} within a year."),
        0.005.. => format!("Booked hours grew {by} within a year."),
        _ => "Booked hours held level within a year.".to_owned(),
    })
}

fn peak(plan: &Plan) -> Option<String> {
    let most = plan.weeks.iter().max_by(|a, b| a.need_hours.mid.total_cmp(&b.need_hours.mid))?;
    let hours = most.need_hours;
    let whole = |value: f64| Unit::Count.show(value);
    Some(format!(
        "The most in {} weeks is likely in the week of {}: {} hours (80%: {} to {}).",
        plan.weeks.len(),
        brief(most.monday, plan.as_of),
        whole(hours.mid),
        whole(hours.low),
        whole(hours.high)
    ))
}

fn short(plan: &Plan) -> Option<String> {
    let worst = plan.weeks.iter().max_by(|a, b| a.short.mid.total_cmp(&b.short.mid))?;
    let with = if plan.scenario == Scenario::default() {
        "With nobody more hired than agreed"
    } else {
        "With this change"
    };
    let Some(need) = plan.short_from else {
        return Some(format!(
            "{with}, a shortage is never more likely than not; the chance is highest in the week \
             of {}, {}.",
            brief(worst.monday, plan.as_of),
            percent(plan.weeks.iter().map(|it| it.chance_short).fold(0.0, f64::max))
        ));
    };
    let by = if worst.short.high < 0.5 {
        String::new()
    } else {
        format!(
            ", and by {} in the week of {} (80%)",
            technicians(worst.short),
            brief(worst.monday, plan.as_of)
        )
    };
    let from = brief(need.mid, plan.as_of);
    let dates = need_band(&need, plan.as_of);
    Some(format!("{with}, you are likely short from the week of {from} on (80%: {dates}){by}."))
}

fn technicians(band: Band) -> String {
    let (low, high) = (band.low.max(0.0), band.high.max(0.0));
    match range(low, high).as_str() {
        "1" => "1 technician".to_owned(),
        text => format!("{text} technicians"),
    }
}

/// `3 to 7`, or `5` when both ends round to it.
pub(super) fn range(low: f64, high: f64) -> String {
    let (low, high) = (Unit::Count.show(low), Unit::Count.show(high));
    if low == high { low } else { format!("{low} to {high}") }
}

/// `14 Dec`, with the year when it is not this one.
pub(super) fn brief(day: Day, now: Day) -> String {
    let words = plain(day);
    let year = format!(" {}", now.year());
    words.strip_suffix(&year).map_or(words.clone(), str::to_owned)
}

/// `30 Nov to 1 Feb`; an end past the horizon is said so.
pub(super) fn need_band(need: &NeedDate, now: Day) -> String {
    let low = brief(need.low, now);
    match need.high {
        Some(high) if high == need.low => low,
        Some(high) => format!("{low} to {}", brief(high, now)),
        None => format!("{low} or later, past the weeks ahead"),
    }
}

/// Hours asked for, with what the people can give.
pub(super) fn hours(plan: &Plan, holidays: &[(Day, String)]) -> Chart {
    let had = |day: Day| {
        let at = plan.past.iter().position(|it| it.0 == day)?;
        plan.past_have.get(at).copied()
    };
    let will = |day: Day| plan.weeks.iter().find(|it| it.monday == day).map(|it| it.have_hours.mid);
    let have = |day: Day| had(day).or_else(|| will(day));
    let say = sentence(plan);
    outlook::chart(
        Shown {
            name: "Hours needed",
            known_as: "Hours booked",
            say: &say,
            unit: Unit::Count,
            suffix: " h",
            past: &plan.past,
            outlook: &plan.demand,
            holidays,
        },
        Some(("people you have", &have)),
    )
}

/// What the picture of hours covers.
pub(super) fn hours_meta(plan: &Plan) -> String {
    let (behind, ahead) = (plan.past.len(), plan.weeks.len());
    format!("{behind} weeks back, {ahead} ahead; as of {}", plain(plan.as_of))
}

/// The calendar of ads.
pub(super) fn calendar(plan: &Plan) -> Chart {
    let first = || plan.openings.iter().take(charts::HIRE_LINES_MAX);
    let ramp = (plan.giving.ramp_weeks * 7.0).round() as i32;
    let lines: Vec<_> = first().map(|it| line(it, ramp, plan.as_of)).collect();
    let said: Vec<_> =
        first().map(|it| format!("{}: {}", it.zone, words(it, plan.as_of))).collect();
    let fill = plan.openings.iter().map(|it| it.fill_days.round() as i64);
    let (least, most) = fill.fold((i64::MAX, 0), |ends, it| (ends.0.min(it), ends.1.max(it)));
    let days = if least < most { format!("{least} to {most}") } else { most.to_string() };
    charts::hire_by(&HireBy {
        finding: &format!("Hire-by calendar. {}.", said.join("; ")),
        today: plan.as_of,
        lines: &lines,
        fill: &format!("Time to fill, slowest fifth: {days} days"),
        ramp: &format!(
            "Ramp to 80% pace: {} weeks",
            Unit::Decimal(u8::from(plan.giving.ramp_weeks.fract() > 0.05))
                .show(plan.giving.ramp_weeks)
        ),
    })
}

/// An opening as drawn: a late ad is drawn as posted today, so that what is lost can be seen.
fn line(it: &Opening, ramp: i32, now: Day) -> HireLine {
    let (post_by, start) =
        if it.late { (now, now.plus(it.fill_days.ceil() as i32)) } else { (it.post_by, it.start) };
    HireLine {
        name: format!("{}, {}", it.zone, it.count),
        words: words(it, now),
        post_by,
        start,
        ready: start.plus(ramp),
        need: it.need.mid,
        cells: [plain(it.post_by), plain(start), plain(it.need.mid), need_band(&it.need, now)],
    }
}

fn words(it: &Opening, now: Day) -> String {
    if it.late {
        let days = u64::from((now.0 - it.post_by.0).max(0).unsigned_abs());
        return match days {
            0 => "Post now".to_owned(),
            days => format!("Post now, {} late", counted(days, "day")),
        };
    }
    format!("Post by {}", brief(it.post_by, now))
}

/// `6 technicians in 4 openings`.
pub(super) fn calendar_meta(plan: &Plan) -> String {
    let people: u64 = plan.openings.iter().map(|it| u64::from(it.count)).sum();
    match plan.openings.len() as u64 {
        0 => "nobody to hire".to_owned(),
        many => {
            let (people, lines) = (counted(people, "technician"), counted(many, "opening"));
            let drawn = charts::HIRE_LINES_MAX;
            let rest = if plan.openings.len() > drawn {
                format!("; the first {drawn} are drawn")
            } else {
                String::new()
            };
            format!("{people} in {lines}{rest}")
        }
    }
}

/// What the dates include.
pub(super) fn calendar_foot(plan: &Plan) -> String {
    let behind = plan.openings.iter().map(|it| it.fill_n).max().unwrap_or(0);
    let fill = match behind {
        0 => "a stated time to fill, as no hire is recorded".to_owned(),
        n => format!("the slowest fifth of {}", counted(n, "past hire")),
    };
    let exits = range(plan.exits.total.low, plan.exits.total.high);
    format!("Dates already include expected exits of {exits} people (80%) and {fill}.")
}

/// Zone by zone, what there is over what it takes.
pub(super) fn zones(plan: &Plan, path: &str) -> RowChart {
    let three = |it: Band| [it.low, it.mid, it.high];
    let row = |it: &crate::app::plan::ZonePlan| Need {
        name: it.name.clone(),
        href: (plan.zones.len() > 1).then(|| format!("{path}?place={}", uid_text(it.uid))),
        have: three(it.have),
        need: three(it.need),
        short: range(it.short.low, it.short.high),
        today: it.today,
    };
    let mut zones: Vec<_> = plan.zones.iter().collect();
    zones.sort_by(|a, b| b.short.mid.total_cmp(&a.short.mid));
    let rows: Vec<_> = zones.into_iter().take(ZONES_MAX).map(row).collect();
    charts::need_have(&format!("in {} weeks", plan.zone_weeks), &rows)
}

/// What the picture of zones shows.
pub(super) fn zones_meta(plan: &Plan) -> String {
    let which = match plan.zones.len() {
        many if many > ZONES_MAX => format!("the {ZONES_MAX} shortest of {many}, "),
        _ => String::new(),
    };
    format!("{which}in {} weeks, technicians; short by", plan.zone_weeks)
}

/// Exits behind and ahead.
pub(super) fn exits(plan: &Plan) -> Chart {
    let cut = plan.exits.past.len().saturating_sub(EXITS_BEHIND);
    let past = plan.exits.past[cut..].iter().map(|(month, n)| BarsMonth {
        label: month.words(),
        short: month.short_name().to_owned(),
        value: *n as f64,
        band: None,
    });
    let ahead = plan.exits.ahead.iter().map(|it| BarsMonth {
        label: it.month.words(),
        short: it.month.short_name().to_owned(),
        value: it.exits.mid,
        band: Some((it.exits.low, it.exits.high)),
    });
    let total = range(plan.exits.total.low, plan.exits.total.high);
    charts::bars_fc(&BarsFc {
        name: "Exits",
        finding: &format!(
            "Exits a month: {} months ahead, together {total} in 80 of 100 cases.",
            plan.exits.ahead.len()
        ),
        say: "",
        months: &past.chain(ahead).collect::<Vec<_>>(),
    })
}

/// `12 months back, 6 ahead`.
pub(super) fn exits_meta(plan: &Plan) -> String {
    let behind = plan.exits.past.len().min(EXITS_BEHIND);
    format!("{} back, {} ahead", counted(behind as u64, "month"), plan.exits.ahead.len())
}

/// Where the bands come from.
pub(super) fn exits_foot(plan: &Plan) -> String {
    let from = if plan.exits.from_people {
        "From each person's chance, added up"
    } else {
        "From the office's usual rate, as nobody is scored"
    };
    format!(
        "{from}: {} in {} (80%).",
        range(plan.exits.total.low, plan.exits.total.high),
        counted(plan.exits.ahead.len() as u64, "month")
    )
}

/// What the hours are divided by.
pub(super) fn giving(plan: &Plan) -> Vec<(&'static str, String)> {
    let it = &plan.giving;
    let tenth = |value: f64| Unit::Decimal(1).show(value);
    let hours = it.available_hours;
    let ramp = match it.ramp_n {
        0 => "a stated default: too few new hires to measure".to_owned(),
        n => format!("from {}", counted(n, "new hire")),
    };
    let mut rows = vec![
        (
            "Hours a week each",
            format!(
                "{} ({} to {}), leave and holidays taken off; n = {} technician-weeks",
                tenth(hours.mid),
                tenth(hours.low),
                tenth(hours.high),
                Unit::Count.show(it.n as f64)
            ),
        ),
        (
            "Booked when all is well",
            format!("{} of them, the usual here", percent(it.planned_load)),
        ),
        ("New hire at 80% pace", format!("after {} weeks, {ramp}", tenth(it.ramp_weeks))),
    ];
    if let Some(gap) = plan.headcount_gap {
        let way = if gap < 0.0 { "fewer" } else { "more" };
        let words = format!(
            "{} {way} at the end of these weeks than by hires and exits",
            Unit::Decimal(1).show(gap.abs())
        );
        rows.push(("Headcount by its own trend", words));
    }
    rows
}

/// Every week ahead, for reading and for the download.
pub(super) fn weeks_csv(plan: &Plan) -> String {
    let mut head = vec!["week".to_owned()];
    for name in ["need_hours", "have_hours", "need", "have", "short"] {
        head.extend(["low", "mid", "high"].map(|end| format!("{name}_{end}")));
    }
    head.push("chance_short".to_owned());
    let mut text = crate::app::csv::line(head.iter().map(String::as_str));
    for it in &plan.weeks {
        let cells: Vec<_> = std::iter::once(it.monday.to_string())
            .chain(bands(it).into_iter().flat_map(|it| [it.low, it.mid, it.high]).map(decimals))
            .chain([decimals(it.chance_short)])
            .collect();
        text += &cells.join(",");
        text += "\r\n";
    }
    text
}

fn bands(it: &Week) -> [Band; 5] {
    [it.need_hours, it.have_hours, it.need, it.have, it.short]
}

/// A number for a program; a minus is no formula here, every cell is ours.
fn decimals(value: f64) -> String {
    format!("{value:.3}")
}

/// One line an opening, for the people who post ads.
pub(super) fn openings_csv(plan: &Plan) -> String {
    let mut text = crate::app::csv::line([
        "zone",
        "technicians",
        "post_by",
        "late",
        "starts",
        "needed_from",
        "needed_low",
        "needed_high",
        "fill_days_p80",
        "past_hires",
    ]);
    for it in &plan.openings {
        let high = it.need.high.map(|it| it.to_string()).unwrap_or_default();
        let cells = [
            it.zone.clone(),
            it.count.to_string(),
            it.post_by.to_string(),
            if it.late { "yes" } else { "no" }.to_owned(),
            it.start.to_string(),
            it.need.mid.to_string(),
            it.need.low.to_string(),
            high,
            format!("{:.0}", it.fill_days),
            it.fill_n.to_string(),
        ];
        text += &crate::app::csv::line(cells.iter().map(String::as_str));
    }
    text
}

/// What a scenario changes, in words.
pub(super) fn changes(it: &Scenario, zone: &dyn Fn(crate::app::runs::Uid) -> String) -> String {
    let mut parts = Vec::new();
    for (day, count, place) in &it.hires {
        let hires = counted(u64::from(*count), "more hire");
        let place = place
            .map_or_else(|| ", where needed most".to_owned(), |it| format!(" in {}", zone(it)));
        parts.push(format!("{hires} on {}{place}", plain(*day)));
    }
    let factor = it.demand_factor;
    if factor > 0.0 && (factor - 1.0).abs() > 1e-9 {
        let way = if factor < 1.0 { "less" } else { "more" };
        let by = percent((factor - 1.0).abs()).replace(".0%", "%");
        parts.push(format!("{by} {way} demand"));
    }
    if let Some(cap) = it.drive_cap_min {
        parts.push(format!("no drive over {} min", Unit::Count.show(cap)));
    }
    if parts.is_empty() { "Nothing changed.".to_owned() } else { parts.join("; ") + "." }
}

/// Plans side by side, one column each.
pub(super) fn side_by_side(plans: &[(String, Plan)]) -> TableView {
    type Cell = fn(&Plan) -> String;
    let rows: [(&str, Cell); 9] = [
        ("Likely short from the week of", |it| match &it.short_from {
            Some(need) => plain(need.mid),
            None => "not within these weeks".to_owned(),
        }),
        ("80% of that date", |it| match &it.short_from {
            Some(need) => need_band(need, it.as_of),
            None => "none".to_owned(),
        }),
        ("Short in 13 weeks, technicians (80%)", |it| {
            at_week(it, 12, |it| range(it.short.low, it.short.high))
        }),
        ("Chance anybody is short then", |it| at_week(it, 12, |it| percent(it.chance_short))),
        ("Short in 26 weeks, technicians (80%)", |it| {
            at_week(it, 25, |it| range(it.short.low, it.short.high))
        }),
        ("Needed in 26 weeks, technicians", |it| at_week(it, 25, |it| middle(it.need))),
        ("There in 26 weeks, technicians", |it| at_week(it, 25, |it| middle(it.have))),
        ("Still to hire", |it| {
            counted(it.openings.iter().map(|it| u64::from(it.count)).sum(), "technician")
        }),
        ("First ad", |it| match it.openings.first() {
            Some(first) => words(first, it.as_of),
            None => "none".to_owned(),
        }),
    ];
    TableView {
        caption: "Plans side by side".to_owned(),
        caption_hidden: true,
        head: std::iter::once(ThView::text("Figure"))
            .chain(plans.iter().map(|it| ThView::number(&it.0)))
            .collect(),
        rows: rows
            .iter()
            .map(|(name, cell)| {
                let cells = plans.iter().map(|it| cell(&it.1));
                std::iter::once((*name).to_owned()).chain(cells).collect()
            })
            .collect(),
    }
}

fn at_week(plan: &Plan, at: usize, cell: fn(&Week) -> String) -> String {
    plan.weeks.get(at).map_or_else(|| "past the horizon".to_owned(), cell)
}

fn middle(band: Band) -> String {
    let tenth = |value: f64| Unit::Decimal(1).show(value);
    format!("{} ({} to {})", tenth(band.mid), tenth(band.low), tenth(band.high))
}

/// Technicians short, week by week, a line a plan.
pub(super) fn short_lines(plans: &[(String, Plan)]) -> Chart {
    let labels: Vec<_> = plans
        .first()
        .iter()
        .flat_map(|it| &it.1.weeks)
        .map(|it| (plain(it.monday), it.monday.month().words()))
        .collect();
    let line = |(name, plan): &(String, Plan)| {
        (name.clone(), plan.weeks.iter().map(|it| it.short.mid).collect())
    };
    charts::lines(&charts::Lines {
        name: "Technicians short",
        finding: "Technicians short by week, the middle of each plan; below zero is spare.",
        unit: Unit::Decimal(1),
        height: 220,
        period: "week",
        labels: &labels,
        lines: &plans.iter().map(line).collect::<Vec<_>>(),
        known: 0,
        with_table: true,
    })
}
