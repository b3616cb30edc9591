//! A line of a story to its words, each with its column.

use super::Fault;

/// One word of a line, or what stands between quotes or brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    /// Where it begins, from 0, in bytes.
    pub(crate) column: usize,
    /// Where it ends.
    pub(crate) end: usize,
    pub(crate) shape: Shape,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// A word; a comma after it is dropped.
    Word,
    /// `"what is said"`
    Quoted,
    /// `[id m-1]`
    Square,
    /// `(pharmacy)`
    Round,
}

/// The words of a line up to its comment, and where the comment begins.
pub(crate) fn tokens(line: &str) -> Result<(Vec<Token>, usize), Fault> {
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        let start = rest.trim_start();
        let column = line.len() - start.len();
        let (shape, close) = match start.chars().next() {
            None | Some('#') => return Ok((found, column)),
            Some('"') => (Shape::Quoted, '"'),
            Some('[') => (Shape::Square, ']'),
            Some('(') => (Shape::Round, ')'),
            Some(_) => (Shape::Word, ' '),
        };
        let (text, length) = if shape == Shape::Word {
            let length = start.find(char::is_whitespace).unwrap_or(start.len());
            let word = start.get(..length).unwrap_or_default();
            (word.strip_suffix(',').unwrap_or(word), length)
        } else {
            let inner = start.get(1..).unwrap_or_default();
            let length = inner
                .find(close)
                .ok_or_else(|| Fault::at(column, format!("no `{close}` follows")))?;
            (inner.get(..length).unwrap_or_default(), length + 2)
        };
        found.push(Token { text: text.to_owned(), column, end: column + length, shape });
        rest = start.get(length..).unwrap_or_default();
    }
}

/// The words once for each number of a range such as `friend-1..16`; once, where there is none.
pub(crate) fn each_of_a_range(tokens: &[Token]) -> Result<Vec<Vec<Token>>, Fault> {
    let ranged = tokens.iter().enumerate().filter(|(_, token)| token.shape == Shape::Word);
    let mut ranges = ranged.filter_map(|(place, token)| Some((place, range(&token.text)?)));
    let Some((place, (prefix, from, to))) = ranges.next() else {
        return Ok(vec![tokens.to_vec()]);
    };
    let column = tokens.get(place).map_or(0, |token| token.column);
    if ranges.next().is_some() {
        return Err(Fault::at(column, "one range in a line, not two"));
    }
    if from > to {
        return Err(Fault::at(column, "the range ends before it begins"));
    }
    let one = |number: u32| {
        let mut tokens = tokens.to_vec();
        if let Some(token) = tokens.get_mut(place) {
            token.text = format!("{prefix}{number}");
        }
        tokens
    };
    Ok((from..=to).map(one).collect())
}

fn range(word: &str) -> Option<(&str, u32, u32)> {
    let (front, to) = word.split_once("..")?;
    let prefix = front.trim_end_matches(|c: char| c.is_ascii_digit());
    let from = front.strip_prefix(prefix)?;
    Some((prefix, from.parse().ok()?, to.parse().ok()?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        tokens(line).unwrap().0.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_quotes_and_brackets_are_told_apart() {
        let line = r#"  09:00  alice says "STOP # now" to acme [id m-1], (shop)   # why"#;
        assert!(tokens(line).is_ok());
        assert_eq!(
            texts(r#"alice says "STOP # now" to acme [id m-1] for calls, marketing # why"#),
            ["alice", "says", "STOP # now", "to", "acme", "id m-1", "for", "calls", "marketing"]
        );
        assert_eq!(tokens("a \"b").unwrap_err(), Fault::at(2, "no `\"` follows"));
    }

    #[test]
    fn a_range_is_a_line_for_each_number() {
        let (words, _) = tokens("alice writes to friend-9..11").unwrap();
        let lines = each_of_a_range(&words).unwrap();
        let last: Vec<&str> = lines.iter().map(|line| line.last().unwrap().text.as_str()).collect();
        assert_eq!(last, ["friend-9", "friend-10", "friend-11"]);
        let (words, _) = tokens("p-2..1").unwrap();
        assert!(each_of_a_range(&words).is_err());
    }
}
