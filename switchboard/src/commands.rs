//! The commands of the program, one file each.

pub mod apply;
pub mod customers;
pub mod export;
pub mod new_key;
pub mod serve;
#[cfg(test)]
mod tests;
pub mod work_orders;
