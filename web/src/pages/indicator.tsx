// An indicator: lines, bars, map and table of it, what they show chosen by the reader and kept in the address.
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Chart } from "../charts/draw.ts";
import { type Ask, ChartFigure, ChartTable, inBrackets, Saves } from "../charts/figure.tsx";
import { type Area, RegionsMap } from "../charts/regions.tsx";
import { preferred } from "../definition.tsx";
import type {
  Account,
  ClaimDocument,
  IndicatorDocument,
  Lineage,
  MapDocument,
  Status,
} from "../documents.ts";
import { type Choice, Cube, dimensionName, fromAddress, latest, toAddress, type View } from "../explorer.ts";
import { date, period, when } from "../format.ts";
import { LineageTree } from "../lineage.tsx";
import { api, cleared, main, own, page, read, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(): Promise<void> {
  const embedded = main.dataset.page === "embed";
  const [document, account, map, status] = await Promise.all([
    own<IndicatorDocument>(),
    api<Account>("account"),
    api<MapDocument>("map"),
    api<Status>("status"),
  ]);
  const served = status.mode === "served";
  const cube = new Cube(document, map);
  const suggested = await suggestion(document, account);
  let choice = fromAddress(cube, {
    ...suggested,
    ...preferred(account),
    REF_AREA: account.ref_area,
  });
  const chart = cleared("chart");
  const around = embedded
    ? undefined
    : {
        selectors: cleared("selectors"),
        table: cleared("table"),
        downloads: cleared("downloads"),
        cite: cleared("cite"),
      };
  const change: Change = (part, last) => {
    const next = { ...choice, ...part };
    if (part.view === "map" && cube.area) next.by = cube.area;
    next.held = cube.hold(next.by, { ...choice.held, ...next.held }, last);
    const present = new Set(cube.at(next).map((row) => row.at[next.by] ?? ""));
    const regrouped = next.by !== choice.by;
    if (regrouped || (next.codes.length > 0 && !next.codes.some((code) => present.has(code))))
      next.codes = cube.leading(next.by, next.held);
    const offered = new Set(cube.at(next).map((row) => cube.period(row)));
    if (!offered.has(next.period)) next.period = latest(cube, next.by, next.held);
    choice = next;
    toAddress(cube, choice);
    draw();
  };
  const draw = () => {
    render(<Drawing {...{ cube, choice, map }} />, chart);
    if (!around) return;
    render(<Controls cube={cube} choice={choice} change={change} />, around.selectors);
    render(<Numbers cube={cube} choice={choice} served={served} />, around.table);
    render(<Pictures cube={cube} choice={choice} within={chart} />, around.downloads);
    render(<Cite cube={cube} choice={choice} account={account} />, around.cite);
  };
  draw();
}

/** What the claims on an indicator, or else on its topic, are about: the codes a reader most likely asks for. */
export async function suggestion(
  document: IndicatorDocument,
  account: Account,
): Promise<Record<string, string>> {
  const topic = account.topics.find(({ id }) => id === document.topic)?.claims ?? [];
  const [claim] = [...document.claims, ...topic];
  if (!claim) return {};
  const { tests } = await api<ClaimDocument>("claims", claim);
  const { TIME_PERIOD: _, ...at } =
    tests.find(({ indicator }) => indicator === document.id)?.at ?? tests[0]?.at ?? {};
  return at;
}

type Change = (part: Partial<Choice>, last?: string) => void;

interface PartProps {
  cube: Cube;
  choice: Choice;
}

function Controls({ cube, choice, change }: PartProps & { change: Change }) {
  const { view, by, held, codes, from, to } = choice;
  const others = cube.dimensions.filter((dimension) => dimension.id !== by);
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
                  {dimensionName(dimension)}
                </option>
              ))}
            </select>
          </label>
        )}
        {others.map((dimension) => (
          <label key={dimension.id}>
            {dimensionName(dimension)}
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
            {dimensionName(compared)}:{" "}
            {word("indicator.chosen", {
              n: codes.filter((code) => present.has(code)).length,
              of: present.size,
            })}
          </summary>
          <fieldset class="checks">
            <legend class="unseen">{dimensionName(compared)}</legend>
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
function titleOf(cube: Cube, { by, codes, held, view, period: at }: Choice): string {
  const parts = Object.entries(held)
    .filter(([id]) => id !== by && cube.dimensions.some((dimension) => dimension.id === id))
    .map(([id, code]) => cube.label(id, code));
  const single = view === "line" || view === "table";
  const [only] = codes;
  if (single && by && only && codes.length === 1) parts.unshift(cube.label(by, only));
  const when = !single && at ? [period(at)] : [];
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
      .map(({ value, low, high, ...row }) => ({
        value,
        low,
        high,
        period: cube.period({ value, low, high, ...row }),
      }))
      .sort((a, b) => when(a.period) - when(b.period)),
  }));
  return { kind: "lines", series: series.filter((each) => each.points.length > 0), decimals, unit };
}

