//! Has this crate compiled anew when the pages were built anew: `rust-embed` notices files that
//! change, and not files that come.

use std::path::Path;

fn main() {
    let pages = Path::new("../../web/dist");
    // Cargo takes what is not there for changed each time. A folder that can't be made costs time,
    // and no more.
    let _ = std::fs::create_dir_all(pages);
    println!("cargo::rerun-if-changed={}", pages.display());
}
