//! Verdicts: a symbol and a word each, so that they read without colour.

use crate::locale::Words;
use crate::number::{NO_BREAK_SPACE, own_decimals};
use olshem_account::ProposalStatus;
use olshem_account::report::{
    Completion, Direction, Outcome, Progress, ProgressGrade, ProgressMethod, Provision,
    TargetOutcome, TargetReport, Verdict,
};

/// A verdict as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// A symbol.
    pub symbol: char,
    /// A word.
    pub word: String,
}

impl Sign {
    fn new(symbol: char, word: String) -> Self {
        Self { symbol, word }
    }
}

/// What all answers to a claim come to.
pub fn outcome(words: &Words, outcome: Outcome) -> Sign {
    match outcome {
        Outcome::Holds => Sign::new('✔', words.get("verdict-holds")),
        Outcome::Fails => Sign::new('✘', words.get("verdict-fails")),
        Outcome::Depends => Sign::new('~', words.get("verdict-depends")),
        Outcome::Undecidable => Sign::new('?', words.get("verdict-undecidable")),
        Outcome::NoData => Sign::new('∅', words.get("verdict-no-data")),
    }
}

/// The outcome of a claim with that one answer.
pub fn alone(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Holds => Outcome::Holds,
        Verdict::Fails => Outcome::Fails,
        Verdict::Undecidable => Outcome::Undecidable,
        Verdict::NoData => Outcome::NoData,
    }
}

/// How a target stands.
pub fn target(words: &Words, outcome: TargetOutcome) -> Sign {
    match outcome {
        TargetOutcome::Met => Sign::new('✔', words.get("target-met")),
        TargetOutcome::Open => Sign::new('○', words.get("target-open")),
        TargetOutcome::Missed => Sign::new('✘', words.get("target-missed")),
        TargetOutcome::Depends => Sign::new('~', words.get("verdict-depends")),
        TargetOutcome::Undecidable => Sign::new('?', words.get("verdict-undecidable")),
        TargetOutcome::NoData => Sign::new('∅', words.get("verdict-no-data")),
    }
}

/// How far a commitment was carried out.
pub fn completion(words: &Words, status: Completion) -> Sign {
    match status {
        Completion::NoEvidence => Sign::new('∅', words.get("ogp-no-evidence")),
        Completion::NotStarted => Sign::new('○', words.get("ogp-not-started")),
        Completion::Limited => Sign::new('◔', words.get("ogp-limited")),
        Completion::Substantial => Sign::new('◑', words.get("ogp-substantial")),
        Completion::Complete => Sign::new('●', words.get("ogp-complete")),
    }
}

/// What has become of a proposal.
pub fn proposal(words: &Words, status: ProposalStatus) -> String {
    words.get(match status {
        ProposalStatus::Proposed => "proposal-proposed",
        ProposalStatus::InBill => "proposal-in-bill",
        ProposalStatus::Adopted => "proposal-adopted",
        ProposalStatus::Rejected => "proposal-rejected",
        ProposalStatus::NotKnown => "proposal-not-known",
    })
}

/// What is to be reached, in the unit of the readings.
pub fn wanted(words: &Words, target: &TargetReport) -> String {
    let latest = target.readings.iter().find_map(|reading| reading.latest.as_ref());
    // A target is often rounder than its indicator: no decimals but those that it has.
    let number = words.number(target.value, own_decimals(target.value));
    let value = match latest.map(|figure| words.text(&figure.unit)) {
        Some(unit) if !unit.is_empty() => format!("{number}{NO_BREAK_SPACE}{unit}"),
        _ => number,
    };
    let wanted = match target.direction {
        Direction::AtLeast => words.with("target-at-least", &[("value", value.into())]),
        Direction::AtMost => words.with("target-at-most", &[("value", value.into())]),
    };
    match &target.by {
        Some(by) => words.with("target-by", &[("wanted", wanted.into()), ("by", by.into())]),
        None => words.with("target-undated", &[("wanted", wanted.into())]),
    }
}

/// Each method's verdict, and the ratio once where all rest on the same.
pub fn progress(words: &Words, progress: &[Progress]) -> Option<String> {
    let first = progress.first()?;
    let ratio = |p: &Progress, grades: String| {
        let ratio = words.number(p.ratio, 2);
        words.with("progress-ratio", &[("grades", grades.into()), ("ratio", ratio.into())])
    };
    let grades = progress.iter().map(|p| (p, grade(words, p)));
    if progress.iter().all(|p| p.ratio == first.ratio) {
        let grades: Vec<String> = grades.map(|(_, grade)| grade).collect();
        return Some(ratio(first, grades.join("; ")));
    }
    let grades: Vec<String> = grades.map(|(p, grade)| ratio(p, grade)).collect();
    Some(grades.join("; "))
}

/// A method's verdict in the method's own terms.
fn grade(words: &Words, progress: &Progress) -> String {
    let (method, grade) = match progress.method {
        ProgressMethod::Eurostat => (
            "Eurostat",
            match progress.grade {
                ProgressGrade::OnTrack => words.get("eurostat-on-track"),
                ProgressGrade::Moderate => words.get("eurostat-moderate"),
                ProgressGrade::Limited => words.get("eurostat-limited"),
                ProgressGrade::None => words.get("eurostat-none"),
                ProgressGrade::Away => words.get("eurostat-away"),
            },
        ),
        ProgressMethod::StatisticsCanada => (
            "Statistics Canada",
            match progress.grade {
                ProgressGrade::OnTrack => words.get("statcan-on-track"),
                ProgressGrade::Moderate => words.get("statcan-moderate"),
                ProgressGrade::Limited => words.get("statcan-limited"),
                ProgressGrade::None => words.get("statcan-none"),
                ProgressGrade::Away => words.get("statcan-away"),
            },
        ),
    };
    format!("{method}: {grade}")
}

/// `Law No. 233-VIII, version of 24 November 2025, art_4__para_2`, as far as it is known.
pub fn citation(words: &Words, provision: &Provision) -> String {
    let act = match provision.version.as_str() {
        "" => provision.act.clone(),
        version => {
            let version = words.date(version);
            words
                .with("provision", &[("act", (&provision.act).into()), ("version", version.into())])
        }
    };
    match provision.element.as_str() {
        "" => act,
        element => format!("{act}, {element}"),
    }
}
