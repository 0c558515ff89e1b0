//! What a role is limited to: everything, or the projects and table groups that it names.

use serde::{Deserialize, Serialize};

use super::identifier::{ProjectKey, TableGroupId};
use super::user::Role;

/// Which part of the catalogue is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All projects and groups, those to come too.
    Everything,
    /// These and nothing else; a project means all its groups. Without any it is nothing.
    Only {
        /// Whole projects.
        projects: Vec<ProjectKey>,
        /// Single groups.
        groups: Vec<TableGroupId>,
    },
}

impl Scope {
    /// The scope of somebody who may see nothing.
    pub fn nothing() -> Self {
        Self::Only {
            projects: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// Whether all is seen.
    pub fn is_everything(&self) -> bool {
        *self == Self::Everything
    }

    /// What either of two scopes holds.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Everything) => Self::Everything,
            (
                Self::Only {
                    mut projects, mut groups, ..
                },
                Self::Only {
                    projects: more_projects,
                    groups: more_groups,
                },
            ) => {
                projects.extend(more_projects);
                projects.sort();
                projects.dedup();
                groups.extend(more_groups);
                groups.sort();
                groups.dedup();
                Self::Only { projects, groups }
            }
        }
    }
}

/// A role that holds only for a part of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NarrowedRole {
    /// Which role.
    pub role: Role,
    /// Whole projects.
    pub projects: Vec<ProjectKey>,
    /// Single groups.
    pub groups: Vec<TableGroupId>,
}

/// A role as it is given to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// Which role.
    pub role: Role,
    /// Where it holds.
    pub scope: Scope,
}

impl RoleGrant {
    /// A role that holds everywhere.
    pub fn everywhere(role: Role) -> Self {
        Self {
            role,
            scope: Scope::Everything,
        }
    }

    /// Reads `ROLE`, or `ROLE@PLACE,PLACE...` with places `project:KEY` and `group:ID`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (word, places) = text.split_once('@').map_or((text, None), |(word, places)| (word, Some(places)));
        let role = Role::from_word(word).ok_or_else(|| "one of analyst, steward, tester, report_owner, admin".to_owned())?;
        let Some(places) = places else { return Ok(Self::everywhere(role)) };
        let (mut projects, mut groups) = (Vec::new(), Vec::new());
        for place in places.split(',').map(str::trim) {
            match place.split_once(':') {
                Some(("project", key)) if !key.is_empty() => projects.push(ProjectKey(key.to_owned())),
                Some(("group", id)) if !id.is_empty() => groups.push(TableGroupId(id.to_owned())),
                _ => return Err(format!("{place:?} is no place: write project:KEY or group:ID, joined by commas")),
            }
        }
        Ok(Self {
            role,
            scope: Scope::Only { projects, groups },
        })
    }

    /// Writes it as [`Self::parse`] reads it.
    pub fn text(&self) -> String {
        match &self.scope {
            Scope::Everything => self.role.word().to_owned(),
            Scope::Only { projects, groups } => {
                let projects = projects.iter().map(|key| format!("project:{key}"));
                let groups = groups.iter().map(|id| format!("group:{id}"));
                format!("{}@{}", self.role, projects.chain(groups).collect::<Vec<_>>().join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_read_and_written_back() {
        for text in ["admin", "analyst@group:shop-all", "steward@project:default,group:a,group:b"] {
            assert_eq!(RoleGrant::parse(text).unwrap().text(), text);
        }
        for text in ["king", "analyst@", "analyst@shop", "analyst@group:", "analyst@group:a,"] {
            assert!(RoleGrant::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn two_scopes_together_hold_what_either_holds() {
        let group = |id: &str| Scope::Only {
            projects: vec![],
            groups: vec![id.into()],
        };
        let both = group("b").or(group("a")).or(group("b"));
        assert_eq!(
            both,
            Scope::Only {
                projects: vec![],
                groups: vec!["a".into(), "b".into()]
            }
        );
        assert!(both.or(Scope::Everything).is_everything());
        assert!(!Scope::nothing().is_everything());
    }
}
