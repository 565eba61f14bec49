//! `lectern users`: who has an account, what they may do and read, and the links by which they come in.

use clap::{Args, Subcommand};
use retrieval::access::{AccessTier, Role};
use serde_json::json;

use super::accounts::Accounts;
use super::groups::GroupList;
use super::{Context, Outcome, print};
use crate::http::wire::{LinkMade, NewPersonRequest, PersonChangeRequest, PersonReply};
use crate::people::Login;

#[derive(Args)]
pub struct UsersArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show everybody
    List,
    /// Invite somebody, and print the link by which they come in
    Add(Add),
    /// Change what somebody is called, may do, or may read
    Change(Change),
    /// Let somebody in no more, by password, key or link, until they are activated again
    Suspend {
        #[arg(value_parser = login)]
        login: Login,
    },
    /// Let somebody in again
    Activate {
        #[arg(value_parser = login)]
        login: Login,
    },
    /// Remove somebody with all keys and sign-ins
    Remove {
        #[arg(value_parser = login)]
        login: Login,
    },
    /// Print a new link: to come in for whoever was invited, to choose another password for others
    Link {
        #[arg(value_parser = login)]
        login: Login,
    },
}

#[derive(Args)]
struct Add {
    /// The name to sign in by
    #[arg(value_parser = login)]
    login: Login,
    /// What they may do: reader, editor or admin
    #[arg(long, value_parser = |text: &str| text.parse::<Role>())]
    role: Role,
    /// What they may read: up to public, customer, internal or restricted
    #[arg(long, value_parser = |text: &str| text.parse::<AccessTier>())]
    tier: AccessTier,
    /// The groups that they belong to, as in billing,hr
    #[arg(long, value_name = "GROUPS")]
    groups: Option<GroupList>,
    /// The name that others see [default: the login]
    #[arg(long)]
    name: Option<String>,
}

#[derive(Args)]
struct Change {
    /// The name to sign in by
    #[arg(value_parser = login)]
    login: Login,
    #[command(flatten)]
    to: To,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct To {
    /// What they may do: reader, editor or admin
    #[arg(long, value_parser = |text: &str| text.parse::<Role>())]
    role: Option<Role>,
    /// What they may read: up to public, customer, internal or restricted
    #[arg(long, value_parser = |text: &str| text.parse::<AccessTier>())]
    tier: Option<AccessTier>,
    /// The groups that they belong to, in place of all that they belong to now, as in billing,hr
    #[arg(long, value_name = "GROUPS", conflicts_with = "no_groups")]
    groups: Option<GroupList>,
    /// They belong to no group any more
    #[arg(long)]
    no_groups: bool,
    /// The name that others see
    #[arg(long)]
    name: Option<String>,
}

pub async fn run(context: &Context, args: UsersArgs) -> Outcome {
    let accounts = Accounts::open(context).await?;
    let done = what(context, &accounts, args.what).await;
    accounts.close().await;
    done
}

async fn what(context: &Context, accounts: &Accounts, what: What) -> Outcome {
    match what {
        What::List => {
            show(context, &accounts.people().await?);
            Ok(())
        }
        What::Add(add) => invite(context, accounts, add).await,
        What::Change(Change { login, to: To { role, tier, groups, no_groups, name } }) => {
            let request = PersonChangeRequest {
                name,
                role: role.map(|role| role.to_string()),
                tier: tier.map(|tier| tier.to_string()),
                groups: if no_groups { Some(Vec::new()) } else { groups.map(|groups| groups.names()) },
                state: None,
            };
            change(context, accounts, &login, request).await
        }
        What::Suspend { login } => change(context, accounts, &login, state("suspended")).await,
        What::Activate { login } => change(context, accounts, &login, state("active")).await,
        What::Remove { login } => {
            let removed = accounts.remove(&accounts.person(&login).await?.id).await?;
            match context.json {
                true => print::json(&json!({"removed": removed})),
                false => print::line(&format!("{} is removed", login.as_str())),
            }
            Ok(())
        }
        What::Link { login } => {
            let link = accounts.link(&accounts.person(&login).await?.id).await?;
            let url = accounts.address(&link);
            match context.json {
                true => print::json(&LinkMade { url, ..link }),
                false => print::line(&format!("for {}, once: {url}", login.as_str())),
            }
            Ok(())
        }
    }
}

async fn invite(context: &Context, accounts: &Accounts, add: Add) -> Outcome {
    let Add { login, role, tier, groups, name } = add;
    let request = NewPersonRequest {
        login: login.into(),
        name,
        role: role.to_string(),
        tier: tier.to_string(),
        groups: groups.map(|groups| groups.names()).unwrap_or_default(),
    };
    let mut invited = accounts.invite(request).await?;
    invited.link.url = accounts.address(&invited.link);
    match context.json {
        true => print::json(&invited),
        false => {
            print::line(&format!("{} is invited, and comes in within a week, once, at", invited.person.login));
            print::line(&invited.link.url);
        }
    }
    Ok(())
}

async fn change(context: &Context, accounts: &Accounts, login: &Login, request: PersonChangeRequest) -> Outcome {
    let person = accounts.person(login).await?;
    let changed = accounts.change(&person.id, request).await?;
    show(context, std::slice::from_ref(&changed));
    Ok(())
}

fn state(state: &str) -> PersonChangeRequest {
    PersonChangeRequest { state: Some(state.to_owned()), ..PersonChangeRequest::default() }
}

fn show(context: &Context, people: &[PersonReply]) {
    if context.json {
        people.iter().for_each(print::json);
        return;
    }
    let row = |person: &PersonReply| {
        let PersonReply { login, name, role, tier, groups, state, .. } = person;
        [login.clone(), role.clone(), tier.clone(), state.clone(), groups.join(","), name.clone()]
    };
    print::table(["LOGIN", "ROLE", "TIER", "STATE", "GROUPS", "NAME"], &people.iter().map(row).collect::<Vec<_>>());
}

pub(super) fn login(text: &str) -> Result<Login, String> {
    Login::parse(text).map_err(|error| error.to_string())
}
