//! What can be wrong with a file as published, or with the account of how to read it.

olshem_model::codes! {
    /// The file holds nothing.
    ///
    /// Fetch it again: most often a download broke off.
    EMPTY_FILE = "F001", "the file is empty";

    /// The file is not text in the encoding that `[read]` states (UTF-8 where it states none).
    ///
    /// Older files from Kazakhstan and Russia are often in `encoding = "windows-1251"`; a file saved
    /// as "Unicode text" is in `encoding = "utf-16le"`.
    WRONG_ENCODING = "F002", "the file is not in its encoding";

    /// A quotation mark that opens a field of a delimited file is never closed, or is closed before
    /// the field ends.
    ///
    /// All that follows could silently become part of one field. Within a quoted field, a quotation
    /// mark is written twice.
    BROKEN_QUOTES = "F003", "quotation marks don't pair up";

    /// A row has more or fewer fields than the row of headings.
    ///
    /// Most often a field that contains the delimiter isn't quoted, so that all fields after it are
    /// under the wrong heading. Such a row can't be guessed: correct the file and say so in the
    /// source's `note`.
    RAGGED_ROW = "F004", "a row has the wrong number of fields";

    /// No observation is left to read.
    ///
    /// The file may consist of headings only, or `rows`, `where` and `columns` leave nothing of it.
    /// A source that yields nothing is never what was meant.
    NO_OBSERVATIONS = "F005", "there is nothing to read";

    /// No column has the heading that the dataset names.
    ///
    /// Check its spelling and that `header` names the row of headings. In a workbook, a column may
    /// also be named by its letter.
    MISSING_COLUMN = "F006", "a column is missing";

    /// Several columns have the heading that the dataset names.
    ///
    /// Under headings of several rows, a column may be named by all of them: `"2014 / estimate"`. In
    /// a workbook, it may be named by its letter.
    AMBIGUOUS_COLUMN = "F007", "several columns have this heading";

    /// A cell that should hold a number holds something else.
    ///
    /// If it stands for a missing value, list it in `missing` of `[read]`. State `decimal` and
    /// `thousands` if the file does not write numbers as `1234.5` or `1 234.5`; footnote marks need
    /// `footnotes = true`.
    NOT_A_NUMBER = "F008", "a cell is not a number";

    /// A cell does not hold what its component's type asks for.
    ///
    /// Periods are written `2023`, `2023-S1`, `2023-Q1`, `2023-M01`, `2023-W01` or `2023-01-15`,
    /// durations `D`, `W`, `M`, `Q`, `S` or `A`. Other spellings need `pattern` and `map`; footnote
    /// marks need `footnotes = true`.
    NOT_OF_TYPE = "F009", "a cell is not of its type";

    /// A cell is neither a code of the component's codelist, nor a label, nor an alias.
    ///
    /// Add the spelling to the `aliases` of the code that is meant, or map it with `map`.
    UNKNOWN_CODE = "F010", "a code is not in the codelist";

    /// A cell does not match the component's `pattern`.
    ///
    /// Widen the pattern, or leave such rows out with `where`.
    PATTERN_UNMATCHED = "F011", "a cell does not match the pattern";

    /// A cell from which an identifier is read is empty.
    ///
    /// Leave rows without observations out with `rows` or `where`. Where a label stands only in the
    /// first of the rows to which it applies, use `fill = true`.
    EMPTY_IDENTIFIER = "F012", "an identifier is empty";

    /// Two observations have the same identifiers.
    ///
    /// A dataset has at most one observation for each key. Add the identifier that tells them apart,
    /// or leave one of them out with `where` or `rows`. Only between several sheets does the later
    /// observation replace the earlier.
    DUPLICATE_OBSERVATION = "F013", "two observations have one key";

    /// A figure as printed can't be understood.
    ///
    /// It needs a number in digits, which may have a scale word and words for its bounds:
    /// `over 143.6 thousand`.
    UNREADABLE_FIGURE = "F014", "a printed figure can't be read";

    /// The value and the figure as printed are not the same number.
    ///
    /// One of the two columns is wrong, or `bounds` names the wrong column.
    FIGURE_DIFFERS = "F015", "the value is not the figure as printed";

    /// The workbook can't be opened, or one of its sheets can't be read.
    ///
    /// Fetch it again; if it opens in a spreadsheet program, save it from there as `.xlsx`.
    DAMAGED_WORKBOOK = "F016", "the workbook can't be read";

    /// The workbook has no sheet of that name.
    ///
    /// Names that change with each edition can be given with a wildcard: `sheet = "2010-*"`.
    MISSING_SHEET = "F017", "a sheet is missing";

    /// `[read]` and `[[dataset]]` do not fit together.
    WRONG_READING = "F018", "the source can't be read in this way";

    /// A component names a codelist that the account does not have.
    MISSING_CODELIST = "F019", "a codelist is missing";

    /// A break in a series is declared at observations that do not exist.
    ///
    /// `at` takes codes and periods as they are in the dataset, not as the file spells them.
    EMPTY_BREAK = "F020", "a break marks no observation";

    /// A Parquet file can't be written or read, or does not hold a dataset of ours.
    UNREADABLE_PARQUET = "F021", "a Parquet file can't be read";

    /// A file has a column that the dataset's structure does not name.
    ///
    /// Check its spelling, in upper and lower case too; else add the component to the structure, or
    /// take the column out of the file.
    UNEXPECTED_COLUMN = "F022", "a column that the structure does not have";

    /// The file does not describe data structures in the JSON of VTL's technical notes.
    ///
    /// It has `datasets`, each with a `name` and its `structure`, and `structures`, each with a `name`
    /// and `components`: these have a `name`, a `role` (Identifier, Measure, Attribute, Viral
    /// Attribute), a `data_type` (Integer, Number, Boolean, String, Time_Period, Date, Time,
    /// Duration) and `nullable`.
    WRONG_STRUCTURES = "F023", "not a description of data structures";

    /// The operating system gives an error when the file is read.
    ///
    /// The message is the system's own: the file was removed while it was read, or is not allowed to
    /// be read.
    UNREADABLE_FILE = "F024", "a file can't be read";

    /// A compressed file or a ZIP archive can't be unpacked, or does not have exactly one file in it.
    ///
    /// Fetch it again: most often a download broke off. Of an archive with several files, unpack the
    /// one that is meant.
    DAMAGED_ARCHIVE = "F025", "a compressed file can't be unpacked";

    /// The contents are larger than is allowed.
    ///
    /// A small compressed file can hold terabytes of nothing. Of a file that really is so large, take a
    /// part, or another format that is read as a stream (SDMX-ML, SDMX-CSV).
    TOO_LARGE = "F026", "the contents are too large";

    /// Neither the ending of the file's name nor its first bytes tell a format that is known.
    ///
    /// Read are CSV and TSV, SDMX-CSV, SDMX-ML, SDMX-JSON, PC-Axis, JSON-stat, workbooks, Parquet and
    /// Arrow files, all of these also compressed.
    UNKNOWN_FORMAT = "F027", "the format is not known";

    /// The text is not XML, or uses what is refused: a document type with entities, elements nested
    /// too deeply.
    ///
    /// Entities can multiply to billions of characters or read other files, and no statistical message
    /// needs them.
    BROKEN_XML = "F028", "the XML can't be read";

    /// The text is not JSON, or is nested too deeply.
    BROKEN_JSON = "F029", "the JSON can't be read";

    /// It is XML or JSON, but not a message of SDMX or a data set of JSON-stat that is understood.
    ///
    /// SDMX-ML is read in versions 2.0 (structures and generic data), 2.1 and 3.0, SDMX-JSON in 1.0 and
    /// 2.0, JSON-stat in 2.0. Queries and registry requests hold no data.
    WRONG_MESSAGE = "F030", "not a message that is understood";

    /// A message's data can't be understood without the structure that it refers to.
    ///
    /// In structure-specific data nothing tells a dimension from an attribute. Put the structure
    /// message beside the file, or name it with `--structure`.
    MISSING_STRUCTURE = "F031", "the data structure is missing";

    /// An observation has a component that its structure does not have, or lacks one that it has to
    /// have.
    WRONG_COMPONENT = "F032", "the data do not follow their structure";

    /// A PC-Axis file breaks the rules of its syntax, or its keywords contradict one another.
    ///
    /// A statement is `KEYWORD[language](\"variable\",\"value\")=value;`. A file must have `STUB` or
    /// `HEADING`, `VALUES` of each variable, and as many cells in `DATA` as these multiply to.
    BROKEN_PX = "F033", "the PC-Axis file can't be read";

    /// A JSON-stat data set's parts contradict one another.
    ///
    /// `size` has a number for each dimension in `id`; `value` has as many values as these multiply
    /// to, or is an object with positions below that.
    BROKEN_JSON_STAT = "F034", "the JSON-stat data set contradicts itself";

    /// Data can't be written in a format.
    ///
    /// The format can't hold what is essential: a data set without dimensions as PC-Axis, say, or a
    /// cube with more cells than a spreadsheet has rows.
    UNWRITABLE = "F035", "the data can't be written in this format";

    /// A workbook holds cells, and nothing in it says which of them are data.
    ///
    /// `olshem inspect` shows the tables that are found in it, and `olshem source add` proposes a
    /// `source.toml` that declares how they are read. A workbook that Ölshem wrote says itself what it
    /// holds, in its sheet `structure`.
    UNDECLARED = "F052", "a workbook needs a declaration";
}
