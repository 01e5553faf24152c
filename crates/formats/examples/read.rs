//! Reads a file of any format, in the memory of a batch where the format allows, and counts what it holds.
//! Structures that it needs are looked for beside it.
//!
//! ```text
//! cargo run --release -p olshem-formats --example read -- table.px
//! ```

use arrow::array::Array;
use olshem_formats::Content;
use olshem_formats::files::{Known, read};
use olshem_formats::message::{Description, Observations, Receiver};
use olshem_formats::metadata::Metadata;
use olshem_model::{Diagnostic, Role};
use std::io::{Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let told = match &*names {
        [input] => count(input),
        _ => Err(vec!["read INPUT".to_owned()]),
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
    let known = Known::new(Metadata::default(), Path::new(input).parent().map(Path::to_path_buf));
    let kind = read(&Content::file(input), &known, &mut counted)
        .map_err(|faults| faults.iter().map(Diagnostic::to_string).collect::<Vec<_>>())?;
    let mut lines = vec![kind.to_string()];
    for (description, rows, values) in &counted.datasets {
        let structure = description.data_structure();
        lines
            .push(format!("{}: {structure}: {rows} observations, {values} values", description.id));
    }
    Ok(lines)
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
