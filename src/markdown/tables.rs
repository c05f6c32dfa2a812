//! Bounds the size of tables. Parsers add a cell for each one that a row lacks, so a wide heading above many short rows
//! would take memory that grows with the square of the text.

/// Returns whether tables may be read in a text: its widest heading times its lines is at most its length. A table
/// without a missing cell has half as many cells as bytes. In any other text, tables stay text.
pub(super) fn are_bounded(text: &str) -> bool {
    let columns = text.lines().filter_map(delimiters).max().unwrap_or(0);
    columns.saturating_mul(text.lines().count()) <= text.len()
}

/// Returns the largest number of columns of a table whose delimiter row is on this line (GFM section 4.10), which may
/// be in a list or quote.
fn delimiters(line: &str) -> Option<usize> {
    let row = line.trim_start_matches(|c: char| !matches!(c, '|' | ':' | '-'));
    let is_delimiter = |b: u8| matches!(b, b'|' | b':' | b'-' | b' ' | b'\t');
    row.bytes().all(is_delimiter).then(|| 1 + row.bytes().filter(|b| *b == b'|').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_missing_cells_is_within_the_bound_at_any_size() {
        for (columns, rows) in [(1, 1), (2, 500), (50, 50), (500, 2)] {
            let line = |cell: &str| format!("|{}\n", format!("{cell}|").repeat(columns));
            let table = line("a") + &line("-") + &line("b").repeat(rows);
            assert!(are_bounded(&table), "{columns} x {rows}");
        }
    }

    #[test]
    fn a_wide_heading_above_many_short_rows_is_beyond_the_bound_in_lists_and_quotes_too() {
        for mark in ["", "> ", "- ", "1. ", "> - "] {
            let wide = format!("{mark}{}\n{mark}{}\n", "|a".repeat(300), "|-".repeat(300));
            assert!(!are_bounded(&(wide + &"|\n".repeat(300))), "{mark}");
        }
    }
}
