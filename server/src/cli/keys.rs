//! `lectern keys`: what programs hold of a person's rights. A key is printed once, when it is made.

use clap::{Args, Subcommand};
use retrieval::access::{AccessTier, Scope};
use retrieval::model::KeyId;
use serde_json::json;

use super::accounts::{Accounts, no_key};
use super::groups::GroupList;
use super::users::login;
use super::{Context, Outcome, print};
use crate::evaluation::document::date;
use crate::http::wire::{KeyReply, NewKeyRequest};
use crate::people::Login;

#[derive(Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show the keys of everybody, or of one person
    List {
        #[arg(value_parser = login)]
        login: Option<Login>,
    },
    /// Make a key of somebody, and print it this once
    Add(Add),
    /// Revoke a key: from now on it opens nothing
    Revoke {
        /// Its id, as `lectern keys list` shows it
        #[arg(value_parser = |text: &str| text.parse::<KeyId>())]
        id: KeyId,
    },
}

#[derive(Args)]
struct Add {
    /// Whose rights it has, by the name that they sign in by
    #[arg(value_parser = login)]
    login: Login,
    /// What it is for, to know it again
    name: String,
    /// What it may be used for: read, write, manage, or several, as in read,write
    #[arg(long, required = true, value_delimiter = ',', value_parser = |text: &str| text.parse::<Scope>())]
    scopes: Vec<Scope>,
    /// It reads only up to this tier, of what its owner reads
    #[arg(long, value_parser = |text: &str| text.parse::<AccessTier>())]
    tier: Option<AccessTier>,
    /// With --tier: of what is for groups only what is for these, as in billing+hr
    #[arg(long, value_name = "GROUPS", requires = "tier")]
    groups: Option<GroupList>,
    /// It ends after so many days [default: it does not end]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: Option<u32>,
}

pub async fn run(context: &Context, args: KeysArgs) -> Outcome {
    let accounts = Accounts::open(context).await?;
    let done = what(context, &accounts, args.what).await;
    accounts.close().await;
    done
}

async fn what(context: &Context, accounts: &Accounts, what: What) -> Outcome {
    match what {
        What::List { login } => list(context, accounts, login).await,
        What::Add(add) => make(context, accounts, add).await,
        What::Revoke { id } => match accounts.revoke(&id).await? {
            false => Err(no_key()),
            true => {
                match context.json {
                    true => print::json(&json!({"revoked": id.to_string()})),
                    false => print::line(&format!("revoked: {id}")),
                }
                Ok(())
            }
        },
    }
}

async fn list(context: &Context, accounts: &Accounts, login: Option<Login>) -> Outcome {
    let owner = match &login {
        Some(login) => Some(accounts.person(login).await?.id),
        None => None,
    };
    let keys = accounts.keys(owner.as_deref()).await?;
    if context.json {
        keys.iter().for_each(print::json);
        return Ok(());
    }
    let rows: Vec<_> = keys.iter().map(row).collect();
    print::table(["ID", "OWNER", "KEY", "SCOPES", "READS", "ENDS", "USED", "NAME"], &rows);
    Ok(())
}

async fn make(context: &Context, accounts: &Accounts, add: Add) -> Outcome {
    let Add { login, name, scopes, tier, groups, days } = add;
    let owner = accounts.person(&login).await?;
    let request = NewKeyRequest {
        name,
        scopes: scopes.iter().map(ToString::to_string).collect(),
        owner: None,
        tier: tier.map(|tier| tier.to_string()),
        groups: groups.map(|groups| groups.names()).unwrap_or_default(),
        expires_in_days: days,
    };
    let made = accounts.make_key(&owner.id, request).await?;
    match context.json {
        true => print::json(&made),
        false => {
            print::note("this is the key; it is not shown again:");
            print::line(&made.secret);
        }
    }
    Ok(())
}

fn row(key: &KeyReply) -> [String; 8] {
    let day = |ms: Option<i64>| ms.map_or_else(|| "never".to_owned(), date);
    let reads = match (&key.tier, key.groups.as_slice()) {
        (None, _) => "as its owner".to_owned(),
        (Some(tier), []) => tier.clone(),
        (Some(tier), groups) => format!("{tier},{}", groups.join("+")),
    };
    [
        key.id.clone(),
        key.owner_login.clone(),
        format!("{}...", key.prefix),
        key.scopes.join(","),
        reads,
        day(key.ends_ms),
        day(key.used_ms),
        key.name.clone(),
    ]
}
