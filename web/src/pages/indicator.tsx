// An indicator: lines, bars, map and table of it, what they show chosen by the reader and kept in the address.
import { render } from "preact";
import { useState } from "preact/hooks";
import type { Chart } from "../charts/draw.ts";
import { ChartFigure, ChartTable } from "../charts/figure.tsx";
import { type Area, TileMap } from "../charts/tiles.tsx";
import type { Account, IndicatorDocument } from "../documents.ts";
import { type Choice, Cube, fromAddress, latest, toAddress, type View } from "../explorer.ts";
import { period, when } from "../format.ts";
import { api, language, main, own, page, slot, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(id: string): Promise<void> {
  const embedded = main.dataset.page === "embed";
  const [document, account] = await Promise.all([
    main.dataset.src ? own<IndicatorDocument>() : api<IndicatorDocument>("indicators", id),
    api<Account>("account"),
  ]);
  const cube = new Cube(document);
  const choice = fromAddress(cube, { definition: account.default_definition, area: account.ref_area });
  const place = slot("chart");
  place.replaceChildren();
  // The table of all observations is for those without a script; the table view shows the same by choice.
  if (!embedded) {
    for (const table of main.querySelectorAll<HTMLElement>("table[data-observations]")) {
      const box = table.closest<HTMLElement>(".table") ?? table;
      box.hidden = true;
    }
  }
  render(<Explorer cube={cube} first={choice} embedded={embedded} />, place);
}

interface ExplorerProps {
  cube: Cube;
  first: Choice;
  embedded: boolean;
}

function Explorer({ cube, first, embedded }: ExplorerProps) {
  const [choice, setChoice] = useState(first);
  const change = (part: Partial<Choice>, last?: string) => {
    const next = { ...choice, ...part };
    if (part.view === "map" && cube.area) next.by = cube.area;
    next.held = cube.hold(next.by, { ...choice.held, ...next.held }, last);
    const regrouped = next.by !== choice.by;
    const present = new Set(cube.at(next).map((row) => row.at[next.by] ?? ""));
    if (regrouped || (next.codes.length > 0 && !next.codes.some((code) => present.has(code))))
      next.codes = cube.leading(next.by, next.held);
    const offered = new Set(cube.at(next).map((row) => cube.period(row)));
    if (!offered.has(next.period)) next.period = latest(cube, next.by, next.held);
    setChoice(next);
    toAddress(cube, next);
  };
  return (
    <>
      {!embedded && <Controls cube={cube} choice={choice} change={change} />}
      <Shown cube={cube} choice={choice} />
      {!embedded && <Take cube={cube} choice={choice} />}
    </>
  );
}

interface PartProps {
  cube: Cube;
  choice: Choice;
}

function Controls({
  cube,
  choice,
  change,
}: PartProps & { change: (part: Partial<Choice>, last?: string) => void }) {
  const { view, by, held, codes, from, to } = choice;
  const held_dimensions = cube.dimensions.filter((dimension) => dimension.id !== by);
  const chart = view === "line" || view === "table";
  const compared = cube.dimensions.find((dimension) => dimension.id === by);
  const present = new Set(cube.at(choice).map((row) => row.at[by] ?? ""));
  const offered = cube.periods.filter((each) => cube.at(choice).some((row) => cube.period(row) === each));
  return (
    <div class="noprint">
      <fieldset class="tabs">
        <legend class="unseen">{word("indicator.view")}</legend>
        {cube.views().map((each: View) => (
          <button
            type="button"
            key={each}
            aria-pressed={each === view}
            onClick={() => change({ view: each })}
          >
            {word(`view.${each}`)}
          </button>
        ))}
      </fieldset>
      <div class="controls">
        {cube.dimensions.length > 1 && view !== "map" && (
          <label>
            {word("indicator.compare")}
            <select value={by} onChange={(event) => change({ by: event.currentTarget.value })}>
              {cube.dimensions.map((dimension) => (
                <option key={dimension.id} value={dimension.id}>
                  {text(dimension.name) || dimension.id}
                </option>
              ))}
            </select>
          </label>
        )}
        {held_dimensions.map((dimension) => (
          <label key={dimension.id}>
            {text(dimension.name) || dimension.id}
            <select
              value={held[dimension.id] ?? ""}
              onChange={(event) =>
                change({ held: { ...held, [dimension.id]: event.currentTarget.value } }, dimension.id)
              }
            >
              {dimension.codes.map((code) => (
                <option key={code} value={code}>
                  {cube.label(dimension.id, code)}
                </option>
              ))}
            </select>
          </label>
        ))}
        {chart && cube.periods.length > 1 && (
          <>
            <PeriodSelect
              label={word("indicator.from")}
              periods={cube.periods.filter((each) => when(each) <= when(to))}
              value={from}
              chosen={(period) => change({ from: period })}
            />
            <PeriodSelect
              label={word("indicator.to")}
              periods={cube.periods.filter((each) => when(each) >= when(from))}
              value={to}
              chosen={(period) => change({ to: period })}
            />
          </>
        )}
        {!chart && offered.length > 1 && (
          <PeriodSelect
            label={word("period")}
            periods={offered}
            value={choice.period}
            chosen={(period) => change({ period })}
          />
        )}
      </div>
      {chart && compared && present.size > 1 && (
        <details class="choose">
          <summary>
            {text(compared.name) || compared.id}:{" "}
            {word("indicator.chosen", { n: codes.filter((code) => present.has(code)).length, of: present.size })}
          </summary>
          <fieldset class="checks">
            <legend class="unseen">{text(compared.name) || compared.id}</legend>
            {compared.codes
              .filter((code) => present.has(code))
              .map((code) => (
                <label key={code}>
                  <input
                    type="checkbox"
                    checked={codes.includes(code)}
                    onChange={(event) =>
                      change({
                        codes: event.currentTarget.checked
                          ? [...codes, code]
                          : codes.filter((each) => each !== code),
                      })
                    }
                  />{" "}
                  {cube.label(by, code)}
                </label>
              ))}
          </fieldset>
        </details>
      )}
    </div>
  );
}

function PeriodSelect(props: {
  label: string;
  periods: string[];
  value: string;
  chosen: (period: string) => void;
}) {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={(event) => props.chosen(event.currentTarget.value)}>
        {props.periods.map((each) => (
          <option key={each} value={each}>
            {period(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The title says what is held, so that a saved chart says it too. */
function titleOf(cube: Cube, { by, held, view, period: at }: Choice): string {
  const parts = Object.entries(held)
    .filter(([id]) => id !== by && cube.dimensions.some((dimension) => dimension.id === id))
    .map(([id, code]) => cube.label(id, code));
  const when = (view === "bar" || view === "map") && at ? [period(at)] : [];
  return [text(cube.document.title), ...parts, ...when].join(", ");
}

export function chartOf(cube: Cube, choice: Choice): Chart {
  const { by, codes, from, to, view } = choice;
  const { decimals } = cube.document;
  const unit = text(cube.document.unit);
  const rows = cube.at(choice);
  if (view === "bar") {
    const bars = rows
      .filter((row) => cube.periods.length === 0 || cube.period(row) === choice.period)
      .map((row) => ({
        id: row.at[by] ?? "",
        label: by ? cube.label(by, row.at[by] ?? "") : text(cube.document.title),
        value: row.value,
        low: row.low,
        high: row.high,
      }))
      .sort((a, b) => (b.high ?? b.value ?? -Infinity) - (a.high ?? a.value ?? -Infinity));
    return { kind: "bars", bars, decimals, unit };
  }
  const inside = rows.filter(
    (row) => when(cube.period(row)) >= when(from) && when(cube.period(row)) <= when(to),
  );
  const series = (by ? codes : [""]).map((code) => ({
    id: code,
    label: by ? cube.label(by, code) : text(cube.document.title),
    points: inside
      .filter((row) => !by || row.at[by] === code)
      .map(({ value, low, high, ...row }) => ({ value, low, high, period: cube.period({ value, low, high, ...row }) }))
      .sort((a, b) => when(a.period) - when(b.period)),
  }));
  return { kind: "lines", series: series.filter((each) => each.points.length > 0), decimals, unit };
}

function Shown({ cube, choice }: PartProps) {
  const title = titleOf(cube, choice);
  const { document } = cube;
  const breaks = cube.at(choice).filter((row) => row.status === "B");
  const caption = breaks.length
    ? word("chart.break", { periods: [...new Set(breaks.map((row) => period(cube.period(row))))].join(", ") })
    : "";
  if (choice.view === "map") return <MapShown cube={cube} choice={choice} title={title} />;
  const chart = chartOf(cube, choice);
  const size = chart.kind === "lines" ? chart.series.length : chart.bars.length;
  if (size === 0) return <p class="note">{word("chart.nothing")}</p>;
  if (choice.view === "table") return <ChartTable chart={chart} title={title} tall />;
  return <ChartFigure chart={chart} title={title} caption={caption} file={document.id} />;
}

export function areasOf(cube: Cube, choice: Choice): Area[] {
  const found = new Map(
    cube
      .at(choice)
      .filter((row) => cube.period(row) === choice.period)
      .map((row) => [row.at[choice.by] ?? "", row] as const),
  );
  const dimension = cube.dimensions.find((each) => each.id === choice.by);
  return (dimension?.codes ?? []).map((code) => {
    const row = found.get(code);
    return {
      code,
      label: cube.label(choice.by, code),
      href: page("regions", code),
      value: row?.value ?? null,
      low: row?.low ?? null,
      high: row?.high ?? null,
    };
  });
}

function MapShown({ cube, choice, title }: PartProps & { title: string }) {
  const areas = areasOf(cube, choice);
  const { decimals } = cube.document;
  const unit = text(cube.document.unit);
  const bars = areas
    .filter((area) => area.value !== null || area.high !== null)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
    .map((area) => ({ ...area, id: area.code }));
  return (
    <figure>
      <p class="charttitle">
        {title} <span class="soft">({unit})</span>
      </p>
      <div class="map">
        <div>
          <TileMap
            areas={areas}
            decimals={decimals}
            unit={unit}
            title={title}
            language={language}
            nothing={word("chart.no-value")}
          />
          <figcaption>{word("map.tiles")}</figcaption>
        </div>
        <ChartTable chart={{ kind: "bars", bars, decimals, unit }} title={title} />
      </div>
    </figure>
  );
}

/** How to take it away: a link that shows the same, and a snippet for other sites. */
function Take({ cube, choice }: PartProps) {
  const [copied, setCopied] = useState("");
  const search = location.search;
  const address = new URL(page("indicators", cube.document.id) + search, location.href).href;
  const embed = new URL(page("embed", cube.document.id) + search, location.href).href;
  const snippet = `<iframe src="${embed}" title="${titleOf(cube, choice).replace(/[&"<>]/g, (c) => `&#${c.charCodeAt(0)};`)}" width="100%" height="480" loading="lazy"></iframe>`;
  const copy = async (what: string, value: string) => {
    await navigator.clipboard.writeText(value);
    setCopied(what);
  };
  return (
    <details class="noprint take">
      <summary>{word("indicator.share")}</summary>
      <h3>{word("indicator.link")}</h3>
      <pre>{address}</pre>
      <button type="button" onClick={() => copy("link", address)}>
        {word("indicator.copy")}
      </button>
      <h3>{word("indicator.embed")}</h3>
      <pre>{snippet}</pre>
      <button type="button" onClick={() => copy("embed", snippet)}>
        {word("indicator.copy")}
      </button>
      <p aria-live="polite" class="small">
        {copied && word("indicator.copied")}
      </p>
    </details>
  );
}
