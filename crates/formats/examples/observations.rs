//! Counts the observations of a statistical file as they are read, in the memory of a batch.
//!
//! ```text
//! cargo run --release -p olshem-formats --example observations -- data.xml structure.xml
//! ```

#![allow(clippy::print_stdout)]

use olshem_formats::files::{Known, collect, read};
use olshem_formats::message::{Description, Observations, Receiver};
use olshem_formats::metadata::Metadata;
use olshem_formats::{Content, Kind};
use olshem_model::Diagnostic;
use std::time::Instant;

#[derive(Default)]
struct Counting {
    datasets: Vec<(String, usize)>,
}

impl Receiver for Counting {
    fn metadata(&mut self, _: Metadata) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        self.datasets.push((description.id, 0));
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        if let Some((_, count)) = self.datasets.last_mut() {
            *count += observations.batch.num_rows();
        }
        Ok(())
    }
}

fn run(data: &str, structure: Option<&String>) -> Result<(Kind, Counting), Vec<Diagnostic>> {
    let given = match structure {
        Some(file) => collect(&Content::file(file), &Known::default())?.1.metadata,
        None => Metadata::default(),
    };
    let mut counting = Counting::default();
    let kind = read(&Content::file(data), &Known::new(given, None), &mut counting)?;
    Ok((kind, counting))
}

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let Some(data) = files.first() else {
        println!("usage: observations DATA [STRUCTURE]");
        return;
    };
    let start = Instant::now();
    match run(data, files.get(1)) {
        Ok((kind, counting)) => {
            for (name, count) in &counting.datasets {
                println!("{name}: {count} observations");
            }
            println!("{kind} in {:.3} s", start.elapsed().as_secs_f64());
        }
        Err(faults) => faults.iter().for_each(|fault| println!("{fault}")),
    }
}
