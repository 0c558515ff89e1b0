//! Which tables a group takes: names and wildcards, those to take and those to leave out.

/// Whether masks take a table.
pub fn is_in_masks(include: &str, exclude: &str, schema_name: &str, table_name: &str) -> bool {
    let (include, exclude) = (patterns(include), patterns(exclude));
    let names = [table_name.to_lowercase(), format!("{schema_name}.{table_name}").to_lowercase()];
    let any = |masks: &[String]| masks.iter().any(|mask| names.iter().any(|name| matches_mask(mask, name)));
    (include.is_empty() || any(&include)) && !any(&exclude)
}

/// Splits a mask at commas and line ends.
fn patterns(mask: &str) -> Vec<String> {
    mask.split([',', '\n'])
        .map(|part| part.trim().to_lowercase())
        .filter(|part| !part.is_empty())
        .collect()
}

/// Whether a lower-case name fits a mask with the wildcards `*`, `%` (any text) and `?` (one character).
fn matches_mask(mask: &str, name: &str) -> bool {
    let (mask, name): (Vec<char>, Vec<char>) = (mask.chars().collect(), name.chars().collect());
    let (mut m, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match mask.get(m) {
            Some('*' | '%') => {
                retry = Some((m, n));
                m += 1;
            }
            Some(&ch) if ch == '?' || ch == name[n] => {
                m += 1;
                n += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    m = star + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    mask[m..].iter().all(|ch| matches!(ch, '*' | '%'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_know_stars_percents_and_question_marks() {
        for (mask, name, fits) in [
            ("orders", "orders", true),
            ("order*", "order_lines", true),
            ("%lines", "order_lines", true),
            ("o?ders", "orders", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("sales.*", "sales.orders", true),
            ("sales.*", "crm.orders", false),
            ("*", "", true),
        ] {
            assert_eq!(matches_mask(mask, name), fits, "{mask} {name}");
        }
    }
}
