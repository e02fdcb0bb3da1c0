//! Everyone, one office or one zone: what a page was asked to look at.

use super::runs::Uid;
use super::{Cx, Error, Result};
use crate::domain::told::Kind;
use crate::metric::Where;
use crate::store::places::{self, PlaceRow};

/// What may be chosen, and what is.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Every office, each followed by its zones.
    pub choices: Vec<Choice>,
    /// The one chosen; none for everyone.
    pub chosen: Option<Choice>,
    at: Where,
    rows: Vec<PlaceRow>,
}

/// An office or a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its identity in addresses.
    pub uid: Uid,
    /// `Northgate`, or `Northgate, Lakes`.
    pub name: String,
    /// Whether it is a zone.
    pub zone: bool,
}

impl Scope {
    /// Reads the choices and finds the chosen one.
    ///
    /// # Errors
    /// `NotFound` when no office or zone has this identity.
    pub fn read(cx: &Cx<'_>, uid: Option<Uid>) -> Result<Self> {
        let rows = places::list(cx.read)?;
        let choices: Vec<_> = rows.iter().map(choice).collect();
        let Some(uid) = uid else {
            return Ok(Self { choices, rows, ..Self::default() });
        };
        let row = rows.iter().find(|it| it.uid == uid).ok_or_else(|| {
            Error::told(
                Kind::NotFound,
                "There is no such office or zone.",
                "Choose one from the list, or leave it at everyone.",
            )
        })?;
        let at = match row.zone_id {
            Some(zone) => Where { office: None, zone: Some(zone) },
            None => Where { office: Some(row.office_id), zone: None },
        };
        Ok(Self { choices, chosen: Some(choice(row)), at, rows })
    }

    /// Keys for the store.
    pub(crate) fn at(&self) -> Where {
        self.at
    }

    /// Name of a zone by its key; with the office's when there is more than one office.
    pub(crate) fn zone_name(&self, id: i64) -> Option<String> {
        let several = self.rows.iter().filter(|it| it.zone_id.is_none()).count() > 1;
        let row = self.rows.iter().find(|it| it.zone_id == Some(id))?;
        Some(if several { choice(row).name } else { row.zone.clone() })
    }

    /// Key of the office a zone belongs to.
    pub(crate) fn office_of(&self, zone: i64) -> Option<i64> {
        self.rows.iter().find(|it| it.zone_id == Some(zone)).map(|it| it.office_id)
    }

    /// Where, in words that follow "at" or stand alone: `all offices`, `Northgate, Lakes`.
    pub fn words(&self) -> &str {
        self.chosen.as_ref().map_or("all offices", |it| it.name.as_str())
    }
}

fn choice(row: &PlaceRow) -> Choice {
    let name = if row.zone_id.is_some() {
        format!("{}, {}", row.office, row.zone)
    } else {
        row.office.clone()
    };
    Choice { uid: row.uid, name, zone: row.zone_id.is_some() }
}
