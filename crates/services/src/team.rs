//! The team of a tenant: members, invitations and roles. Nobody gives what they lack, nobody touches who may do more
//! than they, and the last owner stays.

mod invitations;
mod join;
mod members;
mod roles;

pub use invitations::{CreatedInvitation, InvitationMail, InvitationView, InvitePerson, RoleRef};
pub use join::{AcceptInvitation, Accepted, OpenInvitation};
pub use members::{ChangeMember, MemberView};
pub use roles::{RoleDraft, RoleView};

use domain::{Error, ErrorKind, Result, permission::Permission};
use store::TenantScope;

/// The first permission among these that the scope lacks. Names of another version give nothing here.
fn lacking(scope: &TenantScope, names: &[String]) -> Option<Permission> {
    names
        .iter()
        .filter_map(|name| name.parse().ok())
        .find(|permission| !scope.permissions().contains(permission))
}

/// Refuses to act on a role that may do more than the one who acts.
fn require_all(scope: &TenantScope, names: &[String]) -> Result<()> {
    match lacking(scope, names) {
        Some(permission) => scope.require(permission),
        None => Ok(()),
    }
}

/// Refuses to give a role that may do more than the one who gives it.
fn require_givable(scope: &TenantScope, field: &str, names: &[String]) -> Result<()> {
    match lacking(scope, names) {
        Some(permission) => Err(Error::invalid(
            field,
            format!("This role has `{permission}`, which you do not have yourself. Choose another role."),
        )),
        None => Ok(()),
    }
}

/// A link of ours that does not work, or no longer: the same words for each reason.
pub(crate) fn link_not_valid() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "link-not-valid",
        "This link was used already, was withdrawn, or is too old. Ask for a new one.",
    )
}
