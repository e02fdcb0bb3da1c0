//! Invented names: people, offices, zones, courses, and where hires come from.
//!
//! Every name is a word from a list joined to another by a counter; none is a real employee's.

pub(super) const FIRST: [&str; 80] = [
    "Aaron",
    "Adaeze",
    "Aisha",
    "Alejandro",
    "Amara",
    "Amir",
    "Ana",
    "Andre",
    "Anh",
    "Anita",
    "Arjun",
    "Asha",
    "Ben",
    "Bianca",
    "Brandon",
    "Camila",
    "Carlos",
    "Chen",
    "Chloe",
    "Dana",
    "Darius",
    "Deepak",
    "Denise",
    "Diego",
    "Elena",
    "Eli",
    "Emeka",
    "Erik",
    "Esther",
    "Farah",
    "Felix",
    "Fiona",
    "Gabriel",
    "Grace",
    "Hana",
    "Hassan",
    "Hector",
    "Imani",
    "Ingrid",
    "Isaac",
    "Ivan",
    "Jada",
    "James",
    "Jin",
    "Joel",
    "Jorge",
    "Kai",
    "Keisha",
    "Kofi",
    "Lan",
    "Latoya",
    "Leila",
    "Luis",
    "Maeve",
    "Malik",
    "Marcus",
    "Maria",
    "Mateo",
    "Mei",
    "Miguel",
    "Mira",
    "Nadia",
    "Naomi",
    "Nikhil",
    "Noah",
    "Olga",
    "Omar",
    "Paula",
    "Pedro",
    "Priya",
    "Quinn",
    "Rafael",
    "Rosa",
    "Samir",
    "Sara",
    "Tariq",
    "Teresa",
    "Tomas",
    "Walt",
    "Yusuf",
];

pub(super) const LAST: [&str; 120] = [
    "Abara",
    "Acosta",
    "Adler",
    "Aguilar",
    "Ahmed",
    "Alvarez",
    "Amadi",
    "Andersen",
    "Arroyo",
    "Asante",
    "Bailey",
    "Banerjee",
    "Barnes",
    "Bell",
    "Bello",
    "Bennett",
    "Bianchi",
    "Blake",
    "Boateng",
    "Brandt",
    "Brooks",
    "Bui",
    "Cabrera",
    "Calloway",
    "Carver",
    "Castillo",
    "Chandra",
    "Chavez",
    "Cho",
    "Cole",
    "Cruz",
    "Dahl",
    "Danso",
    "Das",
    "Delgado",
    "Desai",
    "Diaz",
    "Dinh",
    "Doyle",
    "Duarte",
    "Eaton",
    "Ekström",
    "Ellis",
    "Eze",
    "Farouk",
    "Ferrara",
    "Fischer",
    "Fletcher",
    "Flores",
    "Fofana",
    "Garza",
    "Ghosh",
    "Gibbs",
    "Gomez",
    "Greer",
    "Gupta",
    "Haddad",
    "Hale",
    "Hansen",
    "Harper",
    "Hayes",
    "Herrera",
    "Ho",
    "Holt",
    "Hughes",
    "Ibarra",
    "Iyer",
    "Jansen",
    "Jimenez",
    "Joshi",
    "Kamara",
    "Kapoor",
    "Keller",
    "Kelly",
    "Khan",
    "Kim",
    "Kowalski",
    "Kwon",
    "Lam",
    "Lang",
    "Larsen",
    "Le",
    "Lopez",
    "Lowe",
    "Mahmoud",
    "Malone",
    "Marin",
    "Mbeki",
    "Mehta",
    "Mendoza",
    "Mercer",
    "Molina",
    "Moreau",
    "Mwangi",
    "Nair",
    "Navarro",
    "Nguyen",
    "Novak",
    "Nunez",
    "Obi",
    "Okafor",
    "Olsen",
    "Ortega",
    "Osei",
    "Owens",
    "Park",
    "Patel",
    "Petrov",
    "Pham",
    "Pruitt",
    "Quiroz",
    "Rao",
    "Reyes",
    "Rivas",
    "Rossi",
    "Sato",
    "Silva",
    "Tran",
    "Vega",
    "Whitfield",
];

