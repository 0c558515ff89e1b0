//! What a column means, as the profile derived it: semantic type, better type, personal data, importance; each with its reason.

use leptos::prelude::*;

use super::icon::{Icon, icon};
use crate::domain::column_meaning::PiiRisk;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::user::Permission;

/// Parts of stored names that people write in capitals, and what they write.
const CAPITALS: [(&str, &str); 13] = [
    ("ip", "IP"),
    ("ipv4", "IPv4"),
    ("ipv6", "IPv6"),
    ("us", "US"),
    ("zip", "ZIP"),
    ("ssn", "SSN"),
    ("iban", "IBAN"),
    ("uuid", "UUID"),
    ("url", "URL"),
    ("json", "JSON"),
    ("iso", "ISO"),
    ("id", "ID"),
    ("email", "e-mail"),
];

/// A stored name in words: `email_address` is `e-mail address`.
pub fn words_of(name: &str) -> String {
    let words: Vec<&str> = name
        .split('_')
        .map(|word| CAPITALS.iter().find(|(stored, _)| *stored == word).map_or(word, |(_, shown)| shown))
        .collect();
    words.join(" ")
}

/// The same at the beginning of a line.
pub fn title_of(name: &str) -> String {
    let words = words_of(name);
    let mut chars = words.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// Why values of a column are not shown, and who sees them; nothing where they are.
pub fn masked_line(column: &ColumnProfile) -> Option<AnyView> {
    let said = if column.masked_when_stored {
        "Personal values are masked before they are stored, as the table group says: nobody sees them.".to_owned()
    } else if column.values_masked {
        format!(
            "Personal values are masked. Who sees them: {}.",
            Permission::SeePersonalValues.holders()
        )
    } else {
        return None;
    };
    Some(view! { <p class="t2 small masked">{icon(Icon::Lock, 12)}" "{said}</p> }.into_any())
}

/// The risk as a tag beside the name; none where there is none.
pub fn pii_tag(column: &ColumnProfile) -> Option<AnyView> {
    let Some(risk) = column.meaning.pii_risk.filter(|risk| *risk != PiiRisk::None) else {
        // A steward has said so.
        return column
            .values_masked
            .then(|| view! { <span class="tag pii">"PII"</span> }.into_any());
    };
    let title = column.meaning.pii_risk_reason.clone();
    Some(view! { <span class="tag pii" title=title>"PII "<b>{risk.word()}</b></span> }.into_any())
}

/// The line under the type in a list: what the values stand for, and the better type.
pub fn meaning_line(column: &ColumnProfile) -> Option<AnyView> {
    let meaning = &column.meaning;
    let better = meaning.suggested_type.as_ref().map(|kind| {
        let title = meaning.suggested_type_reason.clone();
        view! { <span class="better" title=title><span class="vh">"fits "</span><span aria-hidden="true">"→ "</span><span class="mono">{kind.clone()}</span></span> }
    });
    // A boolean that is a boolean need not be told twice.
    let name = meaning
        .functional_data_type
        .as_deref()
        .filter(|name| *name != column.data_type)
        .map(words_of);
    (name.is_some() || better.is_some()).then(|| view! { <small class="means">{name}" "{better}</small> }.into_any())
}

/// One finding with its reason.
struct Finding {
    about: &'static str,
    found: AnyView,
    reason: String,
}

/// All findings of a column beside each other; nothing where there are none.
pub fn meaning_list(column: &ColumnProfile) -> Option<AnyView> {
    let meaning = &column.meaning;
    let bold = |text: String| view! { <b>{text}</b> }.into_any();
    let mut findings = Vec::new();
    if let Some(name) = &meaning.functional_data_type {
        findings.push(Finding {
            about: "Semantic type",
            found: bold(title_of(name)),
            reason: meaning.functional_data_type_reason.clone().unwrap_or_default(),
        });
    }
    if let Some(kind) = &meaning.suggested_type {
        let (from, to) = (column.data_type.clone(), kind.clone());
        findings.push(Finding {
            about: "Better type",
            found: view! { <span class="mono"><span class="t2">{from}" → "</span><b>{to}</b></span> }.into_any(),
            reason: meaning.suggested_type_reason.clone().unwrap_or_default(),
        });
    }
    if let Some(risk) = meaning.pii_risk {
        findings.push(match risk {
            PiiRisk::None => Finding {
                about: "Personal data",
                found: view! { <span class="t2">"none found"</span> }.into_any(),
                reason: String::new(),
            },
            risk => Finding {
                about: "Personal data",
                found: bold(format!("{} risk", title_of(risk.word()))),
                reason: meaning.pii_risk_reason.clone().unwrap_or_default(),
            },
        });
    }
    if meaning.critical_data_element == Some(true) {
        findings.push(Finding {
            about: "Critical data element",
            found: bold("Suggested".to_owned()),
            reason: meaning.critical_data_element_reason.clone().unwrap_or_default(),
        });
    }
    let drawn: Vec<AnyView> = findings
        .into_iter()
        .map(|finding| {
            let reason = (!finding.reason.is_empty()).then(|| view! { <p>{finding.reason}</p> });
            view! { <div><dt>{finding.about}</dt><dd>{finding.found}{reason}</dd></div> }.into_any()
        })
        .collect();
    (!drawn.is_empty()).then(|| view! { <dl class="meaning">{drawn}</dl> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;
    use crate::domain::column_meaning::ColumnMeaning;

    fn column(meaning: ColumnMeaning) -> ColumnProfile {
        ColumnProfile {
            data_type: "string".into(),
            meaning,
            ..ColumnProfile::default()
        }
    }

    #[test]
    fn stored_names_become_words() {
        assert_eq!(words_of("us_social_security_number"), "US social security number");
        assert_eq!(title_of("email_address"), "E-mail address");
        assert_eq!(title_of(""), "");
    }

    #[test]
    fn every_finding_stands_with_its_reason_and_no_risk_is_said_quietly() {
        let found = column(ColumnMeaning {
            suggested_type: Some("date".into()),
            suggested_type_reason: Some("Every text is a date.".into()),
            functional_data_type: Some("birth_date".into()),
            functional_data_type_reason: Some("The name says \"<b>\".".into()),
            pii_risk: Some(PiiRisk::None),
            ..ColumnMeaning::default()
        });
        let html = rendered(|| meaning_list(&found).into_any());
        for part in ["Birth date", "The name says", "Every text is a date.", "string → ", "none found"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("Critical") && !html.contains("<b>\""), "{html}");
        assert!(pii_tag(&found).is_none());
    }

    #[test]
    fn without_findings_there_is_nothing() {
        assert!(meaning_list(&ColumnProfile::default()).is_none() && meaning_line(&ColumnProfile::default()).is_none());
    }
}