function Drawing({ cube, choice, map }: PartProps & { map: MapDocument }) {
  const title = titleOf(cube, choice);
  const breaks = cube.at(choice).filter((row) => row.status === "B");
  const caption = breaks.length
    ? word("chart.break", { periods: [...new Set(breaks.map((row) => period(cube.period(row))))].join(", ") })
    : "";
  if (choice.view === "table") return null;
  if (choice.view === "map") return <MapShown {...{ cube, choice, map, title }} />;
  const chart = chartOf(cube, choice);
  if (sizeOf(chart) === 0) return <p class="note">{word("chart.nothing")}</p>;
  return <ChartFigure tableless chart={chart} title={title} caption={caption} file={cube.document.id} />;
}

/**
 * What is drawn, as a table: under every view. Where a server answers, each number leads to where it comes from;
 * of a site of files only the numbers that claims rest on do.
 */
function Numbers({ cube, choice, served }: PartProps & { served: boolean }) {
  const [asked, setAsked] = useState<Record<string, string>>();
  const chart = choice.view === "map" ? chartOf(cube, { ...choice, view: "bar" }) : chartOf(cube, choice);
  if (sizeOf(chart) === 0)
    return choice.view === "table" ? <p class="note">{word("chart.nothing")}</p> : null;
  const ask: Ask = (id, at) => {
    const one = cube.at(choice).find((row) => {
      const when = cube.period(row);
      return (!choice.by || row.at[choice.by] === id) && (!cube.time || when === (at ?? choice.period));
    });
    if (one) setAsked(one.at);
  };
  return (
    <>
      <ChartTable chart={chart} title={titleOf(cube, choice)} tall ask={served ? ask : undefined} />
      {served && <p class="small soft">{word("lineage.press")}</p>}
      {asked && <Found key={JSON.stringify(asked)} indicator={cube.document.id} at={asked} />}
    </>
  );
}

function Found({ indicator, at }: { indicator: string; at: Record<string, string> }) {
  const [lineage, setLineage] = useState<Lineage>();
  const [failed, setFailed] = useState(false);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const query = new URLSearchParams({ indicator, ...at });
    read<Lineage>(`api/v1/lineage?${query}`).then(setLineage, () => setFailed(true));
    place.current?.focus();
    place.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section ref={place} tabIndex={-1} aria-label={word("lineage.where")} aria-busy={!lineage && !failed}>
      <h3>{word("lineage.where")}</h3>
      {failed && <p class="note">{word("lineage.failed")}</p>}
      {lineage && <LineageTree lineage={lineage} />}
    </section>
  );
}

const sizeOf = (chart: Chart) => (chart.kind === "lines" ? chart.series.length : chart.bars.length);

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

function MapShown({ cube, choice, map, title }: PartProps & { map: MapDocument; title: string }) {
  const { decimals, neutral } = cube.document;
  const unit = text(cube.document.unit);
  return (
    <figure class="charted">
      <p class="charttitle">
        {title} <span class="soft">{inBrackets(unit)}</span>
      </p>
      <RegionsMap areas={areasOf(cube, choice)} {...{ map, decimals, unit, title, neutral }} />
      <Saves
        drawing={() => document.querySelector<SVGSVGElement>("svg.regionmap")}
        file={cube.document.id}
        title={title}
      />
    </figure>
  );
}

/** What is drawn, among what there is to take away. */
const Pictures = ({ cube, choice, within }: PartProps & { within: HTMLElement }) =>
  choice.view === "table" ? null : (
    <Saves
      drawing={() => within.querySelector<SVGSVGElement>(".chart svg, svg.regionmap")}
      file={cube.document.id}
      title={titleOf(cube, choice)}
    />
  );

/** How to cite what is shown, a link that shows the same, and a snippet for other sites. */
function Cite({ cube, choice, account }: PartProps & { account: Account }) {
  const { id } = cube.document;
  const title = titleOf(cube, choice);
  const address = new URL(page("indicators", id) + location.search, location.href).href;
  const embed = new URL(page("embed", id) + location.search, location.href).href;
  const safe = title.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  const today = new Date().toISOString().slice(0, 10);
  return (
    <div class="noprint">
      <h3>{word("indicator.cite")}</h3>
      <Copied
        value={word("indicator.citation", { account: text(account.name), title, date: date(today), address })}
      />
      <h3>{word("indicator.link")}</h3>
      <Copied value={address} />
      <h3>{word("indicator.embed")}</h3>
      <Copied
        value={`<iframe src="${embed}" title="${safe}" width="100%" height="480" loading="lazy"></iframe>`}
      />
    </div>
  );
}

function Copied({ value }: { value: string }) {
  const [copied, setCopied] = useState("");
  return (
    <div class="copied">
      <pre>{value}</pre>
      <button
        type="button"
        onClick={() => void navigator.clipboard.writeText(value).then(() => setCopied(value))}
      >
        {word("indicator.copy")}
      </button>{" "}
      <span aria-live="polite" class="small soft">
        {copied === value && word("indicator.copied")}
      </span>
    </div>
  );
}
