# Every message of the web pages. `pages.ru.ftl` and `pages.kk.ftl` have the same ones, in the same order.

## Sections

page-menu = Sections
page-languages = Languages
page-skip = To the content
page-claims = Claims
page-targets = Targets
page-indicators = Indicators
page-map = Map
page-regions = Regions
page-industries = Industries
page-definitions = Definitions
page-compare = Compare two definitions
page-commitments = Commitments
page-proposals = Proposals
page-sources = Sources
page-releases = Releases
page-search = Search
page-api = Data for programs (API)
page-made-with = Made with Ölshem: every number leads back to the file that it came from.

## What pages are about, in one sentence

page-lead = What was claimed, what the data say, and how far each target is.
page-summary = { $name }: what was claimed, what the data say, and how far each target is.
page-claims-summary = Every claim, who made it, and what the data say about it.
page-indicators-summary = Every indicator, with its observations to see and to take away.
page-regions-summary = What is known of each region: shares, ranks, quotients and growth.
page-industries-summary = What is known of each industry, and which activities definitions count into it.
page-definitions-summary = Which activities count as creative, by whose word, and what each definition does to the headline.
page-compare-hint = How many of the finest activities each two definitions share.
page-targets-summary = Every target and commitment, and how far it is.
page-proposals-summary = The register of proposals to change laws, by topic, act and article.
page-sources-summary = Every source, with its publisher, licence, vintage and checksum.
page-releases-summary = What was sealed when, and what changed between two releases.
page-search-hint = Looks for claims, indicators, targets, definitions, regions, activities and sources.
page-boundaries = Boundaries
page-map-hint = Indicators with figures by region:

## What stands on pages

page-verdict = Verdict
page-claim = Claim
page-claims-count = { $n ->
    [one] { $n } claim
   *[other] { $n } claims
}
page-who = Who and when
page-where-said = where it can be read
page-printed = As printed
page-tested = Tested
page-any-definition = under any definition
page-settle = What would settle it
page-method = Method
page-lineage = Where the numbers come from
page-lineage-open = The whole way back to the cells of the source files
page-shown-above = Shown above.
page-indicator = Indicator
page-unit = Unit
page-coverage = Periods
page-value = Value
page-low = Lower bound
page-high = Upper bound
page-observations = Observations
page-under = Shown under
page-more-in-files = There is more than is shown here; the files to take away have all of it.
page-take = Take it away
page-whole-country = Whole country
page-code = Code
page-codes = Codes
page-weight = Weight
page-original-code = Original code
page-verified = Verified
page-read = read in the source
page-owner = Whose
page-published = Published
page-classification = Written in
page-reading = Reading
page-latest = Latest
page-growth-so-far = Growth so far, a year
page-growth-needed = Growth needed, a year
page-trend = Met
page-on-trend = On trend it is met in { $year }.
page-percent = { $n } %
page-proposal = Proposal
page-provision = Provision
proposal-provision-not-known = not known
page-status = Status
page-by = Proposed by
page-overlaps = Overlaps with
page-remark = Note
page-comparison = Comparative table
page-number = No.
page-current = Current text
page-proposed = Proposed text
page-reason = Reason
page-not-given = not given
page-source = Source
page-publisher = Publisher
page-address = Address
page-means-holds = the data bear it out
page-means-fails = the data contradict it
page-means-depends = it depends on the definition, or on how it is read
page-means-undecidable = the data are too coarse to tell
page-means-no-data = no published data answer it
page-not-stated = not stated
page-licence = Licence
page-retrieved = Retrieved
page-vintage = Vintage
page-file = File
page-release = Release
page-sealed = Sealed
page-changes = Changed since the one before
page-moved = verdict moved
page-no-releases = Nothing was sealed yet.
page-search-for = Search for

## Dimensions

dimension-area = Area
dimension-period = Period
dimension-definition = Definition
dimension-industry = Industry
dimension-activity = Activity
dimension-statement = Statement
dimension-item = Item
dimension-variable = Variable
dimension-transaction = Transaction
dimension-kind = Kind
dimension-base = Base year
dimension-flow = Flow

## What is shown in place of a page

fault-not-found = There is no such page
fault-request = The request can't be understood
fault-method = Pages can only be read
fault-too-large = The request is too large
fault-too-slow = It takes too long
fault-busy = The server is busy; try again in a moment
fault-hint = The address may be misspelt, or the page may have moved.
status-stale = The account was edited and has faults now; what is shown is from before.
