//! `lectern groups`: the groups that people belong to and documents are kept for.

use std::str::FromStr;

use clap::{Args, Subcommand};
use retrieval::access::{AccessError, Group};
use serde_json::json;

use super::accounts::Accounts;
use super::{Context, Outcome, desk, print};

#[derive(Args)]
pub struct GroupsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show the groups, with how many people and documents are theirs
    List,
    /// Make a group
    Add {
        /// Lower-case letters, digits, - and _
        #[arg(value_parser = |text: &str| text.parse::<Group>())]
        group: Group,
    },
    /// Remove a group: nobody belongs to it any more, and its documents are for admins alone
    Remove {
        #[arg(value_parser = |text: &str| text.parse::<Group>())]
        group: Group,
    },
}

/// Groups as they are typed: `billing,hr` or `billing+hr`.
#[derive(Clone, Debug)]
pub struct GroupList(Vec<Group>);

impl GroupList {
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl FromStr for GroupList {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        text.split([',', '+']).map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

pub async fn run(context: &Context, args: GroupsArgs) -> Outcome {
    let accounts = Accounts::open(context).await?;
    let done = what(context, &accounts, args.what).await;
    accounts.close().await;
    done
}

async fn what(context: &Context, accounts: &Accounts, what: What) -> Outcome {
    match what {
        What::List => {
            let groups = accounts.groups().await?;
            match context.json {
                true => groups.iter().for_each(print::json),
                false => {
                    let row = |group: &crate::http::wire::GroupReply| {
                        [group.name.clone(), group.members.to_string(), group.documents.to_string()]
                    };
                    print::table(["GROUP", "PEOPLE", "DOCUMENTS"], &groups.iter().map(row).collect::<Vec<_>>());
                }
            }
        }
        What::Add { group } => {
            accounts.add_group(&group).await?;
            say(context, "added", &group);
        }
        What::Remove { group } => match accounts.remove_group(&group).await? {
            true => say(context, "removed", &group),
            false => {
                return Err(desk::gone(&format!("there is no group \"{group}\"; `lectern groups list` shows them")));
            }
        },
    }
    Ok(())
}

fn say(context: &Context, what: &str, group: &Group) {
    match context.json {
        true => print::json(&json!({what: group.as_str()})),
        false => print::line(&format!("{what}: {group}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_typed_with_commas_or_plusses() {
        let check = |text: &str, expected: Option<&[&str]>| {
            let names = text.parse().ok().map(|groups: GroupList| groups.names());
            assert_eq!(names, expected.map(|names| names.iter().map(ToString::to_string).collect()), "{text}");
        };
        check("billing,hr", Some(&["billing", "hr"]));
        check("billing+hr", Some(&["billing", "hr"]));
        check("billing", Some(&["billing"]));
        check("", None);
        check("billing,", None);
        check("Human Resources", None);
    }
}
