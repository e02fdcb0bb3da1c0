//! One example of every chart, for goldens and the gallery. Figures are invented.

use super::*;
use crate::app::score::Ahead;
use crate::domain::calendar::Day;
use crate::web::parts::{LevelView, SealView};

pub(crate) fn bins() -> Vec<ShapeBin> {
    let points = [
        -0.40, -0.39, -0.36, -0.31, -0.22, -0.08, 0.10, 0.31, 0.49, 0.63, 0.72, 0.77, 0.80, 0.81,
        0.82, 0.83,
    ];
    let counts = [
        610.0, 980.0, 1240.0, 1180.0, 960.0, 720.0, 540.0, 380.0, 260.0, 190.0, 130.0, 90.0, 60.0,
        40.0, 18.0, 9.0,
    ];
    let step = |(at, (points, n)): (usize, (f64, f64))| {
        let half = 0.07 + (9.0 / n) * 0.17;
        ShapeBin {
            label: format!("{}% to {}%", at * 3, at * 3 + 3),
            from: at as f64 * 3.0,
            to: at as f64 * 3.0 + 3.0,
            points,
            low: points - half,
            high: points + half,
            n,
        }
    };
    points.into_iter().zip(counts).enumerate().map(step).collect()
}

pub(crate) fn shape_sample() -> Chart {
    let words = [(0.0, "0%"), (12.0, "12% median"), (24.0, "24%"), (36.0, "36%"), (48.0, "48%")];
    let words: Vec<_> = words.iter().map(|(x, word)| (*x, (*word).to_owned())).collect();
    let missing = ShapeBin {
        label: "unknown".to_owned(),
        from: 0.0,
        to: 0.0,
        points: 0.12,
        low: -0.05,
        high: 0.29,
        n: 84.0,
    };
    shape(&Shape {
        name: "Long drives",
        finding: "Shape of long drives: lowers the score below 15 percent of jobs, raises it \
                  steeply between 15 and 28 percent, then flattens at plus 0.8.",
        say: "Below about 15% of jobs, drives lower the score. From 15% to 28% they raise it \
              quickly. Past 36% there are few people, so the band widens.",
        note: "Share of jobs with a drive over 50 minutes. Grey bars count person-months; grey \
               steps have fewer than 20.",
        counted: "person-months",
        bins: &bins(),
        missing: Some(&missing),
        x_words: &words,
        marks: &[ShapeMark { at: 34.0, label: "Marcus Bell, 34%".to_owned() }],
        floor: 20.0,
        range: None,
    })
}

pub(crate) fn mini_sample() -> Mini {
    mini_shape("Long drives", "settled", &bins(), Some((-1.0, 1.0)))
}

pub(crate) fn importance_sample() -> RowChart {
    let terms = [
        ("Long drives", 0.41, 0.06),
        ("Pay position", 0.33, 0.07),
        ("Weekend share", 0.29, 0.05),
        ("Tenure", 0.27, 0.04),
        ("Drives × weekend", 0.09, 0.04),
    ];
    let term = |(name, size, half): (&str, f64, f64)| Importance {
        name: name.to_owned(),
        href: Some("#shape".to_owned()),
        size,
        half,
    };
    importance("", "", &terms.map(term))
}

pub(crate) fn categories_sample() -> RowChart {
    let bin = |(label, points, half, n): (&str, f64, f64, f64)| ShapeBin {
        label: label.to_owned(),
        from: 0.0,
        to: 0.0,
        points,
        low: points - half,
        high: points + half,
        n,
    };
    let bins = [
        ("Refrigeration", 0.21, 0.09, 812.0),
        ("Laundry", -0.04, 0.06, 1640.0),
        ("Cooking", -0.16, 0.11, 420.0),
        ("All trades", 0.02, 0.2, 61.0),
    ];
    let say = "Refrigeration raises the score a little; cooking lowers it.";
    let bins = bins.map(bin);
    shape_of_categories("Main trade", say, "person-months", &bins, Some("Refrigeration"))
}

