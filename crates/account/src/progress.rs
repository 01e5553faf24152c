//! How far a target is: reached, open or missed; how fast it would have to be approached; and what
//! two published methods make of the progress so far.
//!
//! Both methods compare the growth a year that was observed with the growth a year that would reach
//! the target in time, each as a compound annual growth rate (CAGR),
//!
//! ```text
//!            (y₁ / y₀)^(1 / (t₁ − t₀)) − 1
//! ```
//!
//! and grade the ratio `R = d · CAGR observed / |CAGR required|`, where `d` is 1 for a target of "at
//! least" and −1 for one of "at most":
//!
//! | `R` | Statistics Canada | Eurostat |
//! |---|---|---|
//! | 95 % and more | on track | significant progress |
//! | 60 % to 95 % | progress made but acceleration needed | moderate progress |
//! | 0 % to 60 % | limited progress | insufficient progress |
//! | below 0 % | deterioration | movement away from the target |
//!
//! They differ in the base year `t₀`:
//!
//! * **Statistics Canada**, "Progress Measurement Methodology for the Sustainable Development
//!   Goals", sections "Indicators with quantitative targets" and "Special considerations for the
//!   base year and the target year": 2015 unless otherwise specified (here: `from` of the target);
//!   the first year with data after it where that year has none; at least two years of data; all
//!   values positive or all negative (`d` is then turned round); a base or target of zero is taken as
//!   0.001. Formula and thresholds were read in the text of the method as Open SDG publishes it
//!   (`docs/progress-methodology.md`).
//! * **Eurostat**, "Sustainable development in the European Union — Monitoring report on progress
//!   towards the SDGs in an EU context", annex on the assessment of trends, indicators with a
//!   quantitative target, short term: the last five years of data. The annex itself could not be
//!   read. That Statistics Canada's method follows it, and that the thresholds are the usual ones, is
//!   stated by Statistics Canada; the period of five years is stated on Eurostat's pages about the
//!   report. That three years will do where there are not five, and that the growth required is
//!   counted from the same year, is from memory and unverified.
//!
//! No growth is computed across a break in the series.

use crate::conditions::TIME_PERIOD;
use crate::datasets::{canonical, rows_at, text, varies};
use crate::errors::NO_SERIES;
use crate::judge::{Judge, differing, rows_of};
use crate::projection::DEFINITION;
use crate::report::{
    Attribution, Direction, Progress, ProgressGrade, ProgressMethod, TargetOutcome, TargetReading,
    TargetReport,
};
use crate::sources::{BREAK, STATUS};
use crate::table::figure;
use crate::targets::{Reading, Target};
use olshem_engine::{Bounded, Dataset};
use olshem_model::{DataType, Diagnostic, TimePeriod};

/// Statistics Canada's base year where none is specified.
const CANADA_BASE: i32 = 2015;
/// What it takes in place of a zero, which no growth leads to or from.
const NEARLY_ZERO: f64 = 0.001;
/// The years of Eurostat's short term, and how few of them will do.
const EUROSTAT_YEARS: std::ops::RangeInclusive<f64> = 3.0..=5.0;

/// A trend that reaches its target only after so many years says no more than that it doesn't.
const LONGEST_TREND: f64 = 50.0;

/// A number of a series.
#[derive(Clone, Copy, Debug)]
struct Point {
    row: usize,
    period: TimePeriod,
    number: Bounded,
    /// Whether it is the first after a break.
    is_break: bool,
}

/// What a target asks for.
#[derive(Clone, Copy, Debug)]
struct Goal {
    value: f64,
    direction: Direction,
    by: Option<TimePeriod>,
    from: Option<TimePeriod>,
}

