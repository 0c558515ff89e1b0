//! `limn user`: people without a browser, and the way back in.

use clap::{Args, Subcommand};

use super::Outcome;
use super::serve::StoreArgs;
use crate::domain::audit::Actor;
use crate::domain::identifier::UserId;
use crate::domain::scope::RoleGrant;
use crate::services::{access, people};
use crate::startup;
use crate::store::{Database, users};

/// Works on the control database directly, whether the server runs or not.
#[derive(Args, Debug)]
pub struct UserArgs {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// List everybody with his roles
    List,
    /// Create a person and print a one-time link for the first sign-in
    Create {
        /// Name to sign in with
        name: String,
        /// Name as pages show it
        #[arg(long, default_value = "", value_name = "NAME")]
        display_name: String,
        /// analyst, steward, tester, report_owner or admin; where it does not hold everywhere ROLE@group:ID,project:KEY; may be given several times
        #[arg(long = "role", required = true, value_name = "ROLE", value_parser = RoleGrant::parse)]
        grants: Vec<RoleGrant>,
    },
    /// Print a one-time link that signs a person in without the password
    Link {
        /// Name to sign in with
        name: String,
        /// How people reach the server
        #[arg(long, env = "LIMN_PUBLIC_URL", default_value = "http://127.0.0.1:8750", value_name = "URL")]
        public_url: String,
    },
    /// Set the roles of a person
    Roles {
        /// Name to sign in with
        name: String,
        /// All roles that the person is to have; ROLE@group:ID,project:KEY where one does not hold everywhere
        #[arg(required = true, value_name = "ROLE", value_parser = RoleGrant::parse)]
        grants: Vec<RoleGrant>,
    },
    /// Refuse sign-in from now on; the person's history stays
    Deactivate {
        /// Name to sign in with
        name: String,
    },
    /// Allow sign-in again
    Activate {
        /// Name to sign in with
        name: String,
    },
}

/// Runs the command.
pub fn run(args: UserArgs) -> Outcome {
    startup::block_on(async move {
        let data_dir = args.store.data_dir()?;
        let db = startup::open_database(&args.store.database_url(&data_dir)).await?;
        execute(&db, args.command).await
    })?
}

async fn execute(db: &Database, command: UserCommand) -> Outcome {
    let say = |error: &dyn std::fmt::Display| error.to_string();
    let actor = Actor {
        user_id: None,
        name: "command line".into(),
    };
    match command {
        UserCommand::List => {
            for user in users::list_users(db).await.map_err(|error| say(&error))? {
                let roles: Vec<String> = user.grants().map(|grant| grant.text()).collect();
                println!(
                    "{}\t{}\t{}\t{}",
                    user.name,
                    user.display_name,
                    roles.join(" "),
                    if user.is_active { "active" } else { "inactive" }
                );
            }
        }
        UserCommand::Create {
            name,
            display_name,
            grants,
        } => {
            people::check_grants(db, &grants).await.map_err(|error| say(&error))?;
            let roles = grants.iter().map(|grant| grant.role).collect();
            let user = access::create_person(db, &name, &display_name, roles, &actor)
                .await
                .map_err(|error| say(&error))?;
            set_grants(db, &user.user_id, &grants, &actor).await?;
            let token = access::create_link(db, Some(user.user_id), &actor)
                .await
                .map_err(|error| say(&error))?;
            println!("{}", startup::link_url("http://127.0.0.1:8750", &token));
        }
        UserCommand::Link { name, public_url } => {
            let user = find(db, &name).await?;
            let token = access::create_link(db, Some(user.user_id), &actor)
                .await
                .map_err(|error| say(&error))?;
            println!("{}", startup::link_url(&public_url, &token));
        }
        UserCommand::Roles { name, grants } => {
            people::check_grants(db, &grants).await.map_err(|error| say(&error))?;
            let user = find(db, &name).await?;
            set_grants(db, &user.user_id, &grants, &actor).await?;
        }
        UserCommand::Deactivate { name } => set_active(db, &name, false, &actor).await?,
        UserCommand::Activate { name } => set_active(db, &name, true, &actor).await?,
    }
    Ok(super::FINE)
}

/// Gives a person exactly these roles.
async fn set_grants(db: &Database, user_id: &UserId, grants: &[RoleGrant], actor: &Actor) -> Result<(), String> {
    let change = async {
        let mut tx = db.begin().await?;
        users::set_grants(&mut tx, user_id, grants, actor).await?;
        tx.commit().await
    };
    change.await.map_err(|error| error.to_string())
}

/// Switches a person off or on.
async fn set_active(db: &Database, name: &str, active: bool, actor: &Actor) -> Result<(), String> {
    let user = find(db, name).await?;
    let change = async {
        let mut tx = db.begin().await?;
        users::set_active(&mut tx, &user.user_id, active, actor).await?;
        tx.commit().await
    };
    change.await.map_err(|error| error.to_string())
}

/// Finds a person by name.
async fn find(db: &Database, name: &str) -> Result<crate::domain::user::User, String> {
    let found = users::find_user_by_name(db, name).await.map_err(|error| error.to_string())?;
    found
        .map(|credentials| credentials.user)
        .ok_or_else(|| format!("nobody is called {name}; `limn user list` lists everybody"))
}
