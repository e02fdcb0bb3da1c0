//! Settings: one table, one precedence, and where each value came from.
//!
//! Defaults, then `config.toml`, then the environment (`CREWKEEP_SERVER_PORT`), then flags
//! (`--set server.port=9000`): the later wins. An unknown key is an error that names the nearest
//! known one. Never here: secrets in print, business rules.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::domain::near;
use crate::domain::told::{Kind, Told};

/// What the program may be told to do differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Port on loopback; 0 takes a free one.
    pub server_port: u16,
    /// Whether the browser is opened at start.
    pub server_open_browser: bool,
    /// Days ahead a score speaks of.
    pub score_horizon_days: i32,
    /// Interviews a manager can hold in a week: how many people may be HIGH at once.
    pub score_interviews_per_week: u32,
    /// Voluntary exits below which nobody is scored.
    pub score_exits_min: u32,
    /// Days of work below which a person is not scored.
    pub score_days_min: u32,
    /// Outer bags of a model.
    pub train_outer_bags: u32,
    /// Seed of every random choice in training.
    pub train_seed: u64,
    /// Days after the end of its data from which a model is too old to be relied on.
    pub model_expires_days: i32,
    /// What is logged: error, warn, info, debug.
    pub log_level: String,
}

impl Default for Config {
    fn default() -> Self {
        let mut config = Self {
            server_port: 0,
            server_open_browser: true,
            score_horizon_days: 0,
            score_interviews_per_week: 0,
            score_exits_min: 0,
            score_days_min: 0,
            train_outer_bags: 0,
            train_seed: 0,
            model_expires_days: 0,
            log_level: String::new(),
        };
        for setting in SETTINGS {
            let read = (setting.read)(&mut config, setting.default);
            debug_assert_eq!(read, Ok(()), "default of {}", setting.key);
        }
        config
    }
}

/// One setting.
pub struct Setting {
    /// Its name, `section.key`.
    pub key: &'static str,
    /// Its default, as text.
    pub default: &'static str,
    /// One sentence.
    pub help: &'static str,
    read: fn(&mut Config, &str) -> Result<(), String>,
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "server.port",
        default: "8787",
        help: "Port on this machine; when it is taken, or 0, a free one is used.",
        read: |config, text| number(text, 0, 65_535).map(|it| config.server_port = it as u16),
    },
    Setting {
        key: "server.open_browser",
        default: "true",
        help: "Whether the browser is opened at start.",
        read: |config, text| flag(text).map(|it| config.server_open_browser = it),
    },
    Setting {
        key: "score.horizon_days",
        default: "90",
        help: "Days ahead a score speaks of: 30, 90, 180 or 365.",
        read: |config, text| match number(text, 30, 365)? {
            days @ (30 | 90 | 180 | 365) => {
                config.score_horizon_days = days as i32;
                Ok(())
            }
            _ => Err("is one of 30, 90, 180, 365".to_owned()),
        },
    },
    Setting {
        key: "score.interviews_per_week",
        default: "3",
        help: "Interviews a manager can hold in a week; it caps how many people are HIGH.",
        read: |config, text| {
            number(text, 1, 100).map(|it| config.score_interviews_per_week = it as u32)
        },
    },
    Setting {
        key: "score.exits_min",
        default: "40",
        help: "Voluntary exits in the data below which nobody is scored.",
        read: |config, text| number(text, 10, 10_000).map(|it| config.score_exits_min = it as u32),
    },
    Setting {
        key: "score.days_min",
        default: "30",
        help: "Days of employment below which a person is not scored.",
        read: |config, text| number(text, 0, 365).map(|it| config.score_days_min = it as u32),
    },
    Setting {
        key: "train.outer_bags",
        default: "14",
        help: "Models averaged into one; more bags, smoother shapes and steadier intervals.",
        read: |config, text| number(text, 2, 200).map(|it| config.train_outer_bags = it as u32),
    },
    Setting {
        key: "train.seed",
        default: "42",
        help: "Seed of every random choice in training; the same data and seed give the same model.",
        read: |config, text| number(text, 0, i64::MAX).map(|it| config.train_seed = it as u64),
    },
    Setting {
        key: "model.expires_days",
        default: "180",
        help: "Days after the end of its data from which a model is too old to be relied on.",
        read: |config, text| {
            number(text, 30, 3_650).map(|it| config.model_expires_days = it as i32)
        },
    },
    Setting {
        key: "log.level",
        default: "\"info\"",
        help: "What is logged: error, warn, info or debug.",
        read: |config, text| match text.trim_matches('"') {
            level @ ("error" | "warn" | "info" | "debug") => {
                level.clone_into(&mut config.log_level);
                Ok(())
            }
            _ => Err("is one of error, warn, info, debug".to_owned()),
        },
    },
];

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The file at this path.
    File(String),
    /// This environment variable.
    Environment(String),
    /// A flag of this start.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => f.write_str(path),
            Self::Environment(name) => write!(f, "environment, {name}"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// The settings in force and where each came from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The values.
    pub config: Config,
    values: BTreeMap<&'static str, (String, Origin)>,
}

