//! The lab on small files, one mistake each, and on a public data set.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::app::progress::Silent;

/// A table of 60 rows: `age` tells the target, `town` is text with a gap, `fold` means nothing here.
fn table() -> String {
    let mut text = String::from("age,town,fold,left\n");
    for row in 0..60 {
        let town = ["North", "South", ""][row % 3];
        let age = if row % 7 == 0 { "NaN".to_owned() } else { (20 + row % 40).to_string() };
        let left = if row % 40 > 18 || row % 11 == 0 { "yes" } else { "no" };
        text.push_str(&format!("{age},{town},x,{left}\n"));
    }
    text
}

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }
}

fn request(data: &Path, model: Model) -> Request {
    Request {
        data: data.to_owned(),
        target: "left".to_owned(),
        positive: None,
        model,
        folds: None,
        set: Vec::new(),
        seed: 1,
        explain: None,
        save: None,
    }
}

/// The words of a refusal and its exit code: 1 told, 3 not enough.
fn refusal(request: &Request) -> (String, bool) {
    match fit(request, &Silent) {
        Err(Error::Told(told)) => (told.to_string(), told.kind == Kind::NotEnough),
        other => panic!("not told: {other:?}"),
    }
}

#[track_caller]
fn refused_table(text: impl AsRef<[u8]>, said: &str, not_enough: bool) {
    let desk = Desk::new();
    let (words, thin) = refusal(&request(&desk.file("t.csv", text), Model::Tree));
    assert!(words.contains(said), "{words}");
    assert_eq!(thin, not_enough, "{words}");
}

#[test]
fn every_model_runs_and_explains_what_it_can() {
    let desk = Desk::new();
    let data = desk.file("t.csv", table());
    for (name, model) in Model::ALL {
        let mut asked = request(&data, model);
        let plain = fit(&asked, &Silent).unwrap();
        assert_eq!((plain.rows, plain.columns, plain.folds.len()), (60, 3, 5), "{name}");
        assert_eq!(plain.notes, ["left = yes counts as 1."]);
        assert_eq!(plain.folds.iter().map(|it| it.rows).sum::<u64>(), 60);
        let [auc, loss, _] = plain.mean.measures.named().map(|it| it.1);
        assert!(auc > 0.6 && loss < 0.75, "{name}: {:?}", plain.mean);
        asked.explain = Some(Explain::Row(8));
        if model == Model::Forest {
            assert!(refusal(&asked).0.contains("no terms"));
            continue;
        }
        let it = fit(&asked, &Silent).unwrap().explained.unwrap();
        let log_odds = it.log_odds.unwrap();
        if let Some(intercept) = it.intercept {
            let sum = intercept + it.terms.iter().map(|it| it.score).sum::<f64>();
            assert!((sum - log_odds).abs() < 1e-9, "{name}");
            assert!(it.terms.is_sorted_by(|a, b| a.score.abs() >= b.score.abs()));
            assert!(it.terms.iter().all(|it| it.low <= it.score && it.score <= it.high));
        } else {
            assert_eq!(it.rules.len(), 1, "{name}");
        }
        assert!((learn::math::sigmoid(log_odds) - it.probability.unwrap()).abs() < 1e-9);
        asked.explain = Some(Explain::Global);
        let it = fit(&asked, &Silent).unwrap().explained.unwrap();
        assert!(!it.terms.is_empty() || it.rules.iter().map(|it| it.rows).sum::<u64>() == 60);
        assert!(it.terms.iter().all(|it| it.low >= 0.0));
    }
}

#[test]
fn json_has_the_promised_keys() {
    let desk = Desk::new();
    let mut asked = request(&desk.file("t.csv", table()), Model::Ebm);
    asked.explain = Some(Explain::Row(1));
    asked.set = vec!["bags=3".to_owned()];
    let json = serde_json::to_value(fit(&asked, &Silent).unwrap()).unwrap();
    for path in ["/folds/4/auc", "/folds/0/log_loss", "/folds/0/brier", "/folds/0/fit_seconds"] {
        assert!(json.pointer(path).is_some_and(serde_json::Value::is_number), "{path}");
    }
    for path in ["/mean/auc", "/intercept", "/terms/2/score", "/terms/2/low", "/terms/2/high"] {
        assert!(json.pointer(path).is_some_and(serde_json::Value::is_number), "{path}");
    }
    for path in ["/log_odds", "/probability"] {
        assert!(json.pointer(path).is_some_and(serde_json::Value::is_number), "{path}");
    }
    assert_eq!(json["model"], "ebm");
    let age = json["terms"].as_array().unwrap().iter().find(|it| it["name"] == "age").unwrap();
    assert_eq!(age["value"], "", "row 1 has no age");
}