impl Judge<'_> {
    /// Each target with its topic, and how it stands.
    pub(crate) fn targets(&self, faults: &mut Vec<Diagnostic>) -> Vec<(&str, TargetReport)> {
        let targets = self.account.folder().targets.value.targets.iter();
        targets
            .map(|target| (target.topic.get_ref().as_str(), self.target(target, faults)))
            .collect()
    }

    fn target(&self, target: &Target, faults: &mut Vec<Diagnostic>) -> TargetReport {
        let mut readings = Vec::new();
        for reading in &target.readings {
            match self.readings(target, reading) {
                Ok(found) => readings.extend(found),
                Err(fault) => faults.push(fault),
            }
        }
        TargetReport {
            id: target.id.to_string(),
            text: target.text.clone(),
            attribution: Attribution {
                who: target.who.clone(),
                said: target.said.as_ref().map(ToString::to_string),
                link: target.link.clone(),
            },
            value: target.value,
            by: target.by.as_ref().map(ToString::to_string),
            direction: target.direction,
            outcome: outcome(&readings),
            readings,
            settle: target.settle.clone(),
            note: target.note.clone(),
        }
    }

    /// One reading of a target, or one for each definition.
    fn readings(
        &self,
        target: &Target,
        reading: &Reading,
    ) -> Result<Vec<TargetReading>, Diagnostic> {
        let id = reading.indicator.get_ref();
        let (Some(dataset), Some(measure), Some(indicator)) = (
            self.bindings.datasets.get(id),
            self.account.compiled().measures.get(id),
            self.account.folder().indicator(id),
        ) else {
            return Ok(Vec::new());
        };
        let at = reading.at.iter().map(|(identifier, value)| {
            let component = dataset.structure().get(identifier.get_ref());
            let data_type = component.map_or(DataType::String, |c| c.data_type);
            (identifier.get_ref().clone(), canonical(value.get_ref(), data_type))
        });
        let at = at.collect();
        let narrowed = dataset.take(&rows_at(dataset, &at));
        let rows: Vec<usize> = (0..narrowed.rows()).collect();
        let open = differing(&narrowed, &rows).into_iter();
        let open: Vec<&str> = open.filter(|id| ![TIME_PERIOD, DEFINITION].contains(id)).collect();
        if !open.is_empty() {
            let message = format!("`at` leaves `{}` open", open.join("`, `"));
            let place = self.account.folder().targets.place(reading.indicator.span());
            return Err(Diagnostic::new(&NO_SERIES, place, message));
        }
        let definitions: Vec<Option<&str>> = match (varies(dataset), at.get(DEFINITION)) {
            (false, _) => vec![None],
            (true, Some(only)) => vec![Some(only)],
            (true, None) => {
                let named = self.account.folder().definitions_named(&reading.definitions);
                named.into_iter().map(Some).collect()
            }
        };
        let goal = Goal {
            value: target.value,
            direction: target.direction,
            by: target.by.as_ref().and_then(|date| date.period()),
            from: target.from.as_ref().and_then(|date| date.period()),
        };
        let readings = definitions
            .into_iter()
            .map(|definition| {
                let series = series(&narrowed, measure, definition);
                let latest = series.last();
                TargetReading {
                    label: reading.label.clone(),
                    definition: definition.map(str::to_owned),
                    latest: latest.map(|p| figure(indicator, measure, &narrowed, p.row)),
                    ..goal.assess(&series)
                }
            })
            .collect();
        Ok(readings)
    }
}

/// The numbers of a series in the order of their periods, those that are missing left out.
fn series(dataset: &Dataset, measure: &str, definition: Option<&str>) -> Vec<Point> {
    let point = |row: usize| {
        Some(Point {
            row,
            period: text(dataset, row, TIME_PERIOD).parse().ok()?,
            number: dataset.number(row, measure)?,
            is_break: text(dataset, row, STATUS) == BREAK,
        })
    };
    let mut points: Vec<Point> =
        rows_of(dataset, definition).into_iter().filter_map(point).collect();
    // Of mixed frequencies only the longest makes the series: a year is not one of its quarters.
    let longest = points.iter().map(|point| point.period.frequency()).max();
    points.retain(|point| Some(point.period.frequency()) == longest);
    points.sort_by_key(|point| point.period.index());
    points
}

