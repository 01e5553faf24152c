// A claim: its charts, with the claimed value drawn on them, and its lineage as a tree down to the source's cells.
import { render } from "preact";
import { useState } from "preact/hooks";
import type { Bar, Chart } from "../charts/draw.ts";
import { ChartFigure } from "../charts/figure.tsx";
import { claimedLevel, points } from "../charts/series.ts";
import { definitionSwitch } from "../definition.tsx";
import type { Account, ClaimDocument, ClaimLineage } from "../documents.ts";
import { period } from "../format.ts";
import { LineageTree } from "../lineage.tsx";
import { api, own, read, slot, text } from "../site.ts";
import { verdictText } from "../verdicts.ts";
import { word } from "../words/index.ts";

type Test = ClaimDocument["tests"][number];

export async function enhance(): Promise<void> {
  const [claim, account] = await Promise.all([own<ClaimDocument>(), api<Account>("account")]);
  const name = (id: string) => text(account.definitions.find((each) => each.id === id)?.name) || id;
  const place = slot("chart");
  place.replaceChildren();
  const draw = (definition: string) =>
    render(
      <Charts claim={claim} definition={definition} fallback={account.default_definition} name={name} />,
      place,
    );
  const offered = Object.keys(claim.under);
  if (offered.length > 1) {
    await definitionSwitch((definition) => {
      draw(definition);
      const under = claim.under[definition];
      return under ? word("claim.under", { verdict: verdictText(under), definition: name(definition) }) : "";
    }, offered);
  } else {
    draw("");
  }
  if (claim.tests.length > 0) {
    const lineage = slot("lineage");
    // What the server wrote there leads to the page that needs no script; the tree takes its place.
    lineage.replaceChildren();
    render(<ClaimTree address={claim.lineage} />, lineage);
  }
}

interface ChartsProps {
  claim: ClaimDocument;
  definition: string;
  fallback: string | null;
  name: (id: string) => string;
}

function Charts({ claim, definition, fallback, name }: ChartsProps) {
  return (
    <>
      {grouped(claim.tests).map((tests) => (
        <Answers key={tests[0]?.indicator} tests={tests} {...{ definition, fallback, name }} />
      ))}
    </>
  );
}

/** Tests that may stand on one scale: of one indicator, against one value. */
function grouped(tests: Test[]): Test[][] {
  const groups = new Map<string, Test[]>();
  for (const test of tests) {
    const key = JSON.stringify([test.indicator, test.unit, test.claimed]);
    groups.set(key, [...(groups.get(key) ?? []), test]);
  }
  return [...groups.values()];
}

function Answers({ tests, definition, fallback, name }: { tests: Test[] } & Omit<ChartsProps, "claim">) {
  const [first] = tests;
  if (!first) return null;
  const { decimals } = first;
  const unit = text(first.unit);
  const references = claimedLevel(first.claimed, decimals);
  const bars: Bar[] = tests.flatMap((test) =>
    test.answers.flatMap(({ definition: under, figure }, index) =>
      figure
        ? [
            {
              id: `${text(test.label)} ${under ?? index}`,
              label: under ? (tests.length > 1 ? `${name(under)}: ${text(test.label)}` : name(under)) : text(test.label),
              strong: under !== null && under === definition,
              value: figure.value,
              low: figure.low,
              high: figure.high,
            },
          ]
        : [],
    ),
  );
  const lines: Chart[] = [];
  const shown = tests.flatMap((test) => {
    const several = test.series.length > 1;
    const chosen = several
      ? test.series.filter((series) => series.definition === (definition || fallback))
      : test.series;
    return (chosen.length ? chosen : test.series.slice(0, 1)).map((series) => ({
      id: `${text(test.label)} ${series.definition ?? ""}`,
      label: series.definition ? `${name(series.definition)}` : text(test.label),
      points: points(series),
    }));
  });
  const long = shown.filter((series) => series.points.length > 2);
  if (long.length > 0) lines.push({ kind: "lines", series: long, references, decimals, unit });
  const title = text(first.title);
  const at = first.at.TIME_PERIOD;
  const ranged: Chart = { kind: "bars", bars: bars.sort(byHeight), references, decimals, unit };
  return (
    <>
      {bars.length > 0 && bars.length <= 60 && (
        <ChartFigure
          title={at && tests.length === 1 ? `${title}, ${period(at)}` : title}
          chart={ranged}
          file={first.indicator}
          caption={bars.some((bar) => bar.value === null) ? word("chart.bounds-only") : ""}
        />
      )}
      {lines.map((chart) => (
        <ChartFigure
          key="time"
          title={`${title}: ${chart.kind === "lines" && chart.series.length === 1 ? chart.series[0]?.label : word("chart.over-time")}`}
          chart={chart}
          file={`${first.indicator}-time`}
        />
      ))}
    </>
  );
}

const byHeight = (a: Bar, b: Bar) => (a.high ?? a.value ?? 0) - (b.high ?? b.value ?? 0);

/** Read when it is opened: a claim's lineage may be larger than all else on its page. */
function ClaimTree({ address }: { address: string }) {
  const [lineage, setLineage] = useState<ClaimLineage>();
  const [failed, setFailed] = useState(false);
  const open = () => {
    if (!lineage) read<ClaimLineage>(address).then(setLineage, () => setFailed(true));
  };
  return (
    <details onToggle={open}>
      <summary>{word("lineage.open")}</summary>
      {failed && <p class="note">{word("lineage.failed")}</p>}
      {lineage?.tests.map((test) => (
        <section key={`${test.condition} ${test.line}`}>
          <h3>{text(test.label) || test.condition}</h3>
          <pre>{test.condition}</pre>
          {test.numbers.map((number, index) => (
            <LineageTree key={`${number.figure?.indicator} ${index}`} lineage={number} />
          ))}
        </section>
      ))}
    </details>
  );
}
