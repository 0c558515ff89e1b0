//! Builds the text of a statement: common table expressions, then figures by name.

/// Statement under construction.
#[derive(Clone, Debug, Default)]
pub struct Query {
    parts: Vec<(String, String)>,
}

impl Query {
    /// Adds a common table expression; an indented body is laid out here.
    pub fn with(mut self, name: &str, body: impl AsRef<str>) -> Self {
        self.parts.push((name.to_owned(), indent(body.as_ref())));
        self
    }

    /// The statement that selects one row of figures.
    pub fn figures(&self, figures: &[(&str, String)], from: &str) -> String {
        let columns: Vec<String> = figures
            .iter()
            .map(|(name, expression)| format!("  {expression} AS {name}"))
            .collect();
        self.select(&format!("SELECT\n{}\nFROM {from}", columns.join(",\n")))
    }

    /// The statement that ends with this select.
    pub fn select(&self, select: &str) -> String {
        if self.parts.is_empty() {
            return select.to_owned();
        }
        let parts: Vec<String> = self.parts.iter().map(|(name, body)| format!("{name} AS (\n{body}\n)")).collect();
        format!("WITH {}\n{select}", parts.join(", "))
    }
}

/// Every line two spaces further in. Quoted texts of several lines must not be touched, so a body with such a text stays as it is.
fn indent(body: &str) -> String {
    if has_quoted_line_break(body) {
        return body.to_owned();
    }
    let lines: Vec<String> = body.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

fn has_quoted_line_break(body: &str) -> bool {
    let mut quote = None;
    for ch in body.chars() {
        match (quote, ch) {
            (None, '\'' | '"') => quote = Some(ch),
            (Some(open), _) if ch == open => quote = None,
            (Some(_), '\n' | '\r') => return true,
            _ => {}
        }
    }
    false
}

/// `sum(n)` of the counted values that meet the condition; 0 where none does.
pub fn rows_where(condition: &str) -> String {
    format!("coalesce(sum(n) FILTER (WHERE {condition}), 0)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_laid_out_and_quoted_line_breaks_are_left_alone() {
        let sql = Query::default()
            .with("data", "SELECT \"a\" AS v\nFROM t")
            .figures(&[("row_count", "count(*)".into())], "data");
        assert_eq!(
            sql,
            "WITH data AS (\n  SELECT \"a\" AS v\n  FROM t\n)\nSELECT\n  count(*) AS row_count\nFROM data"
        );
        let hostile = Query::default().with("data", "SELECT \"a\nb\" AS v\nFROM t").select("SELECT 1");
        assert!(hostile.contains("\"a\nb\""), "{hostile}");
    }
}
