# Every message of the interface. `ru.ftl` and `kk.ftl` have the same ones, in the same order.

## Verdicts on claims

verdict-holds = holds
verdict-fails = fails
verdict-depends = depends
verdict-undecidable = undecidable
verdict-no-data = no data

# Follows a verdict: "fails under A (2.31), B".
under-definitions = under { $list }
under-all = under all { $n } definitions ({ $example })
under-others = under the { $n } other definitions ({ $example })
printed-as = { $who }; as printed: “{ $figure }”
to-settle = What would settle it: { $text }
note = Note: { $text }
kind-published = as published
kind-intention = intention
bound-below = ≥ { $bound }, upper bound not known
bound-above = ≤ { $bound }, lower bound not known

## Targets

target-met = met
target-open = open
target-missed = missed
target-at-least = at least { $value }
target-at-most = at most { $value }
target-by = Wanted: { $wanted } by { $by }
target-undated = Wanted: { $wanted }; no date was stated
target-met-in = first met in { $period }
reading-under = { $name }, under { $list }
growth-needed = growth still needed { $needed } a year
growth-so-far = growth so far { $sofar } a year
growth-needed-and-so-far = growth still needed { $needed } a year, so far { $sofar } a year
progress-ratio = { $grades } (growth so far is { $ratio } of what is required)
eurostat-on-track = significant progress
eurostat-moderate = moderate progress
eurostat-limited = insufficient progress
eurostat-none = no progress
eurostat-away = movement away
statcan-on-track = on track
statcan-moderate = progress made, but acceleration needed
statcan-limited = limited progress
statcan-none = no progress
statcan-away = deterioration

## Commitments, on the Open Government Partnership's scale

ogp-no-evidence = no evidence
ogp-not-started = not started
ogp-limited = limited
ogp-substantial = substantial
ogp-complete = complete
evidence = As of { $date }, this rests on:
evidence-none = As of { $date }; no evidence is given
provision = { $act }, version of { $version }

## The rest of a report

proposals-count = { $n ->
    [one] The register has { $n } proposal on this.
   *[other] The register has { $n } proposals on this.
}
proposal-proposed = proposed
proposal-in-bill = in a bill
proposal-adopted = adopted
proposal-rejected = rejected
proposal-not-known = what became of it is not known
indicators = Figures, for `olshem show`: { $list }
validations = Validations that found something
validation = { $id }: { $n } of { $checked } observations fail
validation-imbalance = imbalance { $imbalance }
validation-more = and { $n } more
definitions = Definitions
definition = { $name } ({ $owner }, { $version })
definition-unverified = { $n } of { $codes } codes not fully verified in the source
each-definition = `olshem explain ACCOUNT --claim ID` shows each definition's number, and where it comes from.
definition-star = * not, or only in part, read in its source: take its numbers with care.
definition-leakage = as projected, it also takes in activities that it leaves out
summary = Summary
claims-count = { $n ->
    [one] { $n } claim
   *[other] { $n } claims
}
targets-count = { $n ->
    [one] { $n } target
   *[other] { $n } targets
}
commitments-count = { $n ->
    [one] { $n } commitment
   *[other] { $n } commitments
}
count-holds = { $n ->
    [one] { $n } holds
   *[other] { $n } hold
}
count-fails = { $n ->
    [one] { $n } fails
   *[other] { $n } fail
}
count-depends = { $n ->
    [one] { $n } depends
   *[other] { $n } depend
}
count-undecidable = { $n } undecidable
count-no-data = { $n } without data
count-met = { $n } met
count-open = { $n } open
count-missed = { $n } missed

## Lineage

lineage-test = Test
lineage-condition = tested: { $condition }
lineage-method = calculated in { $place }
lineage-source = from “{ $title }”, { $publisher } (source { $id })
lineage-address = { $address }; retrieved { $retrieved }, vintage { $vintage }; licence: { $licence }
lineage-definition = definition { $id }, “{ $name }” ({ $owner }, { $version })
lineage-published = published: { $published }; written in { $classification }
lineage-above = { $what } (shown above)
lineage-more = and { $n } more
lineage-cell = sheet “{ $sheet }”, cell { $cell }: “{ $text }”
lineage-column = line { $line }, column “{ $column }”: “{ $text }”
lineage-line = line { $line }: “{ $text }”
lineage-definition-line = line { $line }: { $text }
lineage-weight = weight { $weight }
lineage-read-part = partly verified in the source
lineage-recalled = written from memory, not verified

