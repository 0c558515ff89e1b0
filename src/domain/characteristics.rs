//! What people say of tables and columns: no run and no discovery ever changes it.

use serde::{Deserialize, Serialize};

/// Most tags of one table or column.
const MOST_TAGS: usize = 30;
/// Longest tag (characters).
const LONGEST_TAG: usize = 60;

/// What people say of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TableCharacteristics {
    /// Whether it is a critical data element.
    pub critical_data_element: bool,
    /// What is in it.
    pub description: String,
    /// Who answers for it.
    pub data_steward: String,
    /// Where its data comes from.
    pub data_source: String,
    /// The system that makes it.
    pub source_system: String,
    /// The process that makes it.
    pub source_process: String,
    /// Domain of the business.
    pub business_domain: String,
    /// Who needs it.
    pub stakeholder_group: String,
    /// Raw, conformed, processed, reporting, ...
    pub transform_level: String,
    /// The product that it belongs to.
    pub data_product: String,
    /// The definition of the seed's hierarchy that it belongs to.
    pub data_definition: String,
    /// Tags, sorted.
    pub tags: Vec<String>,
}

/// What people say of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ColumnCharacteristics {
    /// Whether it is a critical data element.
    pub critical_data_element: bool,
    /// What is in it.
    pub description: String,
    /// How personal its values are, in the words of the house.
    pub pii_risk: String,
    /// The dimension of quality that matters most for it.
    pub dq_dimension: String,
    /// Tags, sorted.
    pub tags: Vec<String>,
}

impl TableCharacteristics {
    /// Whether nobody has said anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Without blanks around the texts.
    pub fn trimmed(mut self) -> Self {
        for text in [
            &mut self.description,
            &mut self.data_steward,
            &mut self.data_source,
            &mut self.source_system,
            &mut self.source_process,
            &mut self.business_domain,
            &mut self.stakeholder_group,
            &mut self.transform_level,
            &mut self.data_product,
            &mut self.data_definition,
        ] {
            *text = text.trim().to_owned();
        }
        self
    }

    /// A field of one line by its name.
    pub fn line_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "data_steward" => &mut self.data_steward,
            "business_domain" => &mut self.business_domain,
            "data_product" => &mut self.data_product,
            "source_system" => &mut self.source_system,
            "source_process" => &mut self.source_process,
            "data_source" => &mut self.data_source,
            "stakeholder_group" => &mut self.stakeholder_group,
            "transform_level" => &mut self.transform_level,
            "data_definition" => &mut self.data_definition,
            _ => return None,
        })
    }

    /// The fields of one line, with the names of their form fields and labels.
    pub fn lines(&self) -> [(&'static str, &'static str, &str); 9] {
        [
            ("data_steward", "Data steward", &self.data_steward),
            ("business_domain", "Business domain", &self.business_domain),
            ("data_product", "Data product", &self.data_product),
            ("source_system", "Source system", &self.source_system),
            ("source_process", "Source process", &self.source_process),
            ("data_source", "Data source", &self.data_source),
            ("stakeholder_group", "Stakeholder group", &self.stakeholder_group),
            ("transform_level", "Transform level", &self.transform_level),
            ("data_definition", "Data definition", &self.data_definition),
        ]
    }
}

impl ColumnCharacteristics {
    /// Whether nobody has said anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Without blanks around the texts.
    pub fn trimmed(mut self) -> Self {
        for text in [&mut self.description, &mut self.pii_risk, &mut self.dq_dimension] {
            *text = text.trim().to_owned();
        }
        self
    }
}

/// Reads tags that are separated by commas or line ends: each once, whatever its capitals, sorted.
pub fn parse_tags(text: &str) -> Result<Vec<String>, String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split([',', '\n']).map(str::trim).filter(|tag| !tag.is_empty()) {
        if tag.chars().count() > LONGEST_TAG || tag.chars().any(char::is_control) {
            return Err(format!("A tag has up to {LONGEST_TAG} characters, on one line."));
        }
        if !tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            tags.push(tag.to_owned());
        }
    }
    if tags.len() > MOST_TAGS {
        return Err(format!("There may be up to {MOST_TAGS} tags."));
    }
    tags.sort_by_key(|tag| tag.to_lowercase());
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_one_line_is_found_by_its_name() {
        let mut said = TableCharacteristics::default();
        let names = said.clone().lines().map(|(name, _, _)| name);
        for name in names {
            name.clone_into(said.line_mut(name).unwrap());
        }
        assert!(said.lines().iter().all(|(name, _, text)| name == text));
        assert!(said.line_mut("tags").is_none());
    }

    #[test]
    fn a_tag_stands_once_whatever_its_capitals() {
        assert_eq!(parse_tags(" gold, Finance\ngold,,GOLD , a b").unwrap(), ["a b", "Finance", "gold"]);
        assert!(parse_tags("").unwrap().is_empty());
        assert!(parse_tags(&"x".repeat(61)).is_err());
        let many: Vec<String> = (0..31).map(|n| n.to_string()).collect();
        assert!(parse_tags(&many.join(",")).is_err());
    }
}