impl Goal {
    fn assess(&self, series: &[Point]) -> TargetReading {
        let in_time: Vec<&Point> = series.iter().filter(|point| self.is_in_time(point)).collect();
        let met = in_time.iter().find(|point| self.is_met(point)).copied();
        let late = series.iter().find(|point| self.is_met(point));
        let may_be_met = in_time.iter().any(|point| self.may_be_met(point));
        let latest = series.last();
        let outcome = match latest {
            None => TargetOutcome::NoData,
            Some(_) if met.is_some() => TargetOutcome::Met,
            Some(_) if may_be_met => TargetOutcome::Undecidable,
            Some(latest) if self.by.is_some_and(|by| latest.period.end() >= by.end()) => {
                TargetOutcome::Missed
            }
            Some(_) => TargetOutcome::Open,
        };
        let is_open = matches!(outcome, TargetOutcome::Open | TargetOutcome::Undecidable);
        let needed = || {
            let (latest, by) = (latest?, self.by?);
            growth(latest.number.value?, self.value, years(latest.period, by))
        };
        let growth_so_far = self.base(series).and_then(|base| observed(series, base));
        TargetReading {
            label: None,
            definition: None,
            outcome,
            latest: None,
            met_in: met.or(late).map(|point| point.period.to_string()),
            growth_needed: if is_open { needed() } else { None },
            growth_so_far,
            on_trend: if met.is_none() { self.on_trend(latest, growth_so_far) } else { None },
            progress: if is_open { self.progress(series) } else { Vec::new() },
        }
    }

    /// The year in which the target will be reached if growth goes on as so far.
    fn on_trend(&self, latest: Option<&Point>, growth_so_far: Option<f64>) -> Option<String> {
        let (latest, growth) = (latest?, growth_so_far?);
        let years = (self.value / latest.number.value?).ln() / growth.ln_1p();
        // A hair above a whole number of years is a trace of binary arithmetic.
        let years = (years - 1e-9).ceil();
        let year = f64::from(latest.period.year()) + years;
        (0.0..=LONGEST_TREND).contains(&years).then(|| format!("{year:.0}"))
    }

    /// Whether a number counts: not later than the target's date, nor before the target was set.
    fn is_in_time(&self, point: &Point) -> bool {
        self.by.is_none_or(|by| point.period.end() <= by.end())
            && self.from.is_none_or(|from| point.period.start() >= from.start())
    }

    fn is_met(&self, point: &Point) -> bool {
        match self.direction {
            Direction::AtLeast => point.number.low >= self.value,
            Direction::AtMost => point.number.high <= self.value,
        }
    }

    fn may_be_met(&self, point: &Point) -> bool {
        match self.direction {
            Direction::AtLeast => point.number.high >= self.value,
            Direction::AtMost => point.number.low <= self.value,
        }
    }

    /// Where progress is counted from: `from`, or the first number after it.
    fn base<'s>(&self, series: &'s [Point]) -> Option<&'s Point> {
        let from = self.from?;
        series.iter().find(|point| point.period.start() >= from.start())
    }

    fn progress(&self, series: &[Point]) -> Vec<Progress> {
        let canada = self.base(series).or_else(|| {
            let specified = self.from.is_some();
            series.iter().find(|point| !specified && point.period.year() >= CANADA_BASE)
        });
        let eurostat = series.last().and_then(|latest| {
            series.iter().find(|p| EUROSTAT_YEARS.contains(&years(p.period, latest.period)))
        });
        [(ProgressMethod::Eurostat, eurostat), (ProgressMethod::StatisticsCanada, canada)]
            .into_iter()
            .filter_map(|(method, base)| {
                let ratio = self.ratio(series, base?)?;
                Some(Progress { method, ratio, grade: grade(ratio) })
            })
            .collect()
    }

    /// Growth observed over growth required, both from the base.
    fn ratio(&self, series: &[Point], base: &Point) -> Option<f64> {
        let by = self.by?;
        let start = base.number.value?;
        let required = growth(start, self.value, years(base.period, by))?;
        let ratio = observed(series, base)? / required.abs();
        let towards = match self.direction {
            Direction::AtLeast => 1.0,
            Direction::AtMost => -1.0,
        };
        // Of negative numbers a growing one moves down.
        let ratio = ratio * towards * start.signum();
        ratio.is_finite().then_some(ratio)
    }
}