pub(crate) fn dots_sample() -> RowChart {
    let row = |(name, at, low, high, tick): (&str, f64, f64, Option<f64>, f64)| DotRow {
        name: name.to_owned(),
        href: None,
        at: Some(at),
        low: Some(low),
        high,
        tick: Some(tick),
        value: format!("{at} days"),
        rest: format!("at least {low} days, n 22"),
    };
    let rows = [
        row(("referral", 31.0, 27.0, Some(36.0), 41.0)),
        row(("job board", 38.0, 33.0, Some(44.0), 52.0)),
        row(("walk-in", 44.0, 30.0, None, 60.0)),
        DotRow {
            name: "trade school".to_owned(),
            value: "too few".to_owned(),
            rest: "4 of 6 needed".to_owned(),
            ..DotRow::default()
        },
    ];
    dots(&Dots {
        say: "Sources cannot be told apart yet.",
        label: "Time to fill by source",
        note: "Dot: median with its 95% interval. Tick: 4 of 5 are filled by then.",
        unit: Unit::Count,
        base: Some(37.0),
        rows: &rows,
    })
}

pub(crate) fn funnel_sample() -> RowChart {
    let step = |(name, n, rest): (&str, u64, &str)| FunnelStep {
        name: name.to_owned(),
        n,
        rest: rest.to_owned(),
    };
    let steps = [
        ("Applied", 1384, ""),
        ("Screened", 1062, "77%, between 74% and 79%"),
        ("Interviewed", 721, "68%, between 65% and 71%"),
        ("Started", 348, "99%, between 97% and 100%"),
    ];
    let note = "Each share is of the step before.";
    funnel("One in four applications ends in a first day.", note, &steps.map(step))
}

pub(crate) fn heat_sample() -> Chart {
    let points = [
        -0.02, -0.03, -0.01, 0.0, 0.02, -0.02, -0.02, 0.0, 0.02, 0.04, -0.01, 0.0, 0.03, 0.06,
        0.08, 0.0, 0.02, 0.06, 0.11, 0.16, 0.01, 0.03, 0.09, 0.17, 0.21,
    ];
    let cell = |(at, points): (usize, f64)| {
        let n = 400.0 / (1.0 + at as f64);
        HeatCell { points, low: points - 0.05, high: points + 0.05, n }
    };
    let cells: Vec<_> = points.into_iter().enumerate().map(cell).collect();
    let columns = ["0 to 12%", "12% to 24%", "24% to 36%", "36% to 48%", "48% and over"];
    let rows = ["0 to 10%", "10% to 20%", "20% to 30%", "30% to 40%", "40% and over"];
    heat(&Heat {
        finding: "Drives and weekends: together they add up to 0.17 points beyond their separate \
                  effects; the top corner has too few cases.",
        say: "Hard together: long drives and many weekends add up to 0.17 more.",
        note: "Points beyond the two lines.",
        across: "long drives",
        up: "weekend share",
        columns: &columns.map(str::to_owned),
        rows: &rows.map(str::to_owned),
        cells: &cells,
        floor: 20.0,
        mark: Some((3, 3)),
    })
}

pub(crate) fn calibration_sample() -> Chart {
    let group = |(predicted, left, low, high, n): (f64, f64, f64, f64, u32)| CalibrationGroup {
        predicted,
        left,
        low,
        high,
        n,
    };
    let groups = [
        (0.03, 0.026, 0.018, 0.037, 1420),
        (0.065, 0.069, 0.054, 0.088, 910),
        (0.11, 0.102, 0.078, 0.132, 480),
        (0.175, 0.19, 0.146, 0.244, 247),
        (0.28, 0.27, 0.2, 0.354, 126),
    ];
    calibration(&Calibration {
        finding: "Calibration: in five groups, the share who left is close to the predicted \
                  chance; the top group predicted 28 and 27 percent left.",
        say: "Yes, within what chance allows: of those given 28%, 27% left.",
        groups: &groups.map(group),
    })
}

