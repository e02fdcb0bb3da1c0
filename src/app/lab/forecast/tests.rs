//! Forecasts of small files, one mistake each; random bytes; the shape of the answer.

use proptest::prelude::*;

use super::*;
use crate::app::progress::Silent;

const AIR: [i32; 48] = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170,
    170, 158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180,
    193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
];

fn request() -> Request {
    Request {
        data: "t.csv".into(),
        time: "ds".to_owned(),
        value: "y".to_owned(),
        step: None,
        horizon: 12,
        choice: Choice::Auto,
        holidays: None,
        kind: None,
        seed: 1,
    }
}

/// A file of months from 1949-01.
fn months(values: impl IntoIterator<Item = impl ToString>) -> String {
    let mut text = "ds,y\n".to_owned();
    for (at, value) in values.into_iter().enumerate() {
        text += &format!("{}-{:02}-01,{}\n", 1949 + at / 12, at % 12 + 1, value.to_string());
    }
    text
}

/// A file of days from 2024-01-01, every `step` days.
fn days(step: i32, count: i32, format: impl Fn(Day) -> String) -> String {
    let first = Day::from_ymd(2024, 1, 1).unwrap();
    let row = |at: i32| format!("{},{}\n", format(first.plus(at * step)), 20 + at % 7);
    "ds,y\n".to_owned() + &(0..count).map(row).collect::<String>()
}

fn iso(day: Day) -> String {
    day.to_string()
}

fn read(request: &Request, text: impl AsRef<[u8]>) -> Result<Series> {
    series::of_bytes(request, text.as_ref())
}

#[track_caller]
fn notes(request: &Request, text: impl AsRef<[u8]>) -> String {
    read(request, text).unwrap().notes.join(" ")
}

/// Refused with these words; whether as "not enough data", which ends with exit code 3.
#[track_caller]
fn refused(request: &Request, text: impl AsRef<[u8]>, said: &str, not_enough: bool) {
    match read(request, text) {
        Err(Error::Told(told)) => {
            assert!(told.to_string().contains(said), "{told}");
            assert_eq!(told.kind == Sort::NotEnough, not_enough, "{told}");
            assert!(!told.hint.is_empty(), "no remedy: {told}");
        }
        other => panic!("not told: {other:?}"),
    }
}

/// Writes a file and forecasts it.
fn run(request: &Request, text: &str) -> Result<Outcome> {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("t.csv");
    std::fs::write(&data, text).unwrap();
    forecast(&Request { data, ..request.clone() }, &Silent)
}

#[test]
fn json_has_the_promised_keys() {
    let found = run(&request(), &months(AIR)).unwrap();
    let json = serde_json::to_value(&found).unwrap();
    for key in ["yhat", "lo50", "hi50", "lo80", "hi80", "lo95", "hi95"] {
        assert!(json["points"][11][key].is_f64(), "{key}");
    }
    assert_eq!(json["points"][0]["time"], "1953-01-01");
    assert_eq!(json["points"][11]["time"], "1953-12-01");
    assert_eq!((&json["freq"], &json["n"]), (&"month".into(), &48.into()));
    assert!(json["model"].is_string() && json["fit_ms"].is_f64());
    assert!(json.get("backtest").is_some() && json["candidates"].as_array().is_some());
    for key in ["parts", "marks", "notes"] {
        assert!(json[key].is_array(), "{key}");
    }
    for it in &found.points {
        assert!(it.lo95 <= it.lo80 && it.lo80 <= it.lo50 && it.lo50 <= it.hi50, "{it:?}");
        assert!(it.hi50 <= it.hi80 && it.hi80 <= it.hi95 && it.lo95 >= 0.0, "{it:?}");
    }
}

