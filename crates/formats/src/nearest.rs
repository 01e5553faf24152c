//! What someone most likely meant who wrote something else.

/// The candidate that is nearest to `text`, if one is near at all.
pub(crate) fn nearest<'c>(
    text: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let wanted = text.to_lowercase();
    let likeness = |candidate: &str| {
        strsim::normalized_damerau_levenshtein(&wanted, &candidate.to_lowercase())
    };
    candidates
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}