pub(crate) fn km_sample(groups: usize) -> Chart {
    let group = |at: usize| {
        let loss = [0.0006, 0.0018, 0.0011, 0.0014][at];
        let steps = (1..20).map(|step| {
            let day = f64::from(step) * 18.5;
            let share = (-loss * day).exp();
            let half = 0.02 + 0.05 * day / 365.0;
            KmStep { day, share, low: (share - half).max(0.0), high: (share + half).min(1.0) }
        });
        KmGroup {
            name: ["short drives", "long drives", "referral", "job board"][at].to_owned(),
            words: ["Under 20% of jobs over 50 min", "20% or more", "Hired by referral", "Board"]
                [at]
                .to_owned(),
            steps: steps.collect(),
            at_risk: [
                [148, 130, 108, 87, 65],
                [93, 77, 59, 42, 27],
                [60, 51, 40, 31, 20],
                [44, 35, 28, 20, 11],
            ][at]
                .to_vec(),
        }
    };
    km(&Km {
        finding: "Kaplan-Meier curves: after one year 80 percent of technicians with short \
                  drives and 52 percent with long drives are still here.",
        say: "After one year 80% of those with short drives are still here, 52% with long ones.",
        groups: &(0..groups).map(group).collect::<Vec<_>>(),
        horizon_days: 365.0,
        at_days: &[0, 90, 180, 270, 365],
    })
}

pub(crate) fn loss_sample() -> Chart {
    let round = |at: u32| {
        let x = f64::from(at) * 50.0;
        LossRound {
            round: at * 50,
            seen: 0.205 + 0.09 * (-x / 1100.0).exp(),
            unseen: 0.2275 + 0.065 * (-x / 900.0).exp(),
        }
    };
    loss(&Loss {
        finding: "Validation loss falls from 0.29 to 0.228 by round 3,900; training loss 0.207.",
        rounds: &(0..=78).map(round).collect::<Vec<_>>(),
        rounds_max: 6000,
    })
}

const MONTHS: [&str; 13] = [
    "Nov 2025", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
];

pub(crate) fn metric_sample(style: MetricStyle) -> Chart {
    let values = [0.21, 0.24, 0.22, 0.27, 0.30, 0.0, 0.26, 0.25, 0.31, 0.34, 0.36, 0.38, 0.45];
    let month = |(at, value): (usize, f64)| MetricPoint {
        label: if at == 12 { "Nov 2026".to_owned() } else { MONTHS[at].to_owned() },
        short: MONTHS[at].to_owned(),
        value: (value > 0.0).then_some(if style == MetricStyle::Bars {
            value * 10.0
        } else {
            value
        }),
        interval: (value > 0.0).then_some(match style {
            MetricStyle::Bars => (value * 6.0, value * 16.0),
            MetricStyle::Line => (value * 0.6, (value * 1.6).min(1.0)),
        }),
        n: if value > 0.0 {
            format!("{} of 20", (value * 20.0).round())
        } else {
            "3 hires, 5 needed".to_owned()
        },
    };
    metric_line(&Metric {
        name: if style == MetricStyle::Bars { "Exits" } else { "First-90-day attrition" },
        finding: "First-90-day attrition rose from 21 to 45 percent in twelve months.",
        say: "Of those hired since last autumn more leave in their first 90 days; the bands overlap.",
        note: "Hires whose day 90 has passed. April has too few.",
        unit: if style == MetricStyle::Bars { Unit::Count } else { Unit::Share },
        style,
        months: &values.into_iter().enumerate().map(month).collect::<Vec<_>>(),
        target: (style == MetricStyle::Line).then_some((0.25, "three offices")),
        marks: &[(9, "North re-zoned")],
    })
}

pub(crate) fn score_sample() -> Chart {
    let values = [0.09, 0.08, 0.08, 0.09, 0.10, 0.09, 0.11, 0.12, 0.11, 0.14, 0.19, 0.26, 0.31];
    let point = |(at, chance): (usize, f64)| ScorePoint {
        label: MONTHS[at].to_owned(),
        short: MONTHS[at].to_owned(),
        chance,
        low: chance * 0.7,
        high: chance * 1.33,
    };
    score_history(&ScoreHistory {
        finding: "Score over twelve months: between 8 and 14 percent until August, then rising \
                  to 31 percent.",
        points: &values.into_iter().enumerate().map(point).collect::<Vec<_>>(),
        ends: "90% interval",
        base: 0.084,
        marks: &[(9, "North re-zoned")],
    })
}

