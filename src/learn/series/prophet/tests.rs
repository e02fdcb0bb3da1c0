use super::super::Kind;
use super::*;

pub(super) fn past(step: Step, values: Vec<f64>) -> Past {
    Past::new(step, 14_610, values, Kind::Real).expect("valid")
}

#[test]
fn a_line_goes_on() {
    let known = past(Step::Month, (0..48).map(|at| 10.0 + f64::from(at)).collect());
    let path = Prophet::fitting(&known, &[]).forecast(&known, 6).expect("fits");
    for (k, value) in path.mean.iter().enumerate() {
        assert!((value - (58.0 + k as f64)).abs() < 0.5, "{value}");
    }
}
