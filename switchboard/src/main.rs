//! Switchboard (热线中心): the whole hotline centre in one program.

mod centre;
mod driver;
mod facts;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {}