#[test]
fn the_same_request_gives_the_same_answer() {
    let desk = Desk::new();
    let asked = request(&desk.file("t.csv", table()), Model::Forest);
    let of = |asked: &Request| {
        let mut it = fit(asked, &Silent).unwrap();
        it.folds.iter_mut().for_each(|it| it.score.fit_seconds = 0.0);
        it.folds
    };
    let first = of(&asked);
    assert_eq!(first, of(&asked));
    assert_ne!(first, of(&Request { seed: 2, ..asked }));
}

#[test]
fn broken_files_say_where() {
    refused_table("", "is empty", true);
    refused_table("age,left\n", "no other rows", true);
    refused_table("left\n0\n1\n", "no column beside the target", false);
    refused_table("age,age,left\n1,2,0\n", "columns 1 and 2", false);
    refused_table("age,left\n1,0\n2,1,3\n", "row 2 (line 3): 3 cells", false);
    refused_table(b"age,left\n1,0\n\xff,1\n", "row 2 is not UTF-8", false);
    refused_table(b"\xff\xfea\0", "first line is not UTF-8", false);
    refused_table("age,leaf\n1,0\n", "Did you mean `leaf`?", false);
    let gone = refusal(&request(Path::new("/there/is/none.csv"), Model::Ebm));
    assert!(gone.0.contains("no file /there/is/none.csv") && !gone.1);
    let desk = Desk::new();
    assert!(refusal(&request(desk.0.path(), Model::Ebm)).0.contains("ordinary file"));
}

#[test]
fn targets_that_are_no_two_classes_say_what_to_do() {
    refused_table("age,left\n1,0\n2,0\n", "0 in every row", true);
    refused_table("age,left\n1,0\n2,\n", "no value in row 2", false);
    refused_table("age,left\n1,stay\n2,go\n", "`--positive 'stay'`", false);
    refused_table("age,left\n1,a\n2,b\n3,c\n", "takes 3 values (a, b, c)", false);
    refused_table("age,left\n1,0.5\n2,1.5\n3,2.5\n", "`--positive VALUE`", false);
    let desk = Desk::new();
    let text = table().replace("yes", "1.0").replace("no", "7");
    let mut asked = request(&desk.file("t.csv", text), Model::Tree);
    asked.positive = Some("1".to_owned());
    let found = fit(&asked, &Silent).unwrap();
    assert_eq!((found.positive.as_deref(), found.notes.len()), (Some("1"), 0));
    asked.positive = Some("2".to_owned());
    assert!(refusal(&asked).0.contains("never 2. Its values are 1, 7"));
}

#[test]
fn folds_that_cannot_test_are_named() {
    let desk = Desk::new();
    let mut asked = request(&desk.file("t.csv", table()), Model::Tree);
    let mut with = |name: &str, text: String| {
        asked.folds = Some(desk.file(name, text));
        refusal(&asked)
    };
    let rows = |of: &dyn Fn(usize) -> &'static str| {
        (0..60).fold("fold\n".to_owned(), |text, row| text + of(row) + "\n")
    };
    assert!(with("a.csv", "part\n1\n".to_owned()).0.contains("no column fold"));
    assert!(with("b.csv", "fold\n1\n2\n".to_owned()).0.contains("2 rows, the data 60"));
    assert!(with("c.csv", rows(&|_| "3")).0.contains("one fold only"));
    assert!(with("d.csv", rows(&|row| if row == 9 { "NA" } else { "1" })).0.contains("row 10"));
    let (words, thin) = with("e.csv", rows(&|row| if row == 1 { "10" } else { "2" }));
    assert!(words.contains("fold 10: all of its 1 row have target 0") && thin, "{words}");
    asked.folds = Some(desk.file("f.csv", rows(&|row| if row % 2 == 0 { "10" } else { "9" })));
    let found = fit(&asked, &Silent).unwrap();
    let names: Vec<&str> = found.folds.iter().map(|it| it.fold.as_str()).collect();
    assert_eq!(names, ["9", "10"], "numbers in their order");
}

