//! Enums that are one word each: in JSON, in a column and in a query.

/// `words! { /// 用户类别. Class { Residential = "residential", Commercial = "commercial" } }` is an enum with `ALL`, `as_str`
/// and `of`. Who uses it has `serde` and `utoipa`. Each word is its variant's name in snake case.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $case:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$of])* $case),* }

        #[allow(dead_code, reason = "not every enum is read back, or listed")]
        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$case),*];
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$case => $word),* }
            }
            pub fn of(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$case),)* _ => None }
            }
        }
    };
}
