//! Every way in which a script can be wrong.
//!
//! The standard sorts errors into categories by when they are found: lexical and syntactical
//! (numbers that begin with 0), semantic (1) and at run time (2). All of those below are found
//! before any data are read, so none is of category 2.

olshem_model::codes! {
    /// A character, number, text or name is not one that VTL knows.
    ///
    /// Names with spaces, with letters other than A to Z, or that begin with a digit must stand in
    /// single quotes: `'Валовая добавленная стоимость'`. Text stands in double quotes.
    ///
    /// VTL category: lexical (0).
    INVALID_TOKEN = "V001", "not a token of VTL";

    /// Something else was expected at this place.
    ///
    /// The message says what. A missing `;` after the statement before is a common reason.
    ///
    /// VTL category: syntactical (0).
    SYNTAX = "V002", "not VTL syntax";

    /// A keyword is used as a name.
    ///
    /// Write it in single quotes: `'points'`.
    ///
    /// VTL category: syntactical (0).
    RESERVED_WORD = "V003", "a keyword used as a name";

    /// An expression has too many levels.
    ///
    /// Give parts of it names of their own with `:=`.
    ///
    /// VTL category: syntactical (0).
    TOO_DEEP = "V004", "an expression nested too deeply";

    /// An operator of VTL that is not supported yet.
    ///
    /// It was read without fault but cannot be run. Express the same with other operators.
    ///
    /// VTL category: semantic (1).
    NOT_SUPPORTED = "V005", "an operator that is not supported yet";

    /// What the script asks for would not fit into memory.
    ///
    /// User-defined operators and rulesets are replaced by what they stand for, each time that they
    /// are used. Give what is used several times a name of its own with `:=`, and let one operator
    /// put fewer datasets together.
    ///
    /// VTL category: semantic (1).
    TOO_LARGE = "V006", "a program that is too large";

    /// No dataset or scalar has that name.
    ///
    /// Names are case-sensitive. What can be read are the account's datasets, the definitions'
    /// weights, and what the methods assign.
    ///
    /// VTL category: semantic (1).
    UNKNOWN_NAME = "V010", "an unknown dataset or scalar";

    /// The dataset has no component of that name.
    ///
    /// Names are case-sensitive. An earlier `keep`, `drop`, `rename`, `aggr` or dataset-level
    /// operator may have removed or renamed it: these drop attributes that are not viral.
    ///
    /// VTL category: semantic (1).
    UNKNOWN_COMPONENT = "V011", "an unknown component";

    /// No operator of that name is built in or defined.
    ///
    /// VTL category: semantic (1).
    UNKNOWN_OPERATOR = "V012", "an unknown operator";

    /// No ruleset of that name and kind is defined.
    ///
    /// VTL category: semantic (1).
    UNKNOWN_RULESET = "V013", "an unknown ruleset";

    /// A value domain can only be named if its values were given along with the data.
    ///
    /// Or give the values themselves: `in {"A", "B"}`.
    ///
    /// VTL category: semantic (1).
    UNKNOWN_DOMAIN = "V014", "an unknown value domain or type";

    /// Two datasets of a join have a component of that name.
    ///
    /// Say which is meant: `d1#OBS_VALUE`.
    ///
    /// VTL category: semantic (1).
    AMBIGUOUS_COMPONENT = "V015", "a component that several datasets have";

    /// A name is assigned to twice, or defined twice.
    ///
    /// A result has one definition. To change a dataset step by step, give each step a name.
    ///
    /// VTL category: semantic (1).
    ASSIGNED_TWICE = "V020", "a name assigned or defined twice";

    /// A result would replace an input.
    ///
    /// VTL category: semantic (1).
    ASSIGNED_INPUT = "V021", "an input assigned to";

    /// Results depend on one another in a circle, or an operator calls itself.
    ///
    /// VTL category: semantic (1).
    CYCLE = "V022", "a circular definition";

    /// Operators are applied to values of types that they do not take.
    ///
    /// An integer is taken where a number is expected; everything else needs `cast`.
    ///
    /// VTL category: semantic (1).
    TYPE_MISMATCH = "V030", "a wrong type";

    /// A text that stands for a time is not one.
    ///
    /// Periods are written as `2023`, `2023-Q1`, `2023-M01`, `2023-W01`; days as `2023-01-31`.
    ///
    /// VTL category: semantic (1).
    INVALID_TIME = "V031", "not a period or date";

    /// A code is not in the codelist of the component that it is compared with.
    ///
    /// VTL category: semantic (1).
    UNKNOWN_CODE = "V032", "a code that is not in the codelist";

    /// A dataset is needed where a scalar or component stands, or the other way round.
    ///
    /// Inside brackets only components and scalars can be named, never datasets.
    ///
    /// VTL category: semantic (1).
    WRONG_KIND = "V033", "a dataset in place of a scalar, or the reverse";

    /// An operator has too many or too few parameters.
    ///
    /// VTL category: semantic (1).
    WRONG_ARGUMENTS = "V034", "wrong parameters";

    /// A type cannot be converted into another.
    ///
    /// In particular `number` does not become `integer`: use `round`, `trunc`, `ceil` or `floor`.
    ///
    /// VTL category: semantic (1).
    IMPOSSIBLE_CAST = "V035", "an impossible conversion";

    /// The identifiers of one dataset are neither the same as, nor among those of the other.
    ///
    /// Drop identifiers with `sub` or an aggregation, or use a join and say which ones to match.
    ///
    /// VTL category: semantic (1).
    IDENTIFIER_MISMATCH = "V040", "datasets whose identifiers do not fit";

    /// Datasets that are combined have different measures.
    ///
    /// Choose a measure with `#`, or bring the names together with `rename`.
    ///
    /// VTL category: semantic (1).
    MEASURE_MISMATCH = "V041", "datasets with different measures";

    /// An operator whose result has another type takes datasets with a single measure only.
    ///
    /// Choose one with `#`, or calculate components with `calc`.
    ///
    /// VTL category: semantic (1).
    NOT_MONO_MEASURE = "V042", "a dataset with more or less than one measure";

    /// A component is in a role in which it cannot be used here.
    ///
    /// Identifiers cannot be calculated anew, kept or dropped; only identifiers can be grouped by.
    ///
    /// VTL category: semantic (1).
    WRONG_ROLE = "V043", "a component in the wrong role";

    /// A dataset would have two components of one name.
    ///
    /// VTL category: semantic (1).
    DUPLICATE_COMPONENT = "V044", "a component twice";

    /// Nothing but identifiers would be left.
    ///
    /// VTL category: semantic (1).
    NOTHING_LEFT = "V045", "a dataset without measures";

    /// A dataset needs exactly one identifier that lies in time.
    ///
    /// VTL category: semantic (1).
    NO_TIME_IDENTIFIER = "V046", "a dataset without a time identifier";

    /// The columns that `pivot` makes are not known.
    ///
    /// The identifier needs an enumerated domain: a codelist.
    ///
    /// VTL category: semantic (1).
    OPEN_DOMAIN = "V047", "an identifier without a codelist";

    /// An aggregate or analytic operator stands where it cannot.
    ///
    /// Aggregates of components belong into `aggr` and `having`; analytic operators into `calc` and
    /// `filter`. Neither can be nested.
    ///
    /// VTL category: semantic (1).
    MISPLACED_AGGREGATE = "V050", "a misplaced aggregate or analytic operator";

    /// The datasets of a join need names by which to tell them apart.
    ///
    /// VTL category: semantic (1).
    JOIN_NAMES = "V060", "a join whose datasets cannot be told apart";

    /// A join has nothing to match its datasets on.
    ///
    /// VTL category: semantic (1).
    JOIN_KEYS = "V061", "a join without common identifiers";

    /// A part of the datasets' definition cannot be used in this way in a ruleset.
    ///
    /// Rules have names either all or none, each once; codes do not depend on themselves.
    ///
    /// VTL category: semantic (1).
    INVALID_RULESET = "V070", "a ruleset that contradicts itself";
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_in_order_and_explained() {
        assert!(CODES.is_sorted_by(|a, b| a.id < b.id));
        assert!(CODES.iter().all(|code| code.explanation.contains("VTL category")));
    }
}
