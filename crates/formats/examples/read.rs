//! Reads a file of any format and says what it holds; with a second name, writes it there in the format
//! that the name's ending tells.
//!
//! ```text
//! cargo run --release -p olshem-formats --example read -- table.px table.jsonstat
//! ```

use arrow::array::Array;
use olshem_formats::files::{Known, Writing, read, writer};
use olshem_formats::message::{Description, Observations, Receiver};
use olshem_formats::metadata::Metadata;
use olshem_formats::{Content, Kind};
use olshem_model::{Diagnostic, Role};
use std::fs::File;
use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let told = match &*names {
        [input] => count(input),
        [input, output] => convert(input, output),
        _ => Err(vec!["read INPUT [OUTPUT]".to_owned()]),
    };
    // There is nobody to tell that a stream is closed.
    match told {
        Ok(lines) => {
            let _ = writeln!(stdout(), "{}", lines.join("\n"));
            ExitCode::SUCCESS
        }
        Err(faults) => {
            let _ = writeln!(stderr(), "{}", faults.join("\n"));
            ExitCode::FAILURE
        }
    }
}

fn count(input: &str) -> Result<Vec<String>, Vec<String>> {
    let mut counted = Counted::default();
    let kind = read(&Content::file(input), &Known::default(), &mut counted).map_err(told)?;
    let mut lines = vec![kind.to_string()];
    for (description, rows, values) in &counted.datasets {
        let structure = description.data_structure();
        lines
            .push(format!("{}: {structure}: {rows} observations, {values} values", description.id));
    }
    Ok(lines)
}

fn convert(input: &str, output: &str) -> Result<Vec<String>, Vec<String>> {
    let one = |fault: Diagnostic| told(vec![fault]);
    let kind = Kind::of_ending(output)
        .ok_or_else(|| vec![format!("no format is known by the ending of {output}")])?;
    let file = File::create(output).map_err(|error| vec![format!("{output}: {error}")])?;
    let mut writer = writer(kind, Box::new(file), &Writing::default()).map_err(one)?;
    read(&Content::file(input), &Known::default(), &mut *writer).map_err(told)?;
    let losses = writer.finish().map_err(one)?;
    Ok(losses.into_iter().map(|loss| format!("not written: {}", loss.0)).collect())
}

fn told(faults: Vec<Diagnostic>) -> Vec<String> {
    faults.iter().map(Diagnostic::to_string).collect()
}

/// How many observations there are, and how many measures of them have a value.
#[derive(Default)]
struct Counted {
    datasets: Vec<(Description, usize, usize)>,
}

impl Receiver for Counted {
    fn metadata(&mut self, _: Metadata) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        self.datasets.push((description, 0, 0));
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let Some((description, rows, values)) = self.datasets.last_mut() else { return Ok(()) };
        *rows += observations.batch.num_rows();
        for (variable, column) in description.variables.iter().zip(observations.batch.columns()) {
            if variable.component.role == Role::Measure {
                *values += column.len() - column.null_count();
            }
        }
        Ok(())
    }
}
