// A target: the path so far of each of its readings, towards the level to be reached.
import { render } from "preact";
import type { Chart } from "../charts/draw.ts";
import { ChartFigure } from "../charts/figure.tsx";
import { level, points } from "../charts/series.ts";
import { definitionSwitch } from "../definition.tsx";
import type { Account, TargetDocument } from "../documents.ts";
import { when } from "../format.ts";
import { api, cleared, hasSlot, own, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(): Promise<void> {
  // A commitment has no number to draw.
  if (!hasSlot("chart")) return;
  const [target, account] = await Promise.all([own<TargetDocument>(), api<Account>("account")]);
  const place = cleared("chart");
  const draw = (definition: string) =>
    render(
      <Paths target={target} definition={definition || account.default_definition} account={account} />,
      place,
    );
  const offered = [...new Set(target.readings.flatMap((reading) => reading.definition ?? []))];
  if (offered.length > 1)
    await definitionSwitch((definition) => {
      draw(definition);
      return undefined;
    }, offered);
  else draw("");
}

interface Props {
  target: TargetDocument;
  definition: string | null;
  account: Account;
}

function Paths({ target, definition, account }: Props) {
  const name = (id: string) => text(account.definitions.find((each) => each.id === id)?.name) || id;
  const groups = new Map<string, TargetDocument["readings"]>();
  for (const reading of target.readings) {
    if (reading.definition !== null && reading.definition !== definition) continue;
    const key = `${reading.indicator} ${reading.definition !== null}`;
    groups.set(key, [...(groups.get(key) ?? []), reading]);
  }
  return (
    <>
      {[...groups].map(([key, readings]) => {
        const series = readings.flatMap((reading) => {
          const all = reading.series === null ? [] : [reading.series].flat();
          return all
            .filter((each) => each.definition === null || each.definition === reading.definition)
            .slice(0, 1)
            .map((each) => ({
              id: `${text(reading.label)} ${reading.definition ?? ""}`,
              label: reading.definition ? name(reading.definition) : text(reading.label),
              points: points(each),
            }));
        });
        const figure = readings.find((reading) => reading.latest)?.latest;
        const decimals = figure?.decimals ?? 0;
        if (series.every((each) => each.points.length === 0)) return null;
        const [low, high] = target.direction === "at least" ? [target.value, null] : [null, target.value];
        const chart: Chart = {
          kind: "lines",
          series,
          decimals,
          unit: text(figure?.unit),
          references: [{ label: word("target.level", { value: level(low, high) }), low, high }],
          ...(target.by ? { until: when(target.by) } : {}),
        };
        return (
          <ChartFigure
            key={key}
            chart={chart}
            title={text(figure?.title) || text(target.text)}
            file={target.id}
            caption={
              series.some((each) => each.points.some((point) => point.value === null))
                ? word("chart.bounds-only")
                : ""
            }
          />
        );
      })}
    </>
  );
}