#[test]
fn options_are_set_by_name() {
    let desk = Desk::new();
    let data = desk.file("t.csv", table());
    let with = |model: Model, set: &str| {
        refusal(&Request { set: vec![set.to_owned()], ..request(&data, model) }).0
    };
    assert!(with(Model::Ebm, "bag=3").contains("Did you mean `bags`?"));
    assert!(with(Model::Ebm, "bags").contains("no `=`"));
    assert!(with(Model::Ebm, "bags=many").contains("models averaged"));
    assert!(with(Model::Ebm, "bags=1").contains("bags must be from 2 to 200"));
    assert!(with(Model::Tree, "depth=20").contains("depth must be from 1 to 8"));
    assert!(with(Model::Forest, "trees=0").contains("trees"));
    assert!(with(Model::Logistic, "alpha=-1").contains("alpha"));
    assert!(with(Model::Logistic, "depth=2").contains("ridge"), "the keys are listed");
}

#[test]
fn odd_columns_are_taken_or_told() {
    let desk = Desk::new();
    let (mut slip, mut ids, mut flat) = (String::new(), String::new(), String::new());
    for row in 0..200 {
        let y = u8::from(row % 3 == 0 || row % 7 == 0);
        let age = if row == 4 { "twelve".to_owned() } else { (row % 50).to_string() };
        slip.push_str(&format!("{age};{y}\n"));
        ids.push_str(&format!("P-{row},{y}\n"));
        flat.push_str(&format!("same,{y}\n"));
    }
    let mut asked = request(&desk.file("slip.csv", format!("age;left\n{slip}")), Model::Tree);
    let found = fit(&asked, &Silent).unwrap();
    let note = "age is read as categories: 1 cell is not a number, such as \u{201c}twelve\u{201d}";
    assert!(found.notes[1].starts_with(note), "{:?}", found.notes);
    asked.data = desk.file("ids.csv", format!("id,left\n{ids}"));
    for model in [Model::Tree, Model::Logistic, Model::Forest] {
        asked.model = model;
        let found = fit(&asked, &Silent).unwrap();
        assert!(
            (0.3..0.7).contains(&found.mean.measures.named()[0].1),
            "{model:?} learned names by heart"
        );
    }
    asked.data = desk.file("flat.csv", format!("a,left\n{flat}"));
    let (words, thin) = refusal(&asked);
    assert!(words.contains("fold 0") && words.contains("two different values") && thin, "{words}");
    asked.explain = Some(Explain::Row(201));
    asked.model = Model::Tree;
    assert!(refusal(&asked).0.contains("the file has 200"));
    assert!(Explain::parse("0").is_err() && Explain::parse("all").is_err());
}

#[test]
fn a_public_data_set_is_told_well() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/learn/fixtures");
    let mut asked = request(&home.join("breast_cancer.csv"), Model::Ebm);
    asked.target = "target".to_owned();
    asked.folds = Some(home.join("breast_cancer_folds.csv"));
    for (model, least) in
        [(Model::Ebm, 0.993), (Model::Logistic, 0.99), (Model::Forest, 0.98), (Model::Tree, 0.9)]
    {
        asked.model = model;
        let found = fit(&asked, &Silent).unwrap();
        assert!(found.mean.measures.named()[0].1 >= least, "{model:?}: {:?}", found.mean);
        assert!(found.folds.iter().all(|it| it.score.fit_seconds > 0.0));
    }
}