/// The growth a year from the base to the latest number; `None` across a break.
fn observed(series: &[Point], base: &Point) -> Option<f64> {
    let latest = series.last()?;
    let since = series.iter().filter(|point| point.period.index() > base.period.index());
    if since.into_iter().any(|point| point.is_break) {
        return None;
    }
    growth(base.number.value?, latest.number.value?, years(base.period, latest.period))
}

/// The compound annual growth rate between two numbers of one sign.
fn growth(from: f64, to: f64, years: f64) -> Option<f64> {
    let not_zero = |value: f64| if value == 0.0 { NEARLY_ZERO } else { value };
    let ratio = not_zero(to) / not_zero(from);
    (years > 0.0 && ratio > 0.0).then(|| ratio.powf(1.0 / years) - 1.0)
}

/// From the end of one period to the end of another.
fn years(from: TimePeriod, to: TimePeriod) -> f64 {
    if from.frequency() == to.frequency() {
        let per_year = f64::from(from.frequency().periods_in(from.year()));
        return (to.index() - from.index()) as f64 / per_year;
    }
    f64::from(to.end().days() - from.end().days()) / 365.25
}

fn grade(ratio: f64) -> ProgressGrade {
    match ratio {
        r if r >= 0.95 => ProgressGrade::OnTrack,
        r if r >= 0.60 => ProgressGrade::Moderate,
        r if r >= 0.0 => ProgressGrade::Limited,
        _ => ProgressGrade::Away,
    }
}