/// Two years of weeks and half a year ahead, as the design draws it.
pub(crate) fn forecast_sample(capacity: bool) -> Chart {
    let known = 104;
    let step = |at: usize| {
        let x = at as f64;
        let season = (x * 0.1205).sin() * 220.0 + (x * 0.71).sin() * 40.0;
        let value = 2780.0 + x * 2.6 + season;
        let far = at.saturating_sub(known - 1) as f64;
        let half = 40.0 * far.sqrt();
        let bounds = (at >= known)
            .then(|| [0.6, 1.0, 1.6].map(|wide| (value - half * wide, value + half * wide)));
        ForecastStep {
            label: format!("week {}", at + 1),
            short: format!("{} {}", MONTHS[(at / 4) % 12 + 1], 2024 + at / 52),
            value: (at != 40).then_some(value),
            bounds,
            have: capacity.then_some(if at < 50 { 2910.0 } else { 3010.0 }),
        }
    };
    let steps: Vec<_> = (0..known + 26).map(step).collect();
    forecast(&Forecast {
        name: "Hours needed",
        finding: "Hours needed a week: about 3,000, likely to rise above 3,200 by April.",
        say: "With nobody hired, you are likely short in the week of 14 December.",
        note: "",
        unit: Unit::Count,
        suffix: " h",
        period: "week",
        known_as: "Hours booked",
        steps: &steps,
        known,
        strips: 26,
        capacity: capacity.then_some("people you have"),
        marks: &[(63, true, "level shift, Lakes opened"), (88, false, "odd"), (900, true, "never")],
        holidays: &[(31, "4 Jul"), (57, "Christmas"), (83, "4 Jul"), (109, "Christmas")],
    })
}

pub(crate) fn bars_fc_sample() -> Chart {
    let past = [2.0, 1.0, 3.0, 2.0, 1.0, 3.0];
    let ahead = [2.1, 2.4, 2.6, 2.2, 2.0, 1.9];
    let month = |at: usize| {
        let value = past.iter().chain(&ahead).nth(at).copied().unwrap_or_default();
        BarsMonth {
            label: format!("{} 2026", MONTHS[at + 1]),
            short: MONTHS[at + 1].to_owned(),
            value,
            band: (at >= past.len()).then_some(((value - 1.5_f64).max(0.0), value + 1.8)),
        }
    };
    bars_fc(&BarsFc {
        name: "Exits",
        finding: "Exits a month: one to three so far, between one and four ahead.",
        say: "",
        months: &(0..12).map(month).collect::<Vec<_>>(),
    })
}

pub(crate) fn hire_by_sample() -> Chart {
    let day = |text: &str| Day::parse(text).unwrap();
    let line = |(name, words, post, start, need): (&str, &str, &str, &str, &str)| HireLine {
        name: name.to_owned(),
        words: words.to_owned(),
        post_by: day(post),
        start: day(start),
        ready: day(need),
        need: day(need),
        cells: [post, start, need, "1 Feb to 1 May"].map(str::to_owned),
    };
    hire_by(&HireBy {
        finding: "Hire-by calendar. East: post by 27 November; North: post by 4 December.",
        today: day("2026-11-23"),
        lines: &[
            line(("East, 2", "Post by 27 Nov", "2026-11-27", "2027-01-10", "2027-02-15")),
            line(("North, 2", "Post by 4 Dec", "2026-12-04", "2027-01-17", "2027-02-22")),
            line(("Lakes, 1", "Post now, 40 days late", "2026-10-14", "2026-11-27", "2027-01-11")),
        ],
        fill: "Time to fill, slowest fifth: 44 days",
        ramp: "Ramp to 80% pace: 9 weeks",
    })
}

pub(crate) fn lines_sample(count: usize) -> Chart {
    let labels: Vec<_> = (1..=26).map(|at| (format!("in {at} weeks"), format!("w{at}"))).collect();
    let line = |at: usize| {
        let values = (1..=26).map(|week| f64::from(week) * (0.4 - 0.12 * at as f64) - at as f64);
        (["As things are", "3 hires in March", "5% more demand"][at].to_owned(), values.collect())
    };
    lines(&Lines {
        name: "Technicians short",
        finding: "Technicians short: ten in half a year as things are, four with three hires.",
        unit: Unit::Decimal(1),
        height: 200,
        period: "week",
        labels: &labels,
        lines: &(0..count).map(line).collect::<Vec<_>>(),
        known: 0,
        with_table: true,
    })
}

