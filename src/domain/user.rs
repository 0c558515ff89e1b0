//! People, their roles and what each role may do. One table of permissions, read by every layer.

use serde::{Deserialize, Serialize};

use super::identifier::{TableGroupId, UserId};
use super::profile_run::words;
use super::scope::{NarrowedRole, RoleGrant, Scope};

words! {
    /// What a person is. A person may hold several.
    pub enum Role {
        /// Browses profiles.
        Analyst = "analyst",
        /// Clears alerts.
        Steward = "steward",
        /// Writes rules.
        Tester = "tester",
        /// Approves rules.
        ReportOwner = "report_owner",
        /// Configures everything.
        Admin = "admin",
    }
}

impl Role {
    /// As the interface says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Analyst => "Analyst",
            Self::Steward => "Data steward",
            Self::Tester => "Tester",
            Self::ReportOwner => "Report owner",
            Self::Admin => "Administrator",
        }
    }
}

words! {
    /// What can be allowed or refused.
    pub enum Permission {
        /// Profiles, runs.
        ReadProfiles = "read_profiles",
        /// Start, cancel and retry runs.
        RunProfiling = "run_profiling",
        /// Say what tables and columns are, and how much of a table is profiled.
        Describe = "describe",
        /// Acknowledge, assign, snooze, dismiss and comment alerts.
        ClearAlerts = "clear_alerts",
        /// Values of columns marked as personal.
        SeePersonalValues = "see_personal_values",
        /// Connections, engine, people.
        Configure = "configure",
    }
}

impl Permission {
    /// Whether a role carries it (the matrix of the design).
    pub fn is_held_by(self, role: Role) -> bool {
        use Role::*;
        match self {
            Self::ReadProfiles => true,
            Self::RunProfiling => matches!(role, Analyst | Steward | Admin),
            Self::Describe | Self::ClearAlerts => matches!(role, Steward | Admin),
            Self::SeePersonalValues => matches!(role, Steward | Tester | Admin),
            Self::Configure => matches!(role, Admin),
        }
    }

    /// The roles that carry it, in words, for a page that says who can.
    pub fn holders(self) -> String {
        let names: Vec<&str> = Role::ALL
            .iter()
            .filter(|role| self.is_held_by(**role))
            .map(|role| role.label())
            .collect();
        names.join(", ")
    }
}

words! {
    /// What an API token may be used for, within what its person may do.
    pub enum TokenScope {
        /// Read profiles and runs.
        Read = "read",
        /// Start, cancel and retry runs.
        Run = "run",
        /// Configure.
        Admin = "admin",
    }
}

impl TokenScope {
    /// Whether the scope lets a permission through.
    pub fn allows(self, permission: Permission) -> bool {
        match self {
            // A token reads what its person reads: a program gets the same answers, personal values too.
            Self::Read => matches!(permission, Permission::ReadProfiles | Permission::SeePersonalValues),
            Self::Run => Self::Read.allows(permission) || permission == Permission::RunProfiling,
            Self::Admin => true,
        }
    }

    /// The narrowest scope that lets a permission through.
    pub fn least_for(permission: Permission) -> Self {
        let least = Self::ALL.iter().find(|scope| scope.allows(permission));
        least.copied().unwrap_or(Self::Admin)
    }

    /// As the interface says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Read => "Read what you may read, personal values too",
            Self::Run => "Read so, and start, cancel and retry runs",
            Self::Admin => "Everything that you may do",
        }
    }
}

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Id.
    pub user_id: UserId,
    /// The name to sign in with.
    pub name: String,
    /// As pages show it.
    pub display_name: String,
    /// All roles.
    pub roles: Vec<Role>,
    /// Those of the roles that hold only for a part of the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrowed: Vec<NarrowedRole>,
    /// Inactive people cannot sign in.
    pub is_active: bool,
}

