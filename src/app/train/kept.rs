//! Finished bags of a training on disk, so that one that was cut off goes on behind them.
//!
//! They lie in `models/unfinished/{key}/` of the data directory; the key names the data, the settings
//! and the version of the program, the file the fit, its rows and its options. Each file appears whole
//! or not at all, and says by its own hash whether it still is. Never here: a reason for a training to
//! fail. What cannot be written or read is fitted again.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use learn::ebm::{EbmOptions, Keep};
use learn::progress::Part;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hex;
use crate::app::Office;

/// How far a training had come.
const STANDING: &str = "standing.json";
/// Hex digits of a key: 128 bits.
const KEY_DIGITS: usize = 32;

/// How far a training that has not ended has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// Where it is, in words: `Fitting on all months, main effects`.
    pub at: String,
    /// Bags finished in the fit it is at.
    pub fit_bags: u32,
    /// Bags of that fit.
    pub fit_of: u32,
    /// Bags finished, of all models that the training fits.
    pub bags: u32,
    /// Bags of all of them.
    pub of: u32,
}

impl Unfinished {
    /// In one sentence.
    pub fn words(&self) -> String {
        format!(
            "It stopped at: {}, with {} of {} bags finished there and {} of {} in all.",
            self.at, self.fit_bags, self.fit_of, self.bags, self.of
        )
    }
}

/// What a training that was cut off left behind; none when the last one ended.
pub fn unfinished(dir: &Path) -> Option<Unfinished> {
    let keys = fs::read_dir(root(dir)).ok()?.flatten();
    let standing =
        |it: fs::DirEntry| serde_json::from_slice(&fs::read(it.path().join(STANDING)).ok()?).ok();
    keys.filter_map(standing).max_by_key(|it: &Unfinished| it.bags)
}

fn root(dir: &Path) -> PathBuf {
    dir.join("models").join("unfinished")
}

/// Where the bags of one training are kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// None: nowhere.
    place: Option<PathBuf>,
    warned: AtomicBool,
}

impl Kept {
    /// The place for a training on data of this hash; what trainings on others left is removed.
    pub(super) fn open(office: &Office, data_hash: &str, options: &EbmOptions) -> Self {
        let root = root(office.place().dir());
        let named = format!(
            "{}\n{data_hash}\n{}\n{}",
            env!("CARGO_PKG_VERSION"),
            office.config().score_horizon_days,
            text_of(options)
        );
        let key = key(named.as_bytes());
        for it in fs::read_dir(&root).into_iter().flatten().flatten() {
            if it.file_name() != *key {
                let _left_for_the_next_training = fs::remove_dir_all(it.path());
            }
        }
        let it = Self { place: Some(root.join(key)), ..Self::default() };
        if let Some(place) = &it.place {
            it.warn(fs::create_dir_all(place));
        }
        it
    }

    /// The bags of one fit of the training, on these rows of its data.
    pub(super) fn fit(&self, name: &str, rows: &[usize], options: &EbmOptions) -> KeptFit<'_> {
        let mut named: Vec<u8> = rows.iter().flat_map(|it| (*it as u64).to_le_bytes()).collect();
        named.extend(text_of(options).into_bytes());
        KeptFit { kept: self, name: format!("{name}-{}", key(&named)) }
    }

    /// Notes how far it is, for whoever finds it cut off.
    pub(super) fn note(&self, standing: &Unfinished) {
        let bytes = serde_json::to_vec(standing).unwrap_or_default();
        self.write(STANDING, &bytes);
    }

    /// The training is over and its model kept: nothing has to go on.
    pub(super) fn remove(&self) {
        let Some(place) = &self.place else { return };
        match fs::remove_dir_all(place) {
            Err(error) if error.kind() != ErrorKind::NotFound => self.warn(Err(error)),
            _ => {}
        }
        // Fails while something lies in it.
        let _not_empty = place.parent().map(fs::remove_dir);
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let Some(place) = &self.place else { return };
        let half = place.join(format!(".{name}.part"));
        // Not synced: a file that a power failure leaves half written is known by its hash.
        let written = fs::write(&half, bytes).and_then(|()| fs::rename(&half, place.join(name)));
        self.warn(written);
    }

    /// Once is enough: a full disk fails them all.
    fn warn(&self, done: std::io::Result<()>) {
        if let Err(error) = done
            && !self.warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%error, "finished bags are not kept: a training that is cut off begins anew");
        }
    }
}