pub(crate) fn coverage_sample() -> RowChart {
    let row = |(name, inside, of, ends): (&str, usize, usize, (f64, f64))| Held {
        name: name.to_owned(),
        inside,
        of,
        ends,
    };
    let rows = [
        ("Next 4 weeks", 41, 52, (0.66, 0.88)),
        ("Weeks 5 to 13", 40, 52, (0.64, 0.86)),
        ("Weeks 14 to 26", 23, 26, (0.71, 0.96)),
    ];
    coverage("Green strip: the aim, 75 to 85%.", &rows.map(row))
}

pub(crate) fn need_have_sample() -> RowChart {
    let row = |(name, have, low, high, short): (&str, f64, f64, f64, &str)| Need {
        name: name.to_owned(),
        href: Some("?zone=1".to_owned()),
        have: [have - 1.0, have, have + 1.0],
        need: [low, f64::midpoint(low, high), high],
        short: short.to_owned(),
        today: 25,
    };
    let rows = [
        ("North", 26.0, 29.0, 31.5, "3 to 7"),
        ("East", 22.0, 21.5, 23.6, "0 to 3"),
        ("South", 20.0, 18.2, 19.9, "−1 to 1"),
    ];
    need_have("in 13 weeks", &rows.map(row))
}

pub(crate) fn receipt_sample() -> crate::web::parts::ReceiptView {
    let term = |(name, words, points, half): (&str, &str, f64, f64)| Term {
        name: name.to_owned(),
        href: Some("#shape".to_owned()),
        words: words.to_owned(),
        points,
        half,
    };
    let group = |name: &str, terms: &[(&str, &str, f64, f64)]| TermGroup {
        name: name.to_owned(),
        terms: terms.iter().copied().map(term).collect(),
    };
    let small = [0.051, -0.043, -0.048, -0.022, -0.031, -0.012, -0.005];
    let small: Vec<_> = small.iter().map(|it| ("Small", "x", *it, 0.02)).collect();
    receipt(&Receipt {
        say: "Start at the office average and add each line. The points add up exactly; you can \
              check it with a pencil.",
        base: -2.3894,
        base_words: "where everyone starts",
        ahead: &Ahead::default(),
        days: 90,
        groups: &[
            group(
                "Load and travel",
                &[
                    ("Weekend share", "31% of jobs; similar people 18%", 0.4149, 0.12),
                    ("Long drives", "over 50 min on 34% of jobs; office median 12%", 0.8203, 0.17),
                ],
            ),
            group(
                "Pay and growth",
                &[
                    ("Pay position", "$2.10 an hour under the local median", 0.3561, 0.14),
                    ("Days since raise", "419 days", 0.2249, 0.1),
                    ("Training", "14 hours this quarter; more than most", -0.1804, 0.09),
                ],
            ),
            group(
                "Time and team",
                &[
                    ("Tenure", "14 months; past the first-year dip", 0.1851, 0.08),
                    ("Crew", "no exits near him in 6 months", -0.1249, 0.07),
                ],
            ),
            group("Other", &small),
        ],
        seal: Some(SealView {
            when: "23 Nov 06:14".to_owned(),
            model: "v7".to_owned(),
            model_hash: "9f3c…e1a0".to_owned(),
            data_hash: "b27d…40fe".to_owned(),
            stability: "reasons stable in 18 of 20 resamples".to_owned(),
            verify: Some("#".to_owned()),
        }),
    })
}

pub(crate) fn ivl_samples() -> Vec<crate::web::parts::IvlView> {
    let rows = [
        (0.31, 0.22, 0.41, LevelView::High),
        (0.16, 0.10, 0.24, LevelView::Medium),
        (0.05, 0.02, 0.08, LevelView::Low),
    ];
    rows.iter().filter_map(|(p, low, high, level)| ivl(*p, *low, *high, level, 0.084)).collect()
}

pub(crate) fn stack_sample() -> crate::web::parts::StackbarView {
    stackbar(
        "technicians",
        &[
            ("f-high", "HIGH", 6),
            ("f-med", "MEDIUM", 14),
            ("f-low", "LOW", 59),
            ("f-none", "not scored", 5),
        ],
    )
}