## Files

file-sender = sent by { $text }
file-prepared = prepared { $text }
file-name = { $text }
file-structures = Structures
file-artefact = artefact
file-items = items
file-called = called
file-dimension = dimension
file-time-dimension = time dimension
file-measure-dimension = measure dimension
file-measure = measure
file-attribute = attribute
file-group = group
file-more = and { $n } more
file-dataset = Data set { $id }
file-observations = { $n ->
    [one] { $n } observation
   *[other] { $n } observations
}
file-structure = structure: { $text }
file-source = source: { $text }
file-updated = last changed: { $text }
file-component = component
file-role = role
file-type = type
file-present = present
file-different = different
file-coverage = Coverage: { $from } to { $to }
file-period = { $periods }: { $n }
file-periods = { $periods }: { $n } each
file-unknown = not in the codelist: { $list }
file-notes = Notes
file-first = First observations
source-added = Read the new source.toml over: title, publisher, address, licence, and what its datasets are called. Then `olshem source verify { $account }`.
source-verdict = verdict
source-well = well
source-faults = { $n ->
    [one] { $n } fault
   *[other] { $n } faults
}
source-id = source
source-datasets = datasets
source-observations = observations
source-checksum = sha256
file-sheet = Sheet “{ $name }”
file-rows = { $n ->
    [one] { $n } row with something in it
   *[other] { $n } rows with something in them
}
file-table = Table { $range }, headings in row { $header }
file-bare-table = Table { $range }, without headings
file-labels = labels
file-codes = codes
file-periods-held = periods
file-numbers = numbers
source-left-out = Not proposed, since they are not regular enough:
structures-beside = The structures are in { $path }.
lost = { $format } could not hold:

## Dates

month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
month-of-day = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
date-month = { $month } { $year }
date-day = { $day } { $month } { $year }

## Faults

fault = error { $code } ({ $category }): { $message }
hint = hint: { $text }
hint-codes = `olshem errors` lists all codes
place-column = { $place }, column “{ $column }”
place-cell = { $file }, sheet “{ $sheet }”, cell { $cell }
faults-count = { $n ->
    [one] { $n } error; `olshem errors CODE` explains it
   *[other] { $n } errors; `olshem errors CODE` explains each
}
category-command = command
category-account = account
category-files = file
category-methods = method
category-calculation = calculation

## Commands

table-value = value
table-bounds = bounds
published-method = Method: { $text }
table-empty = No observation has these values.
release-new = A new release, written to { $path }
release-known = Nothing has changed: this release was already at { $path }
account-made = Made { $path }. To check it:
source-accepted = Accepted the file of { $source }. To see what it changes:
site-written = { $n } documents, written to { $path }
vtl-persistent = { $name } (persistent)
vtl-temporary = { $name } (temporary)
vtl-scalar = a scalar of type { $type }
vtl-component = component
vtl-role = role
vtl-type = type
vtl-null = null
vtl-nothing-kept = No result is persistent. Assign with `<-`, or give `--all`.
vtl-planned-into = planned into the statement that reads it
vtl-progress = { $statement }: { $rows } rows, { $rate } a second, { $memory } MiB
vtl-would-change = `olshem vtl fmt` would change these.

## The prompt of `olshem vtl repl`

repl-welcome = VTL 2.2. Statements and expressions end with `;`. `:help` lists the commands, Ctrl-D ends.
repl-intro = A statement or an expression may span lines; it ends with `;` and is run at once. Results and definitions stay known, and a name may be given anew. Tab completes names and operators, Ctrl-C abandons what is typed, Ctrl-D ends. The beginning of a command will do.
repl-help = this list
repl-list = everything that is known: inputs, results, definitions
repl-structure = the components of a dataset, or the type of a scalar
repl-explain = how a statement or an expression would be run
repl-quit = end
repl-defined = Defined; it is checked wherever it is used.
repl-more = … and { $n } more
repl-input = input
repl-result = result
repl-nothing = Nothing is known yet.
repl-name = name
repl-kind = kind
repl-components = components