#[test]
fn the_same_bytes_come_out_run_after_run() {
    let bytes = || {
        let found = run(&request(), &months(AIR)).unwrap();
        serde_json::to_string(&Outcome { fit_ms: 0.0, ..found }).unwrap()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn rows_in_any_order_give_the_same_series() {
    let text = months(AIR);
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let sorted = read(&request(), &text).unwrap();
    let series = read(&request(), lines.join("\n")).unwrap();
    assert_eq!(series.past, sorted.past);
    assert_eq!(
        series.notes,
        ["The rows are not in order of time (row 2 goes back): they were sorted."]
    );
    assert!(sorted.notes.is_empty());
}

#[test]
fn a_period_twice_is_refused_with_both_rows() {
    let text = months(AIR) + "1950-03-01,7\n";
    refused(&request(), &text, "rows 15 and 49: both are of the month 1950-03-01", false);
    refused(&request(), &text, "they hold 141 and 7", false);
    refused(&request(), &text, "add them up or take one out", false);
    refused(&request(), text.clone() + "1950-03-01,7\n", "1 more row is like that", false);
    // Equal rows may be two zones of one office: nobody but the reader can tell.
    refused(&request(), months(AIR) + "1950-03-01,141\n", "they hold 141 and 141", false);
    let text = days(7, 40, iso) + "2024-01-09,3\n";
    refused(&request(), text, "both are of the week 2024-01-08", false);
}

#[test]
fn missing_periods_and_values_are_told() {
    let drop = |at: usize| ![14, 20].contains(&at);
    let text = months(AIR).lines().enumerate().filter(|it| drop(it.0)).fold(
        String::new(),
        |text, (at, line)| {
            text + if at == 30 { "1951-06-01,\n" } else { line } + if at == 30 { "" } else { "\n" }
        },
    );
    let series = read(&request(), text).unwrap();
    assert_eq!(
        (series.past.len(), series.past.values.iter().filter(|it| it.is_nan()).count()),
        (48, 3)
    );
    assert_eq!(
        series.notes,
        [
            "3 of 48 months are missing (the first is 1950-02-01): filled for methods that cannot bear it."
        ]
    );
    for nothing in ["", "NA", "NaN", "null", "n/a", "-", " nan "] {
        let values = AIR.map(|it| if it == 171 { nothing.to_owned() } else { it.to_string() });
        assert!(notes(&request(), months(values)).starts_with("1 of 48 months is missing"));
    }
    let ends = |at: usize| at > 1 && at < 45;
    let values: Vec<String> =
        (0..48).map(|at| if ends(at) { AIR[at].to_string() } else { String::new() }).collect();
    let series = read(&request(), months(values)).unwrap();
    assert_eq!(series.past.len(), 43);
    assert_eq!(
        series.notes,
        [
            "The first 2 months are without a value: the series begins with 1949-03-01.",
            "The last 3 months are without a value: the forecast begins after 1952-09-01."
        ]
    );
}

#[test]
fn cells_that_are_no_numbers_are_refused_with_their_place() {
    let with =
        |cell: &str| months(AIR.map(|it| if it == 171 { cell.into() } else { it.to_string() }));
    let place = |cell: &str| format!("t.csv, row 37, column y: \u{201c}{cell}\u{201d} ");
    refused(&request(), with("many"), &(place("many") + "is no number"), false);
    refused(&request(), with("\"1,234\""), &(place("1,234") + "is no number"), false);
    refused(&request(), with("inf"), &(place("inf") + "is not finite"), false);
    refused(&request(), with("-Infinity"), &(place("-Infinity") + "is not finite"), false);
    refused(&request(), with("1e300"), &(place("1e300") + "is too large"), false);
    let counts = Request { choice: Choice::Counts, ..request() };
    let flag = "cannot be forecast with `--model counts`: counts are";
    refused(&counts, with("-3"), &(place("-3") + flag + " never negative"), false);
    refused(&counts, with("2.5"), &(place("2.5") + flag + " whole numbers"), false);
    let count = Request { kind: Some(Kind::Count), ..request() };
    refused(&count, with("-3"), "`--kind count`: counts are never negative", false);
    let amount = Request { kind: Some(Kind::Amount), ..request() };
    refused(&amount, with("-3"), "`--kind amount`: amounts are never negative", false);
    assert_eq!(read(&request(), with("-3")).unwrap().past.kind, Kind::Real);
    assert_eq!(read(&request(), with("2.5")).unwrap().past.kind, Kind::Amount);
}

#[test]
fn the_kind_is_seen_in_the_values() {
    let kind = |values: &[f64]| read(&request(), months(values)).unwrap().past.kind;
    assert_eq!(kind(&[0.0, 3.0, 1.0, 2.0]), Kind::Count);
    assert_eq!(kind(&[10.0, 30.0, 11.0, 12.0]), Kind::Amount);
    assert_eq!(kind(&[0.5, 3.0, 1.0, 2.0]), Kind::Amount);
    assert_eq!(kind(&[-1.0, 3.0, 1.0, 2.0]), Kind::Real);
    let asked = |kind| Request { kind: Some(kind), ..request() };
    assert_eq!(read(&asked(Kind::Real), months([1, 2, 3])).unwrap().past.kind, Kind::Real);
    assert_eq!(read(&asked(Kind::Count), months(AIR)).unwrap().past.kind, Kind::Count);
}

#[test]
fn dates_are_read_in_any_common_way() {
    let daily = read(&request(), days(1, 30, iso)).unwrap().past;
    assert_eq!((daily.step, daily.len()), (Step::Day, 30));
    let parts = |it: Day| {
        let iso = it.to_string();
        (iso[..4].to_owned(), iso[5..7].to_owned(), iso[8..].to_owned())
    };
    let ways: [&dyn Fn(Day) -> String; 6] = [
        &|it| format!("{it} 00:00:00"),
        &|it| format!("{it}T00:00:00Z"),
        &|it| parts(it).0 + "/" + &parts(it).1 + "/" + &parts(it).2,
        &|it| parts(it).1 + "/" + &parts(it).2 + "/" + &parts(it).0,
        &|it| parts(it).2 + "/" + &parts(it).1 + "/" + &parts(it).0,
        &|it| parts(it).0 + &parts(it).1 + &parts(it).2,
    ];
    for way in ways {
        assert_eq!(read(&request(), days(1, 30, way)).unwrap().past, daily, "{}", way(Day(0)));
    }
    let slashes = notes(&request(), days(1, 30, ways[4]));
    assert_eq!(slashes, "Dates are read as day/month/year.");
    // Both readings are dates; only one of them is a series of months.
    let text = "ds,y\n01/01/2023,1\n01/02/2023,2\n01/03/2023,3\n01/04/2023,4\n01/05/2023,5\n";
    let asked = Request { step: Some(Step::Month), ..request() };
    assert_eq!(notes(&asked, text), "Dates are read as day/month/year.");
    assert_eq!(read(&asked, text).unwrap().past.len(), 5);
    assert_eq!(read(&request(), text).unwrap().past.step, Step::Day, "five days of January");
}

#[test]
fn months_go_on_as_the_file_writes_them() {
    let last = |text: String| run(&request(), &text).unwrap().points[1].time.clone();
    let file = |row: &dyn Fn(usize) -> String| {
        (0..24).fold("ds,y\n".to_owned(), |text, at| text + &row(at) + "," + &at.to_string() + "\n")
    };
    let year = |at: usize| 2022 + at / 12;
    assert_eq!(last(file(&|at| format!("{}-{:02}", year(at), at % 12 + 1))), "2024-02-01");
    assert_eq!(last(file(&|at| format!("{}-{:02}-15", year(at), at % 12 + 1))), "2024-02-15");
    let end = |at: usize| {
        Day::from_ymd(year(at) as i16, at as i8 % 12 + 1, 1)
            .unwrap()
            .month()
            .plus(1)
            .first_day()
            .plus(-1)
    };
    assert_eq!(last(file(&|at| end(at).to_string())), "2024-02-29");
    let names =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    assert_eq!(last(file(&|at| format!("{} {}", names[at % 12], year(at)))), "2024-02-01");
}

#[test]
fn a_step_that_does_not_fit_is_refused() {
    let asked = |step| Request { step: Some(step), ..request() };
    let weekly = days(7, 40, iso);
    refused(
        &asked(Step::Day),
        &weekly,
        "`--freq day` does not fit t.csv: its rows are usually 7 days apart",
        false,
    );
    refused(&asked(Step::Day), &weekly, "Say `--freq week`", false);
    refused(&asked(Step::Month), &weekly, "`--freq month` does not fit", false);
    refused(&asked(Step::Week), days(1, 40, iso), "usually 1 day apart", false);
    refused(&asked(Step::Week), months(AIR), "Say `--freq month`", false);
    let text = "ds,y\n2024-01,1\n2024-02,2\n2024-03,3\n";
    refused(&asked(Step::Day), text, "ds names months, not days", false);
    refused(&request(), days(91, 20, iso), "no series of days, weeks or months", false);
    assert_eq!(read(&request(), weekly).unwrap().past.step, Step::Week);
    let mixed = "ds,y\n2024-03-06,1\n2024-03-12,2\n2024-03-18,4\n2024-03-28,4\n";
    let series = read(&asked(Step::Week), mixed).unwrap();
    assert_eq!(series.past.first, Day::from_ymd(2024, 3, 4).unwrap().0);
    assert_eq!(
        series.notes,
        ["The dates are of several weekdays: each stands for its week from Monday."]
    );
    let twice = mixed.to_owned() + "2024-03-29,1\n";
    refused(&asked(Step::Week), twice, "rows 4 and 5: both are of the week 2024-03-25", false);
}

#[test]
fn dates_that_are_none_are_refused_with_their_place() {
    let text = months(AIR).replace("1950-03-01", "1950-02-30");
    refused(
        &request(),
        text,
        "row 15, column ds: \u{201c}1950-02-30\u{201d} is no date as the others",
        false,
    );
    let text = months(AIR).replace("1950-03-01", "");
    refused(&request(), text, "row 15, column ds: \u{201c}\u{201d}: the row has no date", false);
    let text = "ds,y\nsoon,1\nlater,2\n";
    refused(&request(), text, "row 1, column ds: \u{201c}soon\u{201d} is no date", false);
    refused(&request(), "ds,y\n1/5/24,1\n1/6/24,2\n", "years have four digits", false);
    let far = months(AIR) + "9950-01-01,3\n";
    refused(&request(), far, "not enough data", true);
}

#[test]
fn too_little_is_an_answer() {
    refused(&request(), "", "t.csv is empty", true);
    refused(&request(), "ds,y\n", "no other rows", true);
    refused(&request(), "ds,y\n,\n", "no other rows", true);
    for (rows, said) in [(1, "has 1 day with a value"), (2, "has 2 days with a value")] {
        refused(&request(), days(1, rows, iso), said, true);
    }
    refused(&request(), months(["", "NA", ""]), "has 0 months with a value", true);
    let sparse = days(1, 3, iso) + "2024-06-01,3\n";
    refused(&request(), sparse, "Only 4 of the 153 days from 2024-01-01 to 2024-06-01", true);
    assert!(run(&request(), &months([5, 6, 7])).is_ok_and(|it| it.points.len() == 12));
}

#[test]
fn a_constant_is_repeated_and_told() {
    let found = run(&request(), &months([5; 40])).unwrap();
    assert!(found.notes[0].starts_with("Every value is 5: the forecast repeats it"));
    assert!(found.points.iter().all(|it| (it.yhat - 5.0).abs() < 0.01), "{:?}", found.points[0]);
}

#[test]
fn columns_are_found_by_name() {
    let text = months(AIR).replace("ds,y", "ds,sales");
    refused(&request(), &text, "t.csv has no column y", false);
    let asked = Request { value: "sale".to_owned(), ..request() };
    refused(&asked, &text, "Did you mean `sales`?", false);
    let asked = Request { value: "ds".to_owned(), ..request() };
    refused(&asked, &text, "are both ds", false);
    refused(&request(), "ds,y,y\n2024-01,1,2\n", "two columns", false);
    refused(&request(), "ds,y\n2024-01,1,2\n", "row 1 (line 2): 3 cells", false);
}

#[test]
fn files_come_in_any_office_encoding() {
    let plain = read(&request(), months(AIR)).unwrap().past;
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend_from_slice(months(AIR).replace('\n', "\r\n").as_bytes());
    assert_eq!(read(&request(), marked).unwrap().past, plain);
    let wide = "\u{feff}".to_owned() + &months(AIR);
    let wide: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&request(), wide).unwrap().past, plain);
    let quoted = months(AIR)
        .lines()
        .fold(String::new(), |text, line| text + "\"" + &line.replace(',', "\";\"") + "\"\n");
    assert_eq!(read(&request(), quoted).unwrap().past, plain);
    refused(&request(), b"%PDF-1.4", "is a PDF", false);
}

