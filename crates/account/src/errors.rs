//! What can be wrong with an account.

olshem_model::codes! {
    /// The folder is not an account: it has no `account.toml`.
    ///
    /// Give the path of the folder that holds `account.toml`, or make one with `olshem new`.
    NOT_AN_ACCOUNT = "A001", "the folder is not an account";

    /// A file that the account names, or needs, is not there.
    ///
    /// Check the spelling of its name; paths are relative to the file that names it.
    MISSING_FILE = "A002", "a file is missing";

    /// A file could not be read or written: permissions, a full disk, a folder in its place.
    IO = "A003", "a file can't be read or written";

    /// A text file of the account holds bytes that are not UTF-8.
    ///
    /// Save it as UTF-8. Only the files of sources may be in another encoding, which `[read]` of
    /// their `source.toml` then names.
    NOT_UTF8 = "A004", "a file is not UTF-8";

    /// A file is empty, or has a header and nothing below it.
    ///
    /// An empty file is never taken for "nothing to report": fill it, or remove it.
    EMPTY_FILE = "A005", "a file is empty";

    /// The name of a file or folder is nearly, but not quite, one that an account may have.
    ///
    /// A misspelt file would be passed over without a word, and everything in it with it.
    MISSPELT_FILE = "A006", "a file has a misspelt name";

    /// A file does not follow the grammar of TOML.
    TOML = "A007", "a file is not TOML";

    /// A table has a key that means nothing there.
    ///
    /// Keys are checked because a misspelt one would otherwise be passed over without a word.
    UNKNOWN_KEY = "A008", "unknown key";

    /// A table lacks a key that it must have.
    MISSING_KEY = "A009", "a key is missing";

    /// A value is of the wrong kind: not a date, not a language, a weight outside 0 to 1, text where
    /// a number belongs.
    WRONG_VALUE = "A010", "a value is of the wrong kind";

    /// Two things of one kind have the same id.
    DUPLICATE_ID = "A011", "an id is used twice";

    /// Something is named that the account does not have: a topic, an indicator, a definition, a
    /// codelist, a component.
    UNKNOWN_NAME = "A012", "a name stands for nothing";

    /// A code is not in its codelist.
    ///
    /// Correct it, or add it to the codelist.
    UNKNOWN_CODE = "A013", "a code is not in its codelist";

    /// The codes of a codelist are parts of one another in a circle.
    CIRCULAR_CODELIST = "A014", "a codelist is circular";

    /// The columns of a CSV file of the account are not those that it should have.
    WRONG_COLUMNS = "A015", "the columns are not the right ones";

    /// The file of a source is not the one that its `source.toml` was written for.
    ///
    /// Either the file was changed by mistake: restore it. Or it is a new vintage: look at what
    /// changed, correct `retrieved`, and accept it with `olshem accept ACCOUNT SOURCE`.
    CHECKSUM = "A016", "a source file has changed";

    /// Two datasets, or a dataset and a result of the methods, have the same name; or a name is taken
    /// that has a meaning of its own (`DEFINITION`, `DEFINITION_INDUSTRY`).
    NAME_TAKEN = "A017", "a name is taken";

    /// The dataset that `[allocation]` names can't serve as an allocation key.
    ///
    /// It must have the activity as its only identifier, and a number for each.
    ALLOCATION = "A018", "the allocation key can't be used";

    /// An indicator is not a result that can be published.
    ///
    /// It must be assigned with `<-` and have one measure that is a number, or say which of its
    /// measures it means with `measure`.
    INDICATOR = "A019", "a result can't be an indicator";

    /// The condition of a claim is not a statement that is true or false.
    ///
    /// It must compare: `share < 1`, not `share`.
    CONDITION = "A020", "a condition is not true or false";

    /// The keys of `at` leave more than one observation.
    ///
    /// A claim is tested on one number. Name the identifiers that are left over.
    NOT_ONE_OBSERVATION = "A021", "more than one observation is left";

    /// The reading of a target is no series over time.
    ///
    /// The indicator must have the identifier `TIME_PERIOD`, and `at` must fix all others.
    NO_SERIES = "A022", "a target has no series";

    /// A claim without a test does not say what would settle it.
    NO_SETTLE = "A023", "nothing says what would settle the claim";

    /// A validation is not the result of a check.
    ///
    /// A result whose name begins with `check_` must have `bool_var` or `errorcode`, as `check`,
    /// `check_datapoint` and `check_hierarchy` give them.
    VALIDATION = "A024", "a validation checks nothing";

    /// No observation has that key.
    NO_OBSERVATION = "A025", "there is no such observation";

    /// The folder to be made is there already.
    EXISTS = "A026", "the folder exists";

    /// A sealed release is not as it was sealed.
    ///
    /// A release is never changed. Restore it from a copy, or remove its folder and build it again.
    RELEASE_CHANGED = "A027", "a release was changed";

    /// The boundaries that `map.toml` names can't be drawn.
    ///
    /// They have to be TopoJSON or GeoJSON in longitudes and latitudes, with a `Polygon` or a
    /// `MultiPolygon` for each region, whose rings close and whose arcs meet.
    BOUNDARIES = "A028", "boundaries can't be drawn";

    /// A region has no shape in the boundaries that `map.toml` names.
    ///
    /// Every region that has no parts of its own must have one. Say by `map` under which name the
    /// file has it; or list it in `without`, if it has none in that year.
    REGION_WITHOUT_SHAPE = "A029", "a region has no shape";

    /// A file is larger than who reads the pages should have to load.
    TOO_LARGE = "A030", "a file is too large";
}