impl Settings {
    /// Reads every source. `file` is read when it exists; `environment` is all variables; `flags` are
    /// `key=value`.
    ///
    /// # Errors
    /// An unknown key or a value out of range, naming source and remedy.
    pub fn read(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[String],
    ) -> Result<Self, Told> {
        let values = SETTINGS.iter().map(|it| (it.key, (it.default.to_owned(), Origin::Default)));
        let mut settings = Self { config: Config::default(), values: values.collect() };
        if let Some(path) = file.filter(|it| it.exists()) {
            settings.read_file(path)?;
        }
        let names: Vec<(&str, String)> = SETTINGS.iter().map(|it| (it.key, variable(it))).collect();
        for (name, value) in environment.filter(|it| it.0.starts_with("CREWKEEP_")) {
            if matches!(name.as_str(), "CREWKEEP_DATA_DIR" | "CREWKEEP_CONFIG") {
                continue;
            }
            let known = names.iter().find(|it| it.1 == name);
            let Some((key, _)) = known else {
                return Err(unknown(
                    &name,
                    names.iter().map(|it| it.1.as_str()),
                    "the environment",
                ));
            };
            settings.set(key, &value, Origin::Environment(name))?;
        }
        for flag in flags {
            let Some((key, value)) = flag.split_once('=') else {
                return Err(Told::new(
                    Kind::Invalid,
                    format!("--set {flag} has no value."),
                    "Write --set key=value, such as --set server.port=9000.",
                ));
            };
            settings.set(key.trim(), value.trim(), Origin::Flag)?;
        }
        Ok(settings)
    }

    /// Key, value as text, origin and help of every setting.
    pub fn list(&self) -> Vec<(&'static str, &str, &Origin, &'static str)> {
        SETTINGS
            .iter()
            .filter_map(|setting| {
                let (value, origin) = self.values.get(setting.key)?;
                Some((setting.key, value.as_str(), origin, setting.help))
            })
            .collect()
    }

    fn read_file(&mut self, path: &Path) -> Result<(), Told> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Told::new(Kind::Machine, format!("{shown} cannot be read: {error}."), "")
        })?;
        let table: toml::Table = text.parse().map_err(|error| {
            Told::new(Kind::Invalid, format!("{shown} is not valid: {error}"), "Mend that line.")
        })?;
        for (section, keys) in &table {
            let toml::Value::Table(keys) = keys else {
                return Err(unknown(section, SETTINGS.iter().map(|it| it.key), &shown));
            };
            for (key, value) in keys {
                let text = match value {
                    toml::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                self.set(&format!("{section}.{key}"), &text, Origin::File(shown.clone()))?;
            }
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: &str, origin: Origin) -> Result<(), Told> {
        let Some(setting) = SETTINGS.iter().find(|it| it.key == key) else {
            return Err(unknown(key, SETTINGS.iter().map(|it| it.key), &origin.to_string()));
        };
        (setting.read)(&mut self.config, value).map_err(|why| {
            Told::new(
                Kind::Invalid,
                format!("{key} = {value} ({origin}) cannot be used: it {why}."),
                setting.help,
            )
        })?;
        self.values.insert(setting.key, (value.to_owned(), origin));
        Ok(())
    }
}