/// What all readings of a target come to.
fn outcome(readings: &[TargetReading]) -> TargetOutcome {
    use TargetOutcome::{Depends, Met, Missed, NoData, Open, Undecidable};
    let is = |outcome| readings.iter().any(|reading| reading.outcome == outcome);
    match (is(Met), is(Open) || is(Missed), is(Undecidable)) {
        (true, true, _) => Depends,
        (_, _, true) => Undecidable,
        (true, false, false) => Met,
        // A reading whose data end before the date leaves the target open.
        (false, true, false) if is(Open) => Open,
        (false, true, false) => Missed,
        (false, false, false) => NoData,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series_of(numbers: &[(&str, f64)]) -> Vec<Point> {
        let points = numbers.iter().enumerate().map(|(row, (period, value))| Point {
            row,
            period: period.parse().unwrap(),
            number: Bounded::exact(*value),
            is_break: false,
        });
        points.collect()
    }

    fn goal(value: f64, direction: Direction, by: &str, from: &str) -> Goal {
        Goal { value, direction, by: by.parse().ok(), from: from.parse().ok() }
    }

    fn ratios(reading: &TargetReading) -> Vec<(ProgressMethod, String, ProgressGrade)> {
        let of = |p: &Progress| (p.method, format!("{:.4}", p.ratio), p.grade);
        reading.progress.iter().map(of).collect()
    }

    #[test]
    fn growth_on_the_path_to_the_target_is_on_track() {
        // 10 % a year from 100 reaches 1.1^10 · 100 after ten years.
        let numbers: Vec<(String, f64)> =
            (0..6).map(|n| (format!("{}", 2015 + n), 100.0 * 1.1f64.powi(n))).collect();
        let numbers: Vec<(&str, f64)> = numbers.iter().map(|(p, v)| (p.as_str(), *v)).collect();
        let goal = goal(100.0 * 1.1f64.powi(10), Direction::AtLeast, "2025", "2015");
        let reading = goal.assess(&series_of(&numbers));
        assert_eq!(reading.outcome, TargetOutcome::Open);
        assert!((reading.growth_needed.unwrap() - 0.1).abs() < 1e-12);
        assert!((reading.growth_so_far.unwrap() - 0.1).abs() < 1e-12);
        assert_eq!(reading.on_trend.as_deref(), Some("2025"));
        assert_eq!(
            ratios(&reading),
            [
                (ProgressMethod::Eurostat, "1.0000".to_owned(), ProgressGrade::OnTrack),
                (ProgressMethod::StatisticsCanada, "1.0000".to_owned(), ProgressGrade::OnTrack),
            ]
        );
    }

    #[test]
    fn the_methods_differ_by_their_base() {
        // Fast at first, then hardly any more: the last five years are worse than the whole.
        let numbers = [("2012", 50.0), ("2017", 100.0), ("2022", 103.0)];
        let goal = goal(150.0, Direction::AtLeast, "2030", "2012");
        let reading = goal.assess(&series_of(&numbers));
        // Eurostat: 1.03^(1/5) − 1 over 1.5^(1/13) − 1; Canada: 2.06^(1/10) − 1 over 3^(1/18) − 1.
        assert_eq!(
            ratios(&reading),
            [
                (ProgressMethod::Eurostat, "0.1872".to_owned(), ProgressGrade::Limited),
                (ProgressMethod::StatisticsCanada, "1.1908".to_owned(), ProgressGrade::OnTrack),
            ]
        );
    }

    #[test]
    fn moving_away_is_told_in_either_direction() {
        let falling = series_of(&[("2018", 100.0), ("2023", 90.0)]);
        let up = goal(120.0, Direction::AtLeast, "2030", "2018").assess(&falling);
        assert!(up.progress.iter().all(|p| p.grade == ProgressGrade::Away));
        let rising = series_of(&[("2018", 100.0), ("2023", 110.0)]);
        let down = goal(50.0, Direction::AtMost, "2030", "2018").assess(&rising);
        assert!(down.progress.iter().all(|p| p.grade == ProgressGrade::Away));
        let falling_to = goal(50.0, Direction::AtMost, "2030", "2018").assess(&falling);
        assert!(falling_to.progress.iter().all(|p| p.grade == ProgressGrade::Limited));
    }

    #[test]
    fn a_target_is_met_open_missed_or_undecidable() {
        let target = |by: &str| goal(100.0, Direction::AtLeast, by, "2020");
        let series = series_of(&[("2021", 80.0), ("2022", 101.0), ("2023", 99.0)]);
        let met = target("2026").assess(&series);
        assert_eq!((met.outcome, met.met_in.as_deref()), (TargetOutcome::Met, Some("2022")));
        let late = target("2021").assess(&series);
        assert_eq!((late.outcome, late.met_in.as_deref()), (TargetOutcome::Missed, Some("2022")));
        assert_eq!(target("2026").assess(&series[..1]).outcome, TargetOutcome::Open);
        assert_eq!(target("2021").assess(&series[..1]).outcome, TargetOutcome::Missed);
        assert_eq!(target("2026").assess(&[]).outcome, TargetOutcome::NoData);
        let mut wide = series_of(&[("2021", 80.0)]);
        wide[0].number = Bounded { low: 70.0, value: None, high: 110.0 };
        assert_eq!(target("2026").assess(&wide).outcome, TargetOutcome::Undecidable);
    }

    #[test]
    fn no_growth_is_computed_across_a_break() {
        let mut series = series_of(&[("2018", 10.0), ("2022", 20.0), ("2023", 200.0)]);
        series[2].is_break = true;
        let reading = goal(500.0, Direction::AtLeast, "2030", "2018").assess(&series);
        assert_eq!(reading.growth_so_far, None);
        assert!(reading.progress.is_empty());
        assert!(reading.growth_needed.is_some());
    }

    #[test]
    fn quarters_count_as_quarters_of_a_year() {
        let (from, to) = ("2023-Q1".parse().unwrap(), "2024-Q3".parse().unwrap());
        assert!((years(from, to) - 1.5).abs() < 1e-12);
        let (quarter, year) = ("2023-Q4".parse().unwrap(), "2026".parse().unwrap());
        assert!((years(quarter, year) - 3.0).abs() < 0.01);
    }
}