/// Code, name, region, time zone.
pub(super) const OFFICES: [(&str, &str, &str, &str); 12] = [
    ("NG", "Northgate", "Midwest", "America/Chicago"),
    ("HB", "Harborview", "Northeast", "America/New_York"),
    ("CR", "Cedar Ridge", "Mountain", "America/Denver"),
    ("SF", "Stonefield", "Midwest", "America/Chicago"),
    ("BV", "Bayview", "South", "America/New_York"),
    ("MP", "Maple Point", "Northeast", "America/New_York"),
    ("FH", "Fox Hollow", "South", "America/Chicago"),
    ("GP", "Granite Pass", "Mountain", "America/Denver"),
    ("SB", "Silver Brook", "West", "America/Los_Angeles"),
    ("WM", "West Meadow", "West", "America/Los_Angeles"),
    ("OK", "Oak Landing", "South", "America/Chicago"),
    ("PH", "Pine Harbor", "West", "America/Los_Angeles"),
];

/// The last zone of an office is its remote one.
pub(super) const ZONES: [&str; 8] =
    ["North", "River", "Old Town", "Mills", "South", "Orchard", "Lakes", "Canyon"];

/// A way in and how well its hires do, -1 to 1, and how many come that way.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: &'static str,
    pub(super) quality: f64,
    pub(super) share: f64,
}

pub(super) const SOURCES: [Source; 6] = [
    Source { name: "referral", quality: 0.8, share: 0.22 },
    Source { name: "job board", quality: -0.4, share: 0.34 },
    Source { name: "trade school", quality: 0.3, share: 0.14 },
    Source { name: "competitor", quality: 0.4, share: 0.10 },
    Source { name: "walk-in", quality: -0.2, share: 0.08 },
    Source { name: "agency", quality: -0.8, share: 0.12 },
];

/// The source of someone who comes back.
pub(super) const REHIRE: Source = Source { name: "rehire", quality: 0.6, share: 0.0 };

/// Name, least and most half hours, certificate.
pub(super) const COURSES: [(&str, i32, i32, Option<&str>); 12] = [
    ("Refrigerant handling", 12, 32, Some("EPA 608")),
    ("Sealed systems", 8, 24, Some("Sealed system specialist")),
    ("Gas safety", 8, 16, Some("Gas fitter")),
    ("Dryer venting", 3, 8, None),
    ("Washer diagnostics", 4, 16, None),
    ("Induction and ovens", 4, 12, None),
    ("Heat pumps", 8, 32, Some("Heat pump installer")),
    ("Electrical safety", 4, 8, Some("Low voltage")),
    ("Talking with customers", 3, 6, None),
    ("Estimates and parts", 3, 6, None),
    ("Van stock and routes", 3, 4, None),
    ("Lead technician basics", 8, 16, None),
];

/// The name of the n-th person; no two alike in the first 9,600, a middle initial tells later ones apart.
pub(super) fn person(number: usize, offset: usize) -> String {
    let all = FIRST.len() * LAST.len();
    // 7,919 is prime and no factor of 9,600, so the walk visits every pair once.
    let at = (number * 7919 + offset) % all;
    let (first, last) = (FIRST[at % FIRST.len()], LAST[at / FIRST.len()]);
    match number / all {
        0 => format!("{first} {last}"),
        round => format!("{first} {}. {last}", char::from(b'A' + (round % 26) as u8)),
    }
}

/// Code and name of the n-th office.
pub(super) fn office(number: usize) -> (String, String) {
    let (code, name, _, _) = OFFICES[number % OFFICES.len()];
    match number / OFFICES.len() {
        0 => (code.to_owned(), name.to_owned()),
        round => (format!("{code}{}", round + 1), format!("{name} {}", round + 1)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_do_not_repeat() {
        let names: HashSet<String> = (0..12_000).map(|it| person(it, 17)).collect();
        assert_eq!(names.len(), 12_000);
        let lists: HashSet<&str> = FIRST.iter().chain(&LAST).copied().collect();
        assert_eq!(lists.len(), 200);
    }
}