#[test]
fn numbers_are_predicted_as_numbers() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/learn/fixtures");
    let mut asked = request(&home.join("diabetes.csv"), Model::Ebm);
    asked.target = "y".to_owned();
    asked.set = vec!["bags=4".to_owned()];
    asked.explain = Some(Explain::Row(3));
    let found = fit(&asked, &Silent).unwrap();
    assert_eq!((found.positive.as_deref(), found.events), (None, None));
    assert!(found.notes[0].ends_with("all numbers: predicted as a number."), "{:?}", found.notes);
    let json = serde_json::to_value(&found).unwrap();
    let keys = |it: &serde_json::Value| -> Vec<String> {
        it.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&json["folds"][4]), ["fit_seconds", "fold", "mae", "r2", "rmse", "rows"]);
    assert_eq!(keys(&json["mean"]), ["fit_seconds", "mae", "r2", "rmse"]);
    let [rmse, mae, r2] = found.mean.measures.named().map(|it| it.1);
    assert!(rmse < 59.0 && mae < rmse && (0.35..0.6).contains(&r2), "{:?}", found.mean);
    let it = found.explained.unwrap();
    let sum = it.intercept.unwrap() + it.terms.iter().map(|it| it.score).sum::<f64>();
    assert!((sum - it.prediction.unwrap()).abs() < 1e-9);
    assert!(it.log_odds.is_none() && it.probability.is_none() && it.interval.is_some());
    for model in [Model::Tree, Model::Logistic, Model::Forest] {
        let words = refusal(&Request { model, explain: None, set: vec![], ..asked.clone() }).0;
        assert!(words.contains("tells two classes apart") && words.contains("--model ebm"));
    }
    asked.positive = Some("999".to_owned());
    assert!(refusal(&asked).0.contains("never 999"));
    let desk = Desk::new();
    let mut rows = "age,left\n".to_owned();
    for row in 0..60 {
        rows.push_str(&format!("{},{}\n", row % 9, f64::from(row % 7) / 2.0));
    }
    let mut asked = request(&desk.file("t.csv", rows), Model::Ebm);
    let fold = |row: usize| if row == 0 { "a\n" } else { "b\n" };
    let folds = (0..60).fold("fold\n".to_owned(), |text, row| text + fold(row));
    asked.folds = Some(desk.file("f.csv", folds));
    let (words, thin) = refusal(&asked);
    assert!(words.contains("fold a: its rows have no two different targets") && thin, "{words}");
}

#[test]
fn a_saved_model_predicts_another_table() {
    use crate::app::exchange::Form;
    let desk = Desk::new();
    let data = desk.file("t.csv", table());
    let ask = |model: &Path, data: &Path| Ask {
        data: data.to_owned(),
        model: model.to_owned(),
        explain: Some(8),
    };
    let refused = |asked: &Ask| match predict(asked) {
        Err(Error::Told(told)) => told.to_string(),
        other => panic!("not told: {other:?}"),
    };
    for (name, model, form) in [
        ("own.json", Model::Ebm, Form::Crewkeep),
        ("theirs.json", Model::Ebm, Form::Interpret),
        ("tree.json", Model::Tree, Form::Crewkeep),
    ] {
        let mut asked = request(&data, model);
        let path = data.with_file_name(name);
        asked.save = Some(Save { path: path.clone(), form });
        asked.explain = Some(Explain::Row(8));
        let fitted = fit(&asked, &Silent).unwrap().explained.unwrap();
        let it = predict(&ask(&path, &data)).unwrap();
        assert_eq!((it.predictions.len(), it.model), (60, model));
        let row = it.predictions[7];
        let apart = row.probability.unwrap() - fitted.probability.unwrap();
        assert!(row.row == 8 && apart.abs() < 1e-9, "{name}: {row:?}");
        let again = it.explained.unwrap();
        assert_eq!(again.terms.len(), fitted.terms.len(), "{name}");
        assert_eq!(again.row, Some(8));
        assert!(refusal(&asked).0.contains("is there already"), "{name}");
    }
    let own = data.with_file_name("own.json");
    let moved = desk.file("moved.csv", "town,more,age,fold\nNorth,1,30,x\n,2,,\n");
    let it = predict(&Ask { explain: None, ..ask(&own, &moved) }).unwrap();
    assert_eq!(it.predictions.len(), 2);
    let words = refused(&ask(&own, &desk.file("no.csv", "towns,age\nNorth,3\n")));
    assert!(words.contains("lacks columns") && words.contains("`towns`"), "{words}");
    let words = refused(&ask(&own, &desk.file("cell.csv", "town,age,fold\nN,3,x\nN,old,x\n")));
    assert!(words.contains("row 2, column age") && words.contains("old"), "{words}");
    let words = refused(&ask(&own, &moved));
    assert!(words.contains("no row 8"), "{words}");
    let words = refused(&ask(&desk.file("half.json", "{\"format\":"), &data));
    assert!(words.contains("half.json cannot be read as JSON"), "{words}");
    let mut forest = request(&data, Model::Forest);
    forest.save = Some(Save { path: data.with_file_name("f.json"), form: Form::Crewkeep });
    assert!(refusal(&forest).0.contains("not saved"));
}

#[test]
fn a_model_of_others_predicts_a_number() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/learn/fixtures/interpret");
    let ask = Ask {
        data: root.join("regression_probe.csv"),
        model: root.join("regression.json"),
        explain: Some(1),
    };
    let it = predict(&ask).unwrap();
    let row = it.predictions[0];
    assert!(it.is_number && row.probability.is_none() && row.log_odds.is_none());
    assert_eq!(it.explained.unwrap().prediction, row.value);
}
