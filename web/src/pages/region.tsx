// A region's profile beside the country and a region of the reader's choice.
import { render } from "preact";
import { useState } from "preact/hooks";
import type { Chart } from "../charts/draw.ts";
import { ChartFigure } from "../charts/figure.tsx";
import type { Account, Coded, PlaceDocument } from "../documents.ts";
import { figure, period } from "../format.ts";
import { TableFrame } from "../frame.tsx";
import { api, cleared, own, page, query, setQuery, slot, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(code: string): Promise<void> {
  const [region, account, regions] = await Promise.all([
    own<PlaceDocument>(),
    api<Account>("account"),
    api<Coded[]>("regions"),
  ]);
  const country = code === account.ref_area ? null : await api<PlaceDocument>("regions", account.ref_area);
  const others = regions.filter((each) => each.code !== code && each.code !== account.ref_area);
  const [selectors, chart, table] = [cleared("selectors"), cleared("chart"), slot("table")];
  // The server's table has the region and the country; a third column needs one of ours.
  const written = [...table.childNodes];
  const label = (dimension: string, of: string) => text(region.labels?.[dimension]?.[of]) || of;
  const show = (other: PlaceDocument | null) => {
    render(<Charts {...{ region, other, label }} />, chart);
    table.replaceChildren(...(other ? [] : written));
    if (other) {
      const places = [region, ...(country ? [country] : []), other];
      const own = document.createElement("div");
      table.append(own);
      render(<Beside {...{ region, places, label }} />, own);
    }
  };
  const choose = async (chosen: string) => {
    setQuery({ with: chosen });
    show(chosen ? await api<PlaceDocument>("regions", chosen) : null);
  };
  const asked = query().get("with") ?? "";
  const first = others.some((each) => each.code === asked) ? asked : "";
  render(<Choose {...{ others, first }} choose={(chosen) => void choose(chosen)} />, selectors);
  await choose(first);
}

type Row = PlaceDocument["indicators"][number]["rows"][number];
type Label = (dimension: string, code: string) => string;

function Choose({
  others,
  first,
  choose,
}: {
  others: Coded[];
  first: string;
  choose: (code: string) => void;
}) {
  const [chosen, setChosen] = useState(first);
  return (
    <div class="controls">
      <label>
        {word("region.with")}
        <select
          value={chosen}
          onChange={(event) => {
            setChosen(event.currentTarget.value);
            choose(event.currentTarget.value);
          }}
        >
          <option value="">{word("region.none")}</option>
          {others.map((each) => (
            <option key={each.code} value={each.code}>
              {text(each.label)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** Whether no figure is so great that the others beside it would not be seen. */
function isEven(rows: Row[]): boolean {
  const sizes = rows.map((row) => Math.abs(row.value ?? row.high ?? 0)).sort((a, b) => a - b);
  const middle = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return (sizes.at(-1) ?? 0) <= 12 * middle;
}

/** Figures that somebody stated once are no profile. */
const profiled = (region: PlaceDocument) =>
  region.indicators.filter((indicator) => indicator.rows.some((row) => !row.at.STATEMENT));

function Charts({
  region,
  other,
  label,
}: {
  region: PlaceDocument;
  other: PlaceDocument | null;
  label: Label;
}) {
  const drawn = profiled(region).filter(
    (indicator) => indicator.rows.length >= 3 && indicator.chart !== "table" && isEven(indicator.rows),
  );
  return (
    <div class="pair charts">
      {drawn.slice(0, 2).map((indicator) => {
        const bar = (row: Row, of: PlaceDocument) => ({
          id: `${of.code} ${keyOf(row)}`,
          label: other ? `${named(row, label)} · ${text(of.label)}` : named(row, label),
          strong: of.code === region.code,
          value: row.value,
          low: row.low,
          high: row.high,
        });
        const chart: Chart = {
          kind: "bars",
          decimals: indicator.decimals,
          unit: text(indicator.unit),
          bars: indicator.rows.flatMap((row) => {
            const match = other && find(other, indicator.id, row);
            return [bar(row, region), ...(match && other ? [bar(match, other)] : [])];
          }),
        };
        return (
          <ChartFigure
            key={indicator.id}
            tableless
            title={text(indicator.title)}
            chart={chart}
            file={`${region.code}-${indicator.id}`}
          />
        );
      })}
    </div>
  );
}

function Beside({ region, places, label }: { region: PlaceDocument; places: PlaceDocument[]; label: Label }) {
  return (
    <>
      <h2>{word("region.beside")}</h2>
      <TableFrame label={word("region.beside")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{word("indicator")}</th>
              <th scope="col">{word("period")}</th>
              {places.map((each) => (
                <th scope="col" class="number wrap" key={each.code}>
                  {text(each.label)}
                </th>
              ))}
            </tr>
          </thead>
          {profiled(region).map((indicator) => (
            <tbody key={indicator.id}>
              <tr class="group">
                <th scope="rowgroup" colSpan={2 + places.length}>
                  <a href={page("indicators", indicator.id)}>{text(indicator.title)}</a>
                  <span class="soft">, {text(indicator.unit)}</span>
                </th>
              </tr>
              {indicator.rows.map((row) => (
                <tr key={keyOf(row)}>
                  <th scope="row">{named(row, label) || word("region.total")}</th>
                  <td class="nowrap">{period(row.at.TIME_PERIOD ?? "")}</td>
                  {places.map((each) => {
                    const match = each === region ? row : find(each, indicator.id, row);
                    return (
                      <td class="number" key={each.code}>
                        {match ? figure(match, indicator.decimals) : "—"}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </TableFrame>
    </>
  );
}

const keyOf = ({ at }: Row) =>
  JSON.stringify(
    Object.entries(at)
      .filter(([id]) => id !== "REF_AREA")
      .sort(),
  );

/** The same cell of another place: only of the same period, or it would be no comparison. */
const find = (place: PlaceDocument, indicator: string, row: Row): Row | undefined =>
  place.indicators.find(({ id }) => id === indicator)?.rows.find((each) => keyOf(each) === keyOf(row));

const named = ({ at }: Row, label: Label) =>
  Object.entries(at)
    .filter(([id]) => id !== "TIME_PERIOD" && id !== "REF_AREA")
    .map(([id, code]) => label(id, code))
    .join(", ");
