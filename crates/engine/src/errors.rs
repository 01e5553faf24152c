//! What can be wrong with data that a program is run on.

use datafusion::common::DataFusionError;
use olshem_model::{Code, Diagnostic, Place};
use std::fmt;

olshem_model::codes! {
    /// A dataset or scalar that the program reads was not given.
    ///
    /// Check its name, and that the source which provides it is there.
    MISSING_INPUT = "E001", "an input is missing", "3-3";

    /// The columns of a dataset are not those of its structure.
    ///
    /// Every component is a column of its name and of the Arrow type of its scalar type.
    WRONG_COLUMNS = "E002", "the columns differ from the structure", "3-3";

    /// Two observations have the same identifiers.
    ///
    /// A dataset has at most one observation for each key. Add the identifier that tells them apart,
    /// or remove one.
    DUPLICATE_KEY = "E003", "two observations have one key", "3";

    /// An identifier is empty.
    ///
    /// Every observation needs its whole key.
    NULL_IDENTIFIER = "E004", "an identifier is empty", "3-1";

    /// An operator can't be applied to what the data have: a division by zero, a number beyond the
    /// largest that there is (about 1.8 × 10³⁰⁸), or a sum that would put a year and its quarters
    /// together.
    ///
    /// The message names the statement. Guard the operator with `if … then … else null`, filter the
    /// periods of one frequency, or correct the data.
    FAILED = "E005", "the calculation failed", "3";

    /// A number known only within bounds is used where only an exact one will do: as the condition
    /// of a filter, in an order, in a standard deviation.
    ///
    /// Which rows such a filter keeps could not be said. Calculate the truth value as a measure
    /// instead, or use the exact measures (`WEIGHT_LOW`, `WEIGHT_HIGH`).
    BOUNDS = "E006", "this can't be done with a number known only within bounds";

    /// The operator is part of VTL 2.2, but this version doesn't run it yet.
    NOT_SUPPORTED = "E007", "not supported yet";

    /// The engine contradicted itself. Please report it, with the method and the data.
    INTERNAL = "E008", "a fault of the engine", "3-4";

    /// Somebody stopped the calculation before its end.
    ///
    /// Nothing was written.
    INTERRUPTED = "E009", "interrupted";

    /// The query of an external routine can't be run, or gives something else than `returns` says.
    ///
    /// It is one query in SQL (DataFusion's), which reads the datasets that `eval` gives it under
    /// their own names, in upper and lower case, and the scalars as `$1`, `$2`, by their place among
    /// the arguments. Its columns are the components that `returns` names; `AS` gives a column its
    /// name. Functions of time and chance are not there: a routine gives the same each time.
    ROUTINE = "E010", "an external routine is wrong", "3";
}

/// What went wrong inside the engine, before it is known in which statement.
#[derive(Debug)]
pub(crate) enum EngineError {
    /// A name that nothing is bound to.
    MissingInput(String),
    /// Something the engine won't do.
    Refusal {
        /// Why.
        code: &'static Code,
        /// In words.
        message: String,
    },
    /// What DataFusion, or a function run by it, objects to.
    Execution(Box<DataFusionError>),
    /// A fault that already has its words.
    Told(Box<Diagnostic>),
}

pub(crate) type Result<T, E = EngineError> = std::result::Result<T, E>;

impl EngineError {
    pub(crate) fn refusal(code: &'static Code, message: impl Into<String>) -> Self {
        Self::Refusal { code, message: message.into() }
    }

    pub(crate) fn internal(message: &str) -> Self {
        Self::refusal(&INTERNAL, message)
    }

    /// The fault in words, for the statement that assigns `name`; an empty one is not told.
    pub(crate) fn told(self, name: &str) -> Diagnostic {
        let told = |message: String| match name {
            "" => message,
            _ => format!("`{name}`: {message}"),
        };
        let (code, message) = match self {
            Self::MissingInput(input) => (&MISSING_INPUT, format!("`{input}` was not given")),
            Self::Refusal { code, message } => (code, message),
            Self::Execution(error) => match root(&error) {
                DataFusionError::Execution(message) => (&FAILED, message.clone()),
                DataFusionError::ArrowError(error, _) => (&FAILED, error.to_string()),
                DataFusionError::NotImplemented(message) => (&NOT_SUPPORTED, message.clone()),
                other => (&INTERNAL, other.strip_backtrace()),
            },
            Self::Told(diagnostic) => {
                return Diagnostic { message: told(diagnostic.message), ..*diagnostic };
            }
        };
        Diagnostic::new(code, Place::Nowhere, told(message))
    }
}

/// An error of that kind as a result.
pub(crate) fn refuse<T>(code: &'static Code, message: impl Into<String>) -> Result<T> {
    Err(EngineError::refusal(code, message))
}

fn root(error: &DataFusionError) -> &DataFusionError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => root(inner),
        DataFusionError::Shared(inner) => root(inner),
        DataFusionError::Collection(inner) => inner.first().map_or(error, root),
        other => other,
    }
}

impl From<DataFusionError> for EngineError {
    fn from(error: DataFusionError) -> Self {
        Self::Execution(Box::new(error))
    }
}

impl From<Diagnostic> for EngineError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Told(Box::new(diagnostic))
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingInput(name) => write!(f, "`{name}` was not given"),
            Self::Refusal { message, .. } => f.write_str(message),
            Self::Execution(error) => write!(f, "{error}"),
            Self::Told(diagnostic) => write!(f, "{diagnostic}"),
        }
    }
}
