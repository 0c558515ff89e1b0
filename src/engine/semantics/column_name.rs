//! The words of a column's name, and which notion they speak of. A name alone never decides: rules ask the data, too.

use super::vocabulary::{Notion, VOCABULARY};

/// A name split into lower-case words: `CustomerID` and `customer_id` are `customer`, `id`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnName {
    words: Vec<String>,
}

impl ColumnName {
    /// Splits a name at everything that is no letter or digit, at a change of case, and between letters and digits.
    pub fn read(name: &str) -> Self {
        let chars: Vec<char> = name.chars().collect();
        let mut words = vec![String::new()];
        for (at, ch) in chars.iter().copied().enumerate() {
            if !ch.is_alphanumeric() {
                words.push(String::new());
                continue;
            }
            let before = at.checked_sub(1).map(|at| chars[at]);
            let after = chars.get(at + 1);
            let begins_word = before.is_some_and(|before| {
                let rises = ch.is_uppercase() && before.is_lowercase();
                let ends_capitals = ch.is_uppercase() && before.is_uppercase() && after.is_some_and(|after| after.is_lowercase());
                rises || ends_capitals || ch.is_numeric() != before.is_numeric()
            });
            if begins_word {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(ch.to_lowercase());
            }
        }
        words.retain(|word| !word.is_empty());
        Self { words }
    }

    /// The longest word or phrase of the name that speaks of the notion. `first name` is found in `first_name` and `firstname`.
    pub fn says(&self, notion: Notion) -> Option<&'static str> {
        phrases_of(notion)
            .filter(|phrase| self.has(phrase))
            .max_by_key(|phrase| phrase.len())
    }

    /// Whether the last word, digits apart, speaks of the notion: `order_id` is an id, `id_type` is a type.
    pub fn ends_with(&self, notion: Notion) -> Option<&'static str> {
        let end = self
            .words
            .iter()
            .rposition(|word| !word.bytes().all(|byte| byte.is_ascii_digit()))?;
        let named = |words: &[String], of_words: usize| {
            let part = Self { words: words.to_vec() };
            phrases_of(notion).find(|phrase| phrase.split(' ').count() == of_words && part.has(phrase))
        };
        named(&self.words[end..=end], 1)
            .or_else(|| named(&self.words[end..=end], 2))
            .or_else(|| named(&self.words[end.checked_sub(1)?..=end], 2))
    }

    fn has(&self, phrase: &str) -> bool {
        if let Some(stem) = phrase.strip_prefix('*') {
            return self.words.iter().any(|word| word.len() > stem.len() + 2 && word.ends_with(stem));
        }
        let parts: Vec<&str> = phrase.split(' ').collect();
        if let [single] = parts.as_slice() {
            return self.words.iter().any(|word| word == single);
        }
        let glued = parts.concat();
        self.words.contains(&glued) || self.words.windows(parts.len()).any(|window| window.iter().eq(parts.iter()))
    }
}

fn phrases_of(notion: Notion) -> impl Iterator<Item = &'static str> {
    VOCABULARY
        .iter()
        .filter(move |entry| entry.notion == notion)
        .flat_map(|entry| entry.phrases())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_fashion_have_the_same_words() {
        for (name, words) in [
            ("customer_id", "customer id"),
            ("CustomerID", "customer id"),
            ("customerId", "customer id"),
            ("CUSTOMER-ID", "customer id"),
            ("IDNumber", "id number"),
            ("ship_zip3", "ship zip 3"),
            ("Straße Nr.", "straße nr"),
            ("  ", ""),
        ] {
            assert_eq!(ColumnName::read(name).words.join(" "), words, "{name}");
        }
    }

    #[test]
    fn a_notion_is_found_as_a_word_a_phrase_and_a_glued_phrase_but_not_inside_a_word() {
        let says = |name: &str, notion| ColumnName::read(name).says(notion).is_some();
        for name in ["email", "E_MAIL", "contactEmail", "e-mail-address"] {
            assert!(says(name, Notion::Email), "{name}");
        }
        assert!(says("firstname", Notion::GivenName) && says("first_name", Notion::GivenName));
        assert!(!says("first", Notion::GivenName) && !says("name_first_seen", Notion::GivenName));
        assert!(!says("paid", Notion::Key) && !says("grid", Notion::Key) && !says("valid", Notion::Key));
        assert!(says("c_custkey", Notion::Key) && says("order_id", Notion::Key));
    }

    #[test]
    fn the_end_of_a_name_says_what_it_holds() {
        let ends = |name: &str, notion| ColumnName::read(name).ends_with(notion).is_some();
        assert!(ends("order_id", Notion::Key) && ends("order_id_2", Notion::Key));
        assert!(!ends("id_type", Notion::Key));
    }
}
