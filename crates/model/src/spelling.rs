//! "Did you mean": the name nearest to one that was not found.

/// The candidate that differs least from `name`, if any is near enough to be meant: a third of the
/// letters may be put in, taken out, replaced or swapped with the next; case does not matter.
///
/// ```
/// use olshem_model::spelling::nearest;
///
/// assert_eq!(nearest("OBS_VALEU", ["OBS_VALUE", "REF_AREA"]), Some("OBS_VALUE"));
/// assert_eq!(nearest("KZ", ["KG"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(name, candidates, name.chars().count() / 3)
}

/// The candidate that differs least from `name`, if in at most so many letters.
pub fn nearest_within<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    tolerated: usize,
) -> Option<&'a str> {
    // Names longer than that are no slip of the hand, and comparing them would take long.
    const LONGEST: usize = 100;
    let folded = name.to_lowercase();
    let length = folded.chars().count();
    candidates
        .into_iter()
        .filter(|_| length <= LONGEST)
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= tolerated)
        .map(|candidate| {
            (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, _)| *distance <= tolerated)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean …", or else the names that there are.
pub fn advice<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(candidate) = nearest(name, candidates.clone()) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    // A longer list would hide the message.
    const SHOWN: usize = 12;
    let mut names: Vec<&str> = candidates.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let more = if names.len() > SHOWN {
        format!(" and {} more", names.len() - SHOWN)
    } else {
        String::new()
    };
    names.truncate(SHOWN);
    (!names.is_empty()).then(|| format!("there are: `{}`{more}", names.join("`, `")))
}

#[cfg(test)]
mod tests {
    use super::{advice, nearest};

    #[test]
    fn a_small_slip_is_recognised() {
        let names = ["creative_share", "it_exports", "KZ71"];
        assert_eq!(nearest("creative_shrae", names), Some("creative_share"));
        assert_eq!(nearest("IT_export", names), Some("it_exports"));
        assert_eq!(nearest("employment", names), None);
        assert_eq!(nearest("GPD", ["GDP"]), Some("GDP"));
        assert_eq!(nearest("X", ["Y"]), None);
        assert_eq!(nearest("", ["OBS_VALUE"]), None);
        assert_eq!(
            advice("x", names).as_deref(),
            Some("there are: `KZ71`, `creative_share`, `it_exports`")
        );
    }
}
