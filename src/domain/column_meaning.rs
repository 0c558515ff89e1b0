//! What a column means, as far as its figures tell: semantic type, a better type, personal data, importance.
//!
//! Every finding comes with its reason, a sentence that names the evidence. One that does not apply is absent.

use serde::{Deserialize, Serialize};

/// How much harm the values could do to a person if they got out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PiiRisk {
    /// Nothing personal was found.
    None,
    /// Personal only beside other columns.
    Low,
    /// Names or reaches a person.
    Moderate,
    /// Money, identity, health or access of a person.
    High,
}

impl PiiRisk {
    /// Reads a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::None, Self::Low, Self::Moderate, Self::High]
            .into_iter()
            .find(|risk| risk.word() == word)
    }

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }
}

/// The derived fields of a column profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnMeaning {
    /// A type that would hold every value and say more than the source's: `date`, `bigint`, `decimal(9,2)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_type: Option<String>,
    /// What shows that it would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_type_reason: Option<String>,
    /// What the values stand for: `email_address`, `row_identifier`, `daily_event_date`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub functional_data_type: Option<String>,
    /// What shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub functional_data_type_reason: Option<String>,
    /// Risk for persons; absent where there are no values to judge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pii_risk: Option<PiiRisk>,
    /// What shows it; absent for no risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pii_risk_reason: Option<String>,
    /// Suggested as one of the columns that the use of the table depends on; absent where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical_data_element: Option<bool>,
    /// What suggests it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical_data_element_reason: Option<String>,
    /// How much of the column can be used as it is, 0..1: what its findings leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_score: Option<f64>,
}

impl ColumnMeaning {
    /// The name of every field.
    pub const NAMES: &'static [&'static str] = &[
        "suggested_type",
        "suggested_type_reason",
        "functional_data_type",
        "functional_data_type_reason",
        "pii_risk",
        "pii_risk_reason",
        "critical_data_element",
        "critical_data_element_reason",
        "quality_score",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_fields() {
        let text = || Some("x".to_owned());
        let all = ColumnMeaning {
            suggested_type: text(),
            suggested_type_reason: text(),
            functional_data_type: text(),
            functional_data_type_reason: text(),
            pii_risk: Some(PiiRisk::Low),
            pii_risk_reason: text(),
            critical_data_element: Some(true),
            critical_data_element_reason: text(),
            quality_score: Some(0.5),
        };
        let json = serde_json::to_value(all).unwrap();
        let names: std::collections::BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ColumnMeaning::NAMES.iter().copied().collect());
    }

    #[test]
    fn risks_are_ordered_and_stored_as_their_word() {
        let all = [PiiRisk::None, PiiRisk::Low, PiiRisk::Moderate, PiiRisk::High];
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        for risk in all {
            assert_eq!(serde_json::to_value(risk).unwrap(), risk.word());
        }
    }

    #[test]
    fn nothing_found_is_nothing_said() {
        assert_eq!(serde_json::to_string(&ColumnMeaning::default()).unwrap(), "{}");
    }
}