/// `config.toml` as shipped: every key with its help and default.
pub fn shipped() -> String {
    let mut text = String::from(
        "# Crewkeep settings. Every key is listed with its default; delete what you do not change.\n\
         # Later wins: this file, then CREWKEEP_SECTION_KEY in the environment, then --set key=value.\n",
    );
    let mut section = "";
    for setting in SETTINGS {
        let (head, key) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if head != section {
            section = head;
            text += &format!("\n[{head}]\n");
        }
        text += &format!("# {}\n{key} = {}\n", setting.help, setting.default);
    }
    text
}

fn variable(setting: &Setting) -> String {
    format!("CREWKEEP_{}", setting.key.replace('.', "_").to_uppercase())
}

fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a str>, origin: &str) -> Told {
    let all = "`crewkeep config` lists them all.";
    let hint = near::nearest(key, known)
        .map_or_else(|| all.to_owned(), |it| format!("Did you mean {it}? {all}"));
    Told::new(Kind::Invalid, format!("There is no setting {key} ({origin})."), hint)
}

fn number(text: &str, low: i64, high: i64) -> Result<i64, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|it| (low..=high).contains(it))
        .ok_or_else(|| format!("is a whole number from {low} to {high}"))
}

fn flag(text: &str) -> Result<bool, String> {
    text.trim().parse().map_err(|_| "is true or false".to_owned())
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, environment: &[(&str, &str)], flags: &[&str]) -> Result<Settings, Told> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|it| (it.0.to_owned(), it.1.to_owned()));
        let flags: Vec<String> = flags.iter().map(|it| (*it).to_owned()).collect();
        Settings::read(Some(&path), environment, &flags)
    }

    #[test]
    fn later_wins_and_says_where_from() {
        let file = "[server]\nport = 1000\n[score]\nhorizon_days = 30\n";
        let settings = read(
            file,
            &[("CREWKEEP_SERVER_PORT", "2000"), ("CREWKEEP_SCORE_EXITS_MIN", "50")],
            &["server.port=3000"],
        )
        .unwrap();
        assert_eq!(settings.config.server_port, 3000);
        assert_eq!(settings.config.score_horizon_days, 30);
        assert_eq!(settings.config.score_exits_min, 50);
        let origin = |key| settings.list().into_iter().find(|it| it.0 == key).unwrap().2.clone();
        assert_eq!(origin("server.port"), Origin::Flag);
        assert!(matches!(origin("score.horizon_days"), Origin::File(_)));
        assert!(matches!(origin("score.exits_min"), Origin::Environment(_)));
        assert_eq!(origin("train.seed"), Origin::Default);
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let message = read("[server]\nprot = 1\n", &[], &[]).unwrap_err().to_string();
        assert!(message.contains("server.prot") && message.contains("server.port"), "{message}");
        let message = read("", &[("CREWKEEP_SERVER_POTR", "1")], &[]).unwrap_err().to_string();
        assert!(message.contains("CREWKEEP_SERVER_PORT"), "{message}");
        let message = read("", &[], &["interviews=9"]).unwrap_err().to_string();
        assert!(message.contains("Did you mean score.interviews_per_week?"), "{message}");
        let message = read("", &[], &["blue=sky"]).unwrap_err().to_string();
        assert!(!message.contains("Did you mean"), "{message}");
        assert!(message.ends_with("`crewkeep config` lists them all."), "{message}");
        let message = read("", &[], &["server.port=x"]).unwrap_err().to_string();
        assert!(message.contains("0 to 65535"), "{message}");
    }

    #[test]
    fn the_shipped_file_is_the_defaults() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.toml");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, shipped()).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == shipped(), "config.toml is old: UPDATE=1 cargo test shipped_file");
        let settings = Settings::read(Some(&path), std::iter::empty(), &[]).unwrap();
        assert_eq!(settings.config, Config::default());
    }

    #[test]
    fn settings_explain_themselves() {
        assert!(SETTINGS.iter().all(|it| it.help.ends_with('.')));
    }
}
