//! What somebody may do, and the roles that come with the house.
//!
//! A permission is declared by the room whose act it allows, as a value that describes itself; the list of all of them
//! is the list of rooms, so no second list has to be kept in step.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that may be allowed: `recordings.play`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// Room and verb, stable for ever: it is stored with roles.
    pub key: &'static str,
    /// What it allows, for developers; users read the room's message file.
    pub doc: &'static str,
    /// The built-in roles that have it from the start.
    pub roles: &'static [BuiltIn],
}

impl Permission {
    pub const fn new(key: &'static str, doc: &'static str, roles: &'static [BuiltIn]) -> Self {
        Permission { key, doc, roles }
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)
    }
}

macro_rules! built_in_roles {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        /// The roles every centre starts with. Three administrators, none of whom can do another's part (等保三级).
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum BuiltIn {
            $($(#[$doc])* $name,)*
        }
        impl BuiltIn {
            pub const ALL: &'static [BuiltIn] = &[$(BuiltIn::$name),*];
            pub const fn key(self) -> &'static str {
                match self { $(BuiltIn::$name => $key),* }
            }
            pub fn from_key(key: &str) -> Option<BuiltIn> {
                match key { $($key => Some(BuiltIn::$name),)* _ => None }
            }
        }
    };
}

built_in_roles! {
    /// 话务员: answers.
    Agent = "agent";
    /// 小组长: leads a group of agents.
    GroupLeader = "group_leader";
    /// 值班长: runs the floor during a shift.
    ShiftLeader = "shift_leader";
    /// 主管: answers for the centre's work.
    Supervisor = "supervisor";
    /// 质检员: listens to recordings and scores them.
    QualityInspector = "quality_inspector";
    /// 培训师: teaches and examines.
    Trainer = "trainer";
    /// 责任部门: does what the hotline hands over.
    Department = "department";
    /// 现场班组: repairs, installs, inspects.
    FieldCrew = "field_crew";
    /// 经理: reads figures and decides.
    Manager = "manager";
    /// 测评员: evaluates from outside the centre.
    Evaluator = "evaluator";
    /// 系统管理员: lines, settings, health.
    SystemAdmin = "system_admin";
    /// 安全管理员: people, roles, passwords.
    SecurityAdmin = "security_admin";
    /// 审计管理员: reads the journal; changes nothing.
    AuditAdmin = "audit_admin";
}

/// The permissions somebody has, by key: sorted, so that asking is a binary search.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(Vec<Cow<'static, str>>);

impl Permissions {
    pub fn of(keys: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        let mut keys: Vec<Cow<'static, str>> = keys.into_iter().map(Into::into).collect();
        keys.sort();
        keys.dedup();
        Permissions(keys)
    }

    pub fn has(&self, permission: Permission) -> bool {
        self.0.binary_search_by(|key| key.as_ref().cmp(permission.key)).is_ok()
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAY: Permission =
        Permission::new("recordings.play", "hear a recording", &[BuiltIn::QualityInspector]);
    const WATCH: Permission = Permission::new("floor.watch", "see the live floor", &[BuiltIn::ShiftLeader]);

    #[test]
    fn somebody_has_what_was_given_and_nothing_else() {
        let has = Permissions::of(["recordings.play", "calls.read", "recordings.play"]);
        assert!(has.has(PLAY));
        assert!(!has.has(WATCH));
        assert_eq!(has.keys().collect::<Vec<_>>(), ["calls.read", "recordings.play"]);
    }

    #[test]
    fn every_built_in_role_reads_back() {
        for role in BuiltIn::ALL {
            assert_eq!(BuiltIn::from_key(role.key()), Some(*role));
        }
        assert_eq!(BuiltIn::from_key("root"), None);
    }
}