/// The bags of one fit.
pub(super) struct KeptFit<'a> {
    kept: &'a Kept,
    name: String,
}

impl KeptFit<'_> {
    fn file(&self, part: Part, bag: usize) -> String {
        let part = match part {
            Part::Mains => "mains",
            Part::Pairs => "pairs",
            Part::Refit => "refit",
        };
        format!("{}-{part}-{bag:03}.bag", self.name)
    }
}

impl Keep for KeptFit<'_> {
    fn get(&self, part: Part, bag: usize) -> Option<Vec<u8>> {
        fs::read(self.kept.place.as_ref()?.join(self.file(part, bag))).ok()
    }

    fn put(&self, part: Part, bag: usize, bytes: &[u8]) {
        self.kept.write(&self.file(part, bag), bytes);
    }
}

/// Every option that the result depends on.
fn text_of(options: &EbmOptions) -> String {
    format!("{:?}", EbmOptions { threads: 1, ..options.clone() })
}

fn key(named: &[u8]) -> String {
    let mut key = hex(&Sha256::digest(named));
    key.truncate(KEY_DIGITS);
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixture::office_with;

    #[test]
    fn bags_are_found_by_data_fit_rows_and_options_and_old_ones_go() {
        let dir = tempfile::tempdir().unwrap();
        let office = office_with(dir.path(), &[]);
        let options = EbmOptions::new(1, 2);
        let kept = Kept::open(&office, "data", &options);
        let put = kept.fit("test-1", &[1, 2], &options);
        put.put(Part::Pairs, 3, b"bag");
        let other = EbmOptions { threads: 7, ..options.clone() };
        let found = |kept: &Kept, name: &str, rows: &[usize], options: &EbmOptions| {
            kept.fit(name, rows, options).get(Part::Pairs, 3)
        };
        let again = Kept::open(&office, "data", &other);
        assert_eq!(found(&again, "test-1", &[1, 2], &other).as_deref(), Some(&b"bag"[..]));
        assert_eq!(found(&again, "test-2", &[1, 2], &options), None);
        assert_eq!(found(&again, "test-1", &[1, 3], &options), None);
        let deeper = EbmOptions { bags: 9, ..options.clone() };
        assert_eq!(found(&again, "test-1", &[1, 2], &deeper), None);
        assert_eq!(again.fit("test-1", &[1, 2], &options).get(Part::Mains, 3), None);

        let standing = Unfinished { at: "here".to_owned(), bags: 3, ..Unfinished::default() };
        again.note(&standing);
        assert_eq!(unfinished(office.place().dir()), Some(standing));
        Kept::open(&office, "other data", &options);
        assert_eq!(unfinished(office.place().dir()), None, "bags of other data are gone");
        let back = Kept::open(&office, "data", &options);
        assert_eq!(found(&back, "test-1", &[1, 2], &options), None);
        back.remove();
        assert!(!root(office.place().dir()).exists());
    }

    #[test]
    fn a_place_that_cannot_be_written_fails_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let office = office_with(dir.path(), &[]);
        let options = EbmOptions::new(1, 2);
        fs::create_dir_all(office.place().dir().join("models")).unwrap();
        fs::write(root(office.place().dir()), "a file in the way").unwrap();
        let kept = Kept::open(&office, "data", &options);
        kept.note(&Unfinished::default());
        let fit = kept.fit("all", &[], &options);
        fit.put(Part::Mains, 0, b"bag");
        assert_eq!(fit.get(Part::Mains, 0), None);
        assert_eq!(Kept::default().fit("all", &[], &options).get(Part::Mains, 0), None);
        kept.remove();
    }
}
