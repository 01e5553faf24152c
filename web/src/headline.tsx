// The headline figure: over time under one definition, and at its latest under each.
import { render } from "preact";
import { acrossDefinitions } from "./charts/definitions.ts";
import type { Chart } from "./charts/draw.ts";
import { ChartFigure } from "./charts/figure.tsx";
import { type Observation, observations } from "./charts/series.ts";
import type { Account, IndicatorDocument } from "./documents.ts";
import { when } from "./format.ts";
import { api, main, slot, text } from "./site.ts";
import { word } from "./words/index.ts";

/** Reads what it needs, and returns how to draw it under a definition. */
export async function drawHeadline(account: Account, { indicator, at }: NonNullable<Account["headline"]>) {
  const place = slot("chart");
  const document = await api<IndicatorDocument>("indicators", indicator);
  const rows = observations(document).filter((row) =>
    Object.entries(at).every(([id, code]) => row.at[id] === undefined || row.at[id] === code),
  );
  const time = document.dimensions.find((dimension) => dimension.time)?.id ?? "TIME_PERIOD";
  const latest = rows
    .map((row) => row.at[time] ?? "")
    .reduce((a, b) => (a === "" || when(b) > when(a) ? b : a), "");
  const name = (id: string) => text(account.definitions.find((each) => each.id === id)?.name) || id;
  const unit = text(document.unit);
  const title = text(document.title);
  place.replaceChildren();
  // What the server wrote holds for one definition; the drawing says which was chosen, and brings its table.
  for (const told of main.querySelectorAll<HTMLElement>(".headline > p, .headline > [data-definition]"))
    told.hidden = true;
  return (definition: string | null) => {
    const own = rows.filter((row) => row.at.DEFINITION === definition);
    render(
      <div class="pair charts">
        <ChartFigure
          file={indicator}
          title={`${title}: ${name(definition ?? "")}`}
          heading={name(definition ?? "")}
          chart={overTime(own, time, document, name(definition ?? ""), unit)}
          caption={own.some((row) => row.value === null) ? word("chart.bounds-only") : ""}
        />
        <ChartFigure
          file={`${indicator}-${latest}`}
          title={`${title}. ${word("front.each-definition", { period: latest })}`}
          heading={word("front.each-definition", { period: latest })}
          chart={acrossDefinitions(
            rows.filter((row) => row.at[time] === latest),
            definition,
            name,
            { decimals: document.decimals, unit },
          )}
        />
      </div>,
      place,
    );
  };
}

const overTime = (
  rows: Observation[],
  time: string,
  document: IndicatorDocument,
  label: string,
  unit: string,
): Chart => ({
  kind: "lines",
  decimals: document.decimals,
  unit,
  series: [{ id: label, label, points: rows.map((row) => ({ ...row, period: row.at[time] ?? "" })) }],
});
