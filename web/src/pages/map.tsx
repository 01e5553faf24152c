// The map of the regions, for any indicator that is known for them.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ChartTable, inBrackets } from "../charts/figure.tsx";
import { RegionsMap } from "../charts/regions.tsx";
import { preferred } from "../definition.tsx";
import type {
  Account,
  IndicatorDocument,
  IndicatorSummary,
  MapDocument,
  PlaceDocument,
} from "../documents.ts";
import { type Choice, Cube, dimensionName, fromAddress, latest } from "../explorer.ts";
import { period } from "../format.ts";
import { api, cleared, page, query, setQuery, text } from "../site.ts";
import { word } from "../words/index.ts";
import { areasOf, suggestion } from "./indicator.tsx";

export async function enhance(): Promise<void> {
  const [account, indicators, map] = await Promise.all([
    api<Account>("account"),
    api<IndicatorSummary[]>("indicators"),
    api<MapDocument>("map"),
  ]);
  const [region] = map.areas;
  if (!region) return;
  // What is known for one region of the map is taken to be known for the others.
  const known = new Set((await api<PlaceDocument>("regions", region.code)).indicators.map(({ id }) => id));
  const mapped = indicators.filter((each) => known.has(each.id) && each.observations >= 40);
  const asked = query().get("indicator");
  const first =
    mapped.find(({ id }) => id === asked) ?? mapped.find(({ chart }) => chart === "map") ?? mapped[0];
  if (!first) return;
  const loaded = await load(first.id, account, map);
  render(<Explorer offered={mapped} first={loaded} {...{ account, map }} />, cleared("map"));
}

/** An indicator, and what of it to show first. */
async function load(id: string, account: Account, map: MapDocument): Promise<[Cube, Choice]> {
  const document = await api<IndicatorDocument>("indicators", id);
  const cube = new Cube(document, map);
  const suggested = await suggestion(document, account);
  const choice = fromAddress(cube, {
    ...suggested,
    ...preferred(account),
  });
  const by = cube.area ?? choice.by;
  const held = cube.hold(by, { ...suggested, ...choice.held });
  const asked = query().get("period");
  const period = asked && cube.periods.includes(asked) ? asked : latest(cube, by, held);
  return [cube, { ...choice, view: "map", by, held, period }];
}

interface MapProps {
  offered: IndicatorSummary[];
  first: [Cube, Choice];
  account: Account;
  map: MapDocument;
}

function Explorer({ offered: indicators, first, account, map }: MapProps) {
  const [[cube, choice], setShown] = useState(first);
  const setChoice = (next: Choice) => setShown([cube, next]);
  useEffect(() => {
    setQuery({
      indicator: cube.document.id,
      period: choice.period,
      ...Object.fromEntries(
        cube.dimensions.filter(({ id }) => id !== choice.by).map(({ id }) => [id, choice.held[id] ?? null]),
      ),
    });
  }, [cube, choice]);
  const hold = (id: string, code: string) => {
    const held = cube.hold(choice.by, { ...choice.held, [id]: code }, id);
    const offered = new Set(cube.at({ by: choice.by, held }).map((row) => cube.period(row)));
    setChoice({
      ...choice,
      held,
      period: offered.has(choice.period) ? choice.period : latest(cube, choice.by, held),
    });
  };
  const areas = areasOf(cube, choice);
  const { decimals, neutral } = cube.document;
  const unit = text(cube.document.unit);
  const held = cube.dimensions.filter(({ id }) => id !== choice.by);
  const title = [
    text(cube.document.title),
    ...held.map(({ id }) => cube.label(id, choice.held[id] ?? "")),
    period(choice.period),
  ].join(", ");
  const offered = cube.periods.filter((each) => cube.at(choice).some((row) => cube.period(row) === each));
  const bars = areas
    .filter((area) => area.value !== null || area.high !== null)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
    .map((area) => ({ ...area, id: area.code }));
  return (
    <>
      <div class="controls">
        <label>
          {word("map.indicator")}
          <select
            value={cube.document.id}
            onChange={async (event) => setShown(await load(event.currentTarget.value, account, map))}
          >
            {indicators.map((each) => (
              <option key={each.id} value={each.id}>
                {text(each.title)}
              </option>
            ))}
          </select>
        </label>
        {held.map((dimension) => (
          <label key={dimension.id}>
            {dimensionName(dimension)}
            <select
              value={choice.held[dimension.id] ?? ""}
              onChange={(event) => hold(dimension.id, event.currentTarget.value)}
            >
              {dimension.codes.map((code) => (
                <option key={code} value={code}>
                  {cube.label(dimension.id, code)}
                </option>
              ))}
            </select>
          </label>
        ))}
        <label>
          {word("period")}
          <select
            value={choice.period}
            onChange={(event) => setChoice({ ...choice, period: event.currentTarget.value })}
          >
            {offered.map((each) => (
              <option key={each} value={each}>
                {period(each)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <figure>
        <p class="charttitle">
          {title} <span class="soft">{inBrackets(unit)}</span>
        </p>
        <div class="map">
          <div>
            <RegionsMap {...{ map, areas, decimals, unit, title, neutral }} />
          </div>
          <ChartTable chart={{ kind: "bars", bars, decimals, unit }} title={title} />
        </div>
      </figure>
      <p>
        <a href={page("indicators", cube.document.id)}>{word("map.more")}</a>
      </p>
    </>
  );
}
