//! Takes the built pages into the program. A clean checkout has none yet; then a page stands in that says how to make
//! them, so that everything compiles and is tested without Node.

use std::path::Path;

const DIST: &str = "../web/dist";
const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>Switchboard</title>\
    <p>The pages are not built yet: run <code>make run</code>, or <code>npm ci &amp;&amp; npm run build</code> in web/.</p>\n";

fn main() {
    let index = Path::new(DIST).join("index.html");
    if !index.exists()
        && let Err(error) = std::fs::create_dir_all(DIST).and_then(|()| std::fs::write(&index, NOT_BUILT))
    {
        println!("cargo::warning=no page could be written to {DIST}: {error}");
    }
    println!("cargo::rerun-if-changed={DIST}");
    memory_serve::load_directory(DIST);
}
