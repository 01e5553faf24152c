//! The name that was probably meant.

/// The one of `known` that is nearest to `name`, if one is near.
pub(super) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let most = (name.len() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            (distance(&name, &letters), candidate)
        })
        .filter(|(distance, _)| *distance <= most && *distance < name.len())
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, replaced, or swapped with the next.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_is_suggested_if_near() {
        assert_eq!(nearest("OBS_VALEU", ["OBS_VALUE", "REF_AREA"]), Some("OBS_VALUE"));
        assert_eq!(nearest("obs_value", ["OBS_VALUE"]), Some("OBS_VALUE"));
        assert_eq!(nearest("GPD", ["GDP"]), Some("GDP"));
        assert_eq!(nearest("X", ["Y"]), None);
        assert_eq!(nearest("X", ["OBS_VALUE"]), None);
        assert_eq!(nearest("", ["OBS_VALUE"]), None);
    }
}
