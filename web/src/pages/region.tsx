// A region's profile beside the country and a region of the reader's choice.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Chart } from "../charts/draw.ts";
import { ChartFigure } from "../charts/figure.tsx";
import { isMapped } from "../charts/tiles.tsx";
import type { Account, Coded, PlaceDocument } from "../documents.ts";
import { figure, period } from "../format.ts";
import { api, own, page, query, setQuery, slot, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(code: string): Promise<void> {
  const [region, account, regions] = await Promise.all([
    own<PlaceDocument>(),
    api<Account>("account"),
    api<Coded[]>("regions"),
  ]);
  const country = code === account.ref_area ? null : await api<PlaceDocument>("regions", account.ref_area);
  const others = regions.filter((each) => each.code !== code && isMapped(each.code));
  const place = slot("results");
  place.replaceChildren();
  render(<Profile {...{ region, country, others }} />, place);
}

type Row = PlaceDocument["indicators"][number]["rows"][number];

interface Props {
  region: PlaceDocument;
  country: PlaceDocument | null;
  others: Coded[];
}

function Profile({ region, country, others }: Props) {
  const asked = query().get("with") ?? "";
  const [chosen, setChosen] = useState(others.some(({ code }) => code === asked) ? asked : "");
  const [other, setOther] = useState<PlaceDocument | null>(null);
  useEffect(() => {
    setQuery({ with: chosen });
    let current = true;
    if (!chosen) setOther(null);
    else void api<PlaceDocument>("regions", chosen).then((found) => current && setOther(found));
    return () => {
      current = false;
    };
  }, [chosen]);
  // The map is the place where regions are compared at large; here are those with a row or more to set side by side.
  const compared = region.indicators.filter((indicator) => indicator.rows.some((row) => !row.at.STATEMENT));
  const label = (dimension: string, code: string) => text(region.labels?.[dimension]?.[code]) || code;
  const places = [region, ...(country ? [country] : []), ...(other ? [other] : [])];
  return (
    <>
      <h2>{word("region.beside")}</h2>
      <div class="controls">
        <label>
          {word("region.with")}
          <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            <option value="">{word("region.none")}</option>
            {others.map((each) => (
              <option key={each.code} value={each.code}>
                {text(each.label)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {compared
        .filter((indicator) => indicator.rows.length >= 3 && indicator.chart !== "table")
        .slice(0, 3)
        .map((indicator) => {
          const row = (each: Row, of: PlaceDocument) => ({
            id: `${of.code} ${keyOf(each)}`,
            label: other
              ? `${named(each, label) || text(indicator.title)} · ${text(of.label)}`
              : named(each, label) || text(indicator.title),
            strong: of.code === region.code,
            value: each.value,
            low: each.low,
            high: each.high,
          });
          const chart: Chart = {
            kind: "bars",
            decimals: indicator.decimals,
            unit: text(indicator.unit),
            bars: indicator.rows.flatMap((each) => {
              const match = other && find(other, indicator.id, each);
              return [row(each, region), ...(match ? [row(match, other)] : [])];
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
      <div class="table" tabIndex={0} role="region" aria-label={word("region.beside")}>
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
          {compared.map((indicator) => (
            <tbody key={indicator.id}>
              <tr class="group">
                <th scope="rowgroup" colSpan={2 + places.length}>
                  <a href={page("indicators", indicator.id)}>{text(indicator.title)}</a>,{" "}
                  <span class="soft">{text(indicator.unit)}</span>
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
      </div>
    </>
  );
}

const keyOf = ({ at }: Row) =>
  JSON.stringify(Object.entries(at).filter(([id]) => id !== "REF_AREA").sort());

/** The same cell of another place: only of the same period, or it would be no comparison. */
const find = (place: PlaceDocument, indicator: string, row: Row): Row | undefined =>
  place.indicators.find(({ id }) => id === indicator)?.rows.find((each) => keyOf(each) === keyOf(row));

const named = ({ at }: Row, label: (dimension: string, code: string) => string) =>
  Object.entries(at)
    .filter(([id]) => id !== "TIME_PERIOD" && id !== "REF_AREA")
    .map(([id, code]) => label(id, code))
    .join(", ");
