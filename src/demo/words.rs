//! The sentences of the notes. Curly braces name a detail that `note` fills in.

use super::risk::Topic;

pub(super) const STAY_ROLES: [&str; 3] = ["branch manager", "field lead", "HR partner"];
pub(super) const COACH_ROLES: [&str; 2] = ["field lead", "trainer"];
pub(super) const JOB_ROLES: [&str; 3] = ["dispatcher", "field lead", "parts desk"];

pub(super) const OPENINGS: [&str; 8] = [
    "Twenty minutes over coffee before the route.",
    "Talked in the van between two calls in {zone}.",
    "Scheduled stay talk, {months} in.",
    "Quick check-in at the parts counter.",
    "Sat down after the Monday huddle.",
    "Phone call on the way back from {zone}.",
    "Rode along for a morning and asked how things are going.",
    "Quarterly conversation held as planned.",
];

pub(super) const CLOSINGS: [&str; 8] = [
    "Agreed to look at it again in four weeks.",
    "I promised an answer by Friday.",
    "No commitments made; will raise it with the office.",
    "Good talk, honest both ways.",
    "Asked me to keep this short, so I did.",
    "Follow-up is on my calendar.",
    "Said thanks for asking.",
    "Will check the numbers before we talk next.",
];

pub(super) const EXIT_OPENINGS: [&str; 6] = [
    "Last day paperwork done, stayed for a talk.",
    "Exit conversation by phone.",
    "Was open about the reasons.",
    "Handed in keys and tablet; no hard feelings.",
    "Leaves after {months}.",
    "Short conversation, polite on both sides.",
];

pub(super) const EXIT_CLOSINGS: [&str; 6] = [
    "Would come back if that changed.",
    "Speaks well of the crew.",
    "The new job is closer and pays about the same.",
    "We could have caught this earlier.",
    "Suggested we ask the others the same question.",
    "Door stays open from our side.",
];

pub(super) const COACHING: &[&str] = &[
    "Ride-along in {zone}. Diagnosis is sound, write-ups are thin; we practised three.",
    "Went through the last recalls together. Two were parts, one was ours.",
    "Worked on presenting options before price. Better on the second call.",
    "Van stock was short twice this week; set up a Friday count.",
    "Sealed-system brazing is clean now. Ready for the certification.",
    "Close-out notes now arrive the same day. Kept it up all month.",
    "Showed how to read the error log on the newer washers. Picked it up fast.",
    "Talked about calling ahead when the window slips. Customers notice.",
    "Paired with a lead for two installs; leveling and venting are fine.",
    "Estimates were low on three jobs. Walked through the labor guide.",
    "Good week: no second trips, and a customer wrote in to say so.",
    "Asked for harder jobs. Moving two refrigeration calls over as a trial.",
];

pub(super) const JOBS: &[&str] = &[
    "Customer asked for the same technician next time.",
    "Part arrived damaged, second trip needed. Not the technician's fault.",
    "Stayed past the window to finish; customer called to say thanks.",
    "Unit was in a tight closet in {zone}, took twice as long as booked.",
    "Window moved twice by dispatch. Customer patient, technician less so.",
    "Found a gas leak at the valve, shut it off and called it in. Well done.",
    "Address was wrong on the order, lost about 30 minutes.",
    "Warranty claim sent back for a missing serial photo.",
    "Drive to this one was over an hour because of the bridge works.",
    "Customer not home, no answer on two calls.",
    "Compressor swap done in one visit with the part from the van.",
    "Dryer vent was blocked by a nest; cleared it and showed the customer.",
    "Board on back order; left a loaner fan and a date.",
    "Quoted a replacement, customer will think about it.",
];

/// Sentences about what weighs on somebody.
pub(super) fn about(topic: Topic) -> &'static [&'static str] {
    match topic {
        Topic::Early => &[
            "Still finding the rhythm after {months}; expected more time riding with a lead.",
            "The first months were lonelier than the job ad made it sound.",
            "Wants to know what the plan is once training is over.",
            "Likes the work, is not sure yet it is the right shop.",
        ],
        Topic::Drive => &[
            "Spends more time on the road than on machines, about {drive} minutes a job.",
            "The {zone} route is wearing thin; some days the drives add up to half the day.",
            "Asked whether the stops could be grouped. Averages {drive} minutes between jobs.",
            "Drives out to {zone} and back, then out again. Says it makes no sense on the map.",
        ],
        Topic::Pay => &[
            "Pay came up first. Last raise was {raise} ago.",
            "Knows what the shop across town pays and can do the sum.",
            "Feels the newer hires started close to the same rate.",
            "Asked when the next review is and what it would take to move a level up.",
        ],
        Topic::Weekend => &[
            "Weekends are the sore point: {weekend}% of the jobs, and {nights} nights on call.",
            "On call after a Saturday shift is what gets to people, and it shows here too.",
            "Would trade money for every other Sunday off.",
            "The on-call list feels uneven; carries about {nights} nights in four weeks.",
        ],
        Topic::Overbooked => &[
            "Booked at {booked}% of the day, so lunch happens in the van.",
            "The board is full before eight and then two more get squeezed in.",
            "Says quality slips when every window is double booked in {zone}.",
        ],
        Topic::Underbooked => &[
            "Too many empty slots; booked only {booked}% lately and worries about the hours.",
            "Sat at the shop two afternoons this week waiting for calls.",
            "Wonders if there is enough work in {zone} for everybody.",
        ],
        Topic::Manager => &[
            "Third time explaining goals to a new manager, and tired of starting over.",
            "Misses having one lead who knows the route.",
            "Was promised something by the last manager that the new one never heard of.",
        ],
        Topic::Crew => &[
            "Two good people left the crew and their calls landed here.",
            "The crew feels thin since the last exit; the banter is gone.",
            "Asked straight out who is next to leave.",
        ],
        Topic::Schedule => &[
            "Start times keep moving the evening before, which makes planning anything hard.",
            "Would like to know by Thursday what Monday looks like.",
            "Got three short-notice changes in a row and said so.",
        ],
        Topic::Overtime => &[
            "The overtime was welcome at first; now it is every week.",
            "Likes the bigger check, does not like coming home after eight.",
            "Asked to cap the extra hours for a while.",
        ],
        Topic::Fine => &[
            "Nothing pressing. Enjoys the puzzles and the quiet between calls.",
            "Happy with the crew and the route in {zone}.",
            "Wants to try for the next certification this year.",
            "Proud of the last few months and it shows.",
            "No complaints beyond the van heater.",
        ],
    }
}

/// `5 months`, `1 year`, `2 years and 1 month`.
pub(super) fn months(months: f64) -> String {
    let whole = months.round() as i64;
    let unit = |count: i64, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    match (whole / 12, whole % 12) {
        (0, months) => unit(months, "month"),
        (years, 0) => unit(years, "year"),
        (years, months) => format!("{} and {}", unit(years, "year"), unit(months, "month")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_read_well() {
        assert_eq!(
            (months(5.2), months(12.0), months(25.0)),
            ("5 months".into(), "1 year".into(), "2 years and 1 month".into())
        );
    }
}