impl User {
    /// Whether any of the roles carries the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| permission.is_held_by(*role))
    }

    /// Where a permission holds: what all roles that carry it hold together.
    pub fn scope_of(&self, permission: Permission) -> Scope {
        self.grants()
            .filter(|grant| permission.is_held_by(grant.role))
            .fold(Scope::nothing(), |all, grant| all.or(grant.scope))
    }

    /// Each role with where it holds.
    pub fn grants(&self) -> impl Iterator<Item = RoleGrant> + '_ {
        self.roles.iter().map(|role| RoleGrant {
            role: *role,
            scope: self
                .narrowed
                .iter()
                .find(|narrowed| narrowed.role == *role)
                .map_or(Scope::Everything, |narrowed| Scope::Only {
                    projects: narrowed.projects.clone(),
                    groups: narrowed.groups.clone(),
                }),
        })
    }

    /// The role that names the person in the rail: the widest one.
    pub fn leading_role(&self) -> Option<Role> {
        Role::ALL.iter().rev().copied().find(|role| self.roles.contains(role))
    }

    /// Up to two initials.
    pub fn initials(&self) -> String {
        initials_of(&self.display_name)
    }
}

/// Up to two initials of a person's name.
pub fn initials_of(name: &str) -> String {
    name.split(|ch: char| !ch.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

/// Open alerts are counted up to here on every page, and one more tells that there are others.
pub const COUNTED_ALERTS: u64 = 10_000;

/// What every signed-in page shows around its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who.
    pub user: User,
    /// The project's name.
    pub project_name: String,
    /// Tables known.
    pub table_count: u64,
    /// Runs pending or running.
    pub active_run_count: u64,
    /// Alerts that somebody must look at, up to one more than [`COUNTED_ALERTS`].
    pub open_alert_count: u64,
    /// Whether any connection exists (else the first-run page is the overview).
    pub has_connections: bool,
    /// What the token lets through that the request came with; none for a person at a browser.
    pub token_scope: Option<TokenScope>,
    /// The only groups in which the person may start runs; none where that holds everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_groups: Option<Vec<TableGroupId>>,
}

impl Viewer {
    /// The part of the catalogue that the person sees.
    pub fn scope(&self) -> Scope {
        self.user.scope_of(Permission::ReadProfiles)
    }

    /// The part of the catalogue in which the person sees personal values.
    pub fn values_scope(&self) -> Scope {
        if self.may(Permission::SeePersonalValues) {
            self.user.scope_of(Permission::SeePersonalValues)
        } else {
            Scope::nothing()
        }
    }

    /// Whether the person may start, cancel and retry runs of a group.
    pub fn may_run(&self, group: &TableGroupId) -> bool {
        self.may(Permission::RunProfiling) && self.run_groups.as_ref().is_none_or(|groups| groups.contains(group))
    }

    /// Whether the person may do it, and the token, if there is one, lets it through.
    pub fn may(&self, permission: Permission) -> bool {
        self.user.may(permission) && self.token_scope.is_none_or(|scope| scope.allows(permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_lets_through_more_than_its_person_may() {
        for role in Role::ALL {
            for scope in TokenScope::ALL {
                let viewer = Viewer {
                    user: User {
                        user_id: "u".into(),
                        name: "u".into(),
                        display_name: "U".into(),
                        roles: vec![*role],
                        narrowed: Vec::new(),
                        is_active: true,
                    },
                    project_name: String::new(),
                    table_count: 0,
                    active_run_count: 0,
                    open_alert_count: 0,
                    has_connections: false,
                    token_scope: Some(*scope),
                    run_groups: None,
                };
                for permission in [
                    Permission::ReadProfiles,
                    Permission::RunProfiling,
                    Permission::SeePersonalValues,
                    Permission::Configure,
                ] {
                    assert_eq!(viewer.may(permission), permission.is_held_by(*role) && scope.allows(permission));
                }
            }
        }
    }

    #[test]
    fn only_an_administrator_configures_and_owners_never_start_runs() {
        for role in Role::ALL {
            assert_eq!(Permission::Configure.is_held_by(*role), *role == Role::Admin);
            assert!(Permission::ReadProfiles.is_held_by(*role));
        }
        assert!(!Permission::RunProfiling.is_held_by(Role::ReportOwner));
        assert_eq!(Permission::RunProfiling.holders(), "Analyst, Data steward, Administrator");
    }
}
