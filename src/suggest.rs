//! Suggests the nearest known word, for "did you mean".

/// The number of letters to insert, delete, replace or swap (optimal string alignment distance).
pub use strsim::osa_distance as distance;

/// The longest word that is compared. Longer words resemble no known word, and take long to compare.
pub const LONGEST: usize = 64;
/// The largest number of letters of known words that one search compares with each letter of the word.
const MOST: usize = 1 << 14;

/// Returns the nearest of some words, if it is near enough. For a very long list, it compares only the first words of
/// similar length.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let (lower, length) = (word.to_lowercase(), word.chars().count());
    let mut left = MOST;
    known
        .into_iter()
        .filter_map(|other| {
            let own = other.chars().take(2 * LONGEST).count();
            let most = 1 + own.min(length) / 4;
            // A distance is never less than the difference in length.
            if own.abs_diff(length) > most || left < own {
                return None;
            }
            left -= own;
            let distance = distance(&lower, &other.to_lowercase());
            (distance <= most).then_some((distance, other))
        })
        .min()
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_letters_are_one_step() {
        assert_eq!(distance("tilte", "title"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn neither_long_words_nor_many_are_all_compared() {
        let long = "a".repeat(1 << 20);
        assert_eq!(nearest(&long, ["a"]), None);
        assert_eq!(nearest("word", [long.as_str(), "wort"]), Some("wort"));
        let many: Vec<String> = (0..1_000_000).map(|number| format!("w{number:06}")).collect();
        let words = || many.iter().map(String::as_str);
        assert_eq!(nearest("w000111x", words()), Some("w000111"));
        // The result is `None`, because the search does not compare the whole million.
        assert_eq!(nearest("w999998", words()), None);
    }

    #[test]
    fn far_words_are_not_offered() {
        assert_eq!(nearest("locaton", ["place", "location"]), Some("location"));
        assert_eq!(nearest("venue", ["place", "title"]), None);
    }
}