#[test]
fn a_horizon_has_its_limits() {
    let with = |horizon: u64| run(&Request { horizon, ..request() }, &months(AIR));
    let said = |horizon: u64| with(horizon).unwrap_err().to_string();
    assert!(said(0).contains("`--horizon 0` asks for nothing"));
    assert!(said(121).contains("At most 120 months (ten years)"), "{}", said(121));
    assert!(said(u64::MAX).contains("too far ahead"));
    assert!(with(60).unwrap().notes[0].contains("further ahead (60 months) than"));
    assert_eq!(with(1).unwrap().points.len(), 1);
}

#[test]
fn names_on_the_command_line_are_checked() {
    assert_eq!(parse_choice("mstl").unwrap(), Choice::Mstl);
    assert!(parse_choice("prophte").unwrap_err().to_string().contains("Did you mean `prophet`?"));
    assert!(parse_step("year").unwrap_err().to_string().contains("one of day, week, month"));
    assert!(parse_kind("counts").unwrap_err().to_string().contains("Did you mean `count`?"));
}

#[test]
fn holidays_fall_into_the_periods_of_the_series() {
    let of = |text: &str, source: &Source| {
        let series = read(&request(), text).unwrap();
        let (found, notes) = source.over(&series.past, 12).unwrap();
        (found, [series.notes, notes].concat())
    };
    let (found, notes) = of(&days(1, 400, iso), &Source::Us);
    assert!(notes.is_empty() && found.iter().any(|it| it.name == "Thanksgiving Day +1"));
    let christmas = found.iter().find(|it| it.name == "Christmas Day").unwrap();
    assert_eq!(christmas.days, [2024].map(|it| Day::from_ymd(it, 12, 25).unwrap().0));
    assert!(!found.iter().any(|it| it.name == "Memorial Day" && it.days[0] > 19_723 + 400 + 12));
    let (found, _) = of(&days(7, 60, iso), &Source::Us);
    let christmas = found.iter().find(|it| it.name == "Christmas Day").unwrap();
    assert_eq!(christmas.days, [Day::from_ymd(2024, 12, 23).unwrap().0], "the week of it");
    let (found, notes) = of(&months(AIR), &Source::Us);
    assert!(found.is_empty() && notes[0].starts_with("US holidays are known from 1990"));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("h.csv");
    std::fs::write(&path, "date,name\n1950-04-09,Easter\n1951-03-25,Easter\n1951-12-26,Boxing\n")
        .unwrap();
    let (found, notes) = of(&months(AIR), &Source::File(path.clone()));
    assert_eq!(found.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Easter"]);
    assert_eq!(found[0].days.len(), 2);
    assert!(notes.iter().any(|it| it.contains("the season has them")), "{notes:?}");
    let asked = Request { holidays: Some(Source::File(path)), choice: Choice::Ets, ..request() };
    let notes = run(&asked, &months(AIR)).map(|it| it.notes).unwrap_or_default();
    assert!(notes.is_empty() || notes.iter().any(|it| it.contains("only prophet uses them")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _either = read(&request(), &bytes);
        let _either = read(&request(), [b"ds,y\n".as_slice(), &bytes].concat());
    }

    #[test]
    fn odd_cells_never_panic(
        rows in proptest::collection::vec(("[0-9/T:. -]{0,12}|[0-9]{4}-[01][0-9]-[0-3][0-9]", "[-0-9.e]{0,8}|inf|nan|x"), 0..30),
        step in proptest::option::of(proptest::sample::select(vec![Step::Day, Step::Week, Step::Month])),
    ) {
        let text = rows.iter().fold("ds,y\n".to_owned(), |text, it| text + &it.0 + "," + &it.1 + "\n");
        let asked = Request { step, ..request() };
        if let Ok(series) = read(&asked, text) {
            prop_assert!(series.past.values.iter().filter(|it| !it.is_nan()).count() >= 3);
            prop_assert!(series.past.values.first().is_some_and(|it| !it.is_nan()));
        }
    }
}

#[test]
fn working_days_alone_are_told() {
    let text = days(1, 60, iso);
    let is_work = |line: &&str| {
        let day = Day::parse(line.split(',').next().unwrap_or_default());
        day.is_none_or(|it| !it.is_weekend())
    };
    let text = text.lines().filter(is_work).fold(String::new(), |text, it| text + it + "\n");
    let notes = notes(&request(), text);
    assert!(notes.contains("16 of 60 days are missing"), "{notes}");
    assert!(notes.contains("No row is of a Saturday or Sunday"), "{notes}");
}
