// A claim: its charts, with the claimed value drawn on them, and its lineage as a tree down to the source's cells.
import { render } from "preact";
import { useState } from "preact/hooks";
import type { Bar } from "../charts/draw.ts";
import { ChartFigure } from "../charts/figure.tsx";
import { claimedLevel, points } from "../charts/series.ts";
import { definitionSwitch } from "../definition.tsx";
import type { Account, ClaimDocument, ClaimLineage } from "../documents.ts";
import { period } from "../format.ts";
import { LineageTree } from "../lineage.tsx";
import { api, cleared, main, own, read, slot, text } from "../site.ts";
import { verdictText } from "../verdicts.tsx";
import { word } from "../words/index.ts";

type Test = ClaimDocument["tests"][number];

export async function enhance(): Promise<void> {
  const [claim, account] = await Promise.all([own<ClaimDocument>(), api<Account>("account")]);
  const name = (id: string) => text(account.definitions.find((each) => each.id === id)?.name) || id;
  const places = claim.tests.map((_, index) => {
    const own = main.querySelector<HTMLElement>(`[data-slot="chart"][data-test="${index}"]`);
    if (own) own.hidden = false;
    return own ?? slot(`chart-${index}`);
  });
  const draw = (definition: string) =>
    claim.tests.forEach((test, index) => {
      const place = places[index];
      if (place)
        render(<Answers {...{ test, definition, fallback: account.default_definition, name }} />, place);
    });
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
    // Beside the link to the page that needs no script.
    render(<ClaimTree address={claim.lineage} />, cleared("lineage"));
  }
}

interface AnswersProps {
  test: Test;
  definition: string;
  fallback: string | null;
  name: (id: string) => string;
}

/** What the definitions answer side by side, and the way there of the one that was chosen. */
function Answers({ test, definition, fallback, name }: AnswersProps) {
  const { decimals } = test;
  const unit = text(test.unit);
  const title = text(test.title);
  // What is saved stands without the page around it, and so says which reading it shows.
  const whole = [title, text(test.label)].filter(Boolean).join(": ");
  const references = claimedLevel(test.claimed);
  const bars: Bar[] = test.answers
    .flatMap(({ definition: under, figure }) =>
      figure
        ? [
            {
              id: under ?? "",
              label: under ? name(under) : text(test.label) || title,
              strong: under === null || under === definition,
              value: figure.value,
              low: figure.low,
              high: figure.high,
            },
          ]
        : [],
    )
    .sort(byHeight);
  const under = definition || fallback;
  const chosen = test.series.filter((each) => each.definition === null || each.definition === under);
  const series = (chosen.length ? chosen : test.series.slice(0, 1))
    .map((each) => ({
      id: each.definition ?? "",
      label: each.definition ? name(each.definition) : text(test.label) || title,
      points: points(each),
    }))
    .filter((each) => each.points.length > 2);
  const [line] = series;
  const at = test.at.TIME_PERIOD;
  const bounded = bars.some((bar) => bar.value === null) ? word("chart.bounds-only") : "";
  return (
    <>
      {bars.length > 0 && (bars.length > 1 || !line) && (
        <ChartFigure
          tableless
          title={whole}
          heading={at ? `${title}, ${period(at)}` : title}
          chart={{ kind: "bars", bars, references, decimals, unit }}
          file={test.indicator}
          caption={bounded}
        />
      )}
      {line && (
        <ChartFigure
          title={bars.length > 1 ? `${whole}, ${line.label}` : whole}
          heading={bars.length > 1 ? `${title}: ${line.label}` : title}
          chart={{ kind: "lines", series, references, decimals, unit, ...(at ? { mark: at } : {}) }}
          file={`${test.indicator}-time`}
        />
      )}
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
