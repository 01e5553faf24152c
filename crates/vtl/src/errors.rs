//! Every way in which a script can be wrong.
//!
//! VTL's technical notes sort errors into categories by when they are found: syntactical (1),
//! semantic (2), with groups such as 2-7, and at run time (3). All of those below are found before
//! any data are read, so none is of category 3.

olshem_model::codes! {
    /// A character, number, text or name is not one that VTL knows.
    ///
    /// Names with spaces, with letters other than A to Z, or that begin with a digit must stand in
    /// single quotes: `'Валовая добавленная стоимость'`. Text stands in double quotes.
    INVALID_TOKEN = "V001", "not a token of VTL", "1";

    /// Something else was expected at this place.
    ///
    /// The message says what. A missing `;` after the statement before is a common reason.
    SYNTAX = "V002", "not VTL syntax", "1";

    /// A keyword is used as a name.
    ///
    /// Write it in single quotes: `'points'`.
    RESERVED_WORD = "V003", "a keyword used as a name", "1";

    /// An expression has too many levels.
    ///
    /// Give parts of it names of their own with `:=`.
    TOO_DEEP = "V004", "an expression nested too deeply", "1";

    /// An operator of VTL that is not supported yet.
    ///
    /// It was read without fault but cannot be run. Express the same with other operators.
    NOT_SUPPORTED = "V005", "an operator that is not supported yet", "2";

    /// What the script asks for would not fit into memory.
    ///
    /// User-defined operators and rulesets are replaced by what they stand for, each time that they
    /// are used. Give what is used several times a name of its own with `:=`, and let one operator
    /// put fewer datasets together.
    TOO_LARGE = "V006", "a program that is too large", "2";

    /// No dataset or scalar has that name.
    ///
    /// Names are case-sensitive. What can be read are the account's datasets, the definitions'
    /// weights, and what the methods assign.
    UNKNOWN_NAME = "V010", "an unknown dataset or scalar", "2-6";

    /// The dataset has no component of that name.
    ///
    /// Names are case-sensitive. An earlier `keep`, `drop`, `rename`, `aggr` or dataset-level
    /// operator may have removed or renamed it: these drop attributes that are not viral.
    UNKNOWN_COMPONENT = "V011", "an unknown component", "2-5";

    /// No operator of that name is built in or defined.
    UNKNOWN_OPERATOR = "V012", "an unknown operator", "2-6";

    /// No ruleset of that name and kind is defined.
    UNKNOWN_RULESET = "V013", "an unknown ruleset", "2-6";

    /// A value domain can only be named if its values were given along with the data.
    ///
    /// Or give the values themselves: `in {"A", "B"}`.
    UNKNOWN_DOMAIN = "V014", "an unknown value domain or type", "2-6";

    /// Two datasets of a join have a component of that name.
    ///
    /// Say which is meant: `d1#OBS_VALUE`.
    AMBIGUOUS_COMPONENT = "V015", "a component that several datasets have", "2";

    /// No external routine of that name was given.
    ///
    /// `eval` calls routines that are given along with the script.
    ///
    /// VTL category: semantic (1).
    UNKNOWN_ROUTINE = "V016", "an unknown external routine", "2";

    /// A name is assigned to twice, or defined twice.
    ///
    /// A result has one definition. To change a dataset step by step, give each step a name.
    ASSIGNED_TWICE = "V020", "a name assigned or defined twice", "2";

    /// A result would replace an input.
    ASSIGNED_INPUT = "V021", "an input assigned to", "2";

    /// Results depend on one another in a circle, or an operator calls itself.
    CYCLE = "V022", "a circular definition", "2";

    /// Operators are applied to values of types that they do not take.
    ///
    /// An integer is taken where a number is expected; everything else needs `cast`.
    TYPE_MISMATCH = "V030", "a wrong type", "2-7";

    /// A text that stands for a time is not one.
    ///
    /// Periods are written as `2023`, `2023-Q1`, `2023-M01`, `2023-W01`; days as `2023-01-31`.
    INVALID_TIME = "V031", "not a period or date", "2-7";

    /// A code is not in the codelist of the component that it is compared with.
    UNKNOWN_CODE = "V032", "a code that is not in the codelist", "2-7";

    /// A dataset is needed where a scalar or component stands, or the other way round.
    ///
    /// Inside brackets only components and scalars can be named, never datasets.
    WRONG_KIND = "V033", "a dataset in place of a scalar, or the reverse", "2-7";

    /// An operator has too many or too few parameters.
    WRONG_ARGUMENTS = "V034", "wrong parameters", "2";

    /// A type cannot be converted into another.
    ///
    /// In particular `number` does not become `integer`: use `round`, `trunc`, `ceil` or `floor`.
    IMPOSSIBLE_CAST = "V035", "an impossible conversion", "2-7";

    /// The identifiers of one dataset are neither the same as, nor among those of the other.
    ///
    /// Drop identifiers with `sub` or an aggregation, or use a join and say which ones to match.
    IDENTIFIER_MISMATCH = "V040", "datasets whose identifiers do not fit", "2-3";

    /// Datasets that are combined have different measures.
    ///
    /// Choose a measure with `#`, or bring the names together with `rename`.
    MEASURE_MISMATCH = "V041", "datasets with different measures", "2-3";

    /// An operator whose result has another type takes datasets with a single measure only.
    ///
    /// Choose one with `#`, or calculate components with `calc`.
    NOT_MONO_MEASURE = "V042", "a dataset with more or less than one measure", "2-1";

    /// A component is in a role in which it cannot be used here.
    ///
    /// Identifiers cannot be calculated anew, kept or dropped; only identifiers can be grouped by.
    WRONG_ROLE = "V043", "a component in the wrong role", "2-4";

    /// A dataset would have two components of one name.
    DUPLICATE_COMPONENT = "V044", "a component twice", "2";

    /// Nothing but identifiers would be left.
    NOTHING_LEFT = "V045", "a dataset without measures", "2-2";

    /// A dataset needs exactly one identifier that lies in time.
    NO_TIME_IDENTIFIER = "V046", "a dataset without a time identifier", "2-1";

    /// The columns that `pivot` makes are not known.
    ///
    /// The identifier needs an enumerated domain: a codelist.
    OPEN_DOMAIN = "V047", "an identifier without a codelist", "2";

    /// An aggregate or analytic operator stands where it cannot.
    ///
    /// Aggregates of components belong into `aggr` and `having`; analytic operators into `calc` and
    /// `filter`. Neither can be nested.
    MISPLACED_AGGREGATE = "V050", "a misplaced aggregate or analytic operator", "2";

    /// The datasets of a join need names by which to tell them apart.
    JOIN_NAMES = "V060", "a join whose datasets cannot be told apart", "2";

    /// A join has nothing to match its datasets on.
    JOIN_KEYS = "V061", "a join without common identifiers", "2-3";

    /// A part of the datasets' definition cannot be used in this way in a ruleset.
    ///
    /// Rules have names either all or none, each once; codes do not depend on themselves.
    INVALID_RULESET = "V070", "a ruleset that contradicts itself", "2";

    /// `eval` can't be used in this way.
    ///
    /// It stands alone on the right of an assignment, its routine is in the language `"SQL"`, and
    /// `returns` gives the name, the role and the type of each component of the result:
    /// `A <- eval(R(B) language "SQL" returns dataset { identifier<string> C, measure<number> D });`
    INVALID_EVAL = "V080", "an external routine called in a wrong way", "2";
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_in_order_and_explained() {
        assert!(CODES.is_sorted_by(|a, b| a.id < b.id));
        assert!(CODES.iter().all(|code| ["1", "2"].iter().any(|c| code.standard.starts_with(c))));
    }
}
