// What of an indicator is shown: which dimension is compared, which codes, which periods. Kept in the address.

import { type Observation, observations } from "./charts/series.ts";
import type { Dimension, IndicatorDocument, MapDocument } from "./documents.ts";
import { when } from "./format.ts";
import { query, setQuery, text } from "./site.ts";
import { word } from "./words/index.ts";

export type View = "line" | "bar" | "map" | "table";

export interface Choice {
  view: View;
  /** The dimension whose codes are compared; the others are held at one code each. */
  by: string;
  held: Record<string, string>;
  /** The codes of `by` that the lines are drawn for. */
  codes: string[];
  from: string;
  to: string;
  /** The period of bars and map. */
  period: string;
}

export class Cube {
  readonly document: IndicatorDocument;
  readonly rows: Observation[];
  readonly time: Dimension | undefined;
  /** All dimensions but time that have something to choose. */
  readonly dimensions: Dimension[];
  readonly periods: string[];
  readonly area: string | undefined;

  constructor(document: IndicatorDocument, map: MapDocument) {
    this.document = document;
    this.rows = observations(document);
    this.time = document.dimensions.find((dimension) => dimension.time);
    this.dimensions = document.dimensions.filter(
      (dimension) => !dimension.time && dimension.codes.length > 1,
    );
    this.periods = [...(this.time?.codes ?? [])].sort((a, b) => when(a) - when(b));
    const seen = map.areas.filter(({ tile }) => tile !== null || map.boundaries !== null);
    const drawn = new Set(seen.map(({ code }) => code));
    const covers = ({ codes }: Dimension) => codes.filter((code) => drawn.has(code)).length;
    this.area = this.dimensions.find((each) => drawn.size > 0 && covers(each) >= drawn.size / 2)?.id;
  }

  views(): View[] {
    return [
      ...(this.periods.length > 1 ? (["line"] as const) : []),
      "bar",
      ...(this.area ? (["map"] as const) : []),
      "table",
    ];
  }

  label(dimension: string, code: string): string {
    const found = this.document.dimensions.find((each) => each.id === dimension);
    return text(found?.labels?.[found.codes.indexOf(code)]) || code;
  }

  private meets(row: Observation, held: Record<string, string>): boolean {
    return Object.entries(held).every(([id, code]) => row.at[id] === code);
  }

  /** The rows at the held codes, whatever code of `by` they have. */
  at({ by, held }: Pick<Choice, "by" | "held">): Observation[] {
    const others = Object.fromEntries(Object.entries(held).filter(([id]) => id !== by));
    return this.rows.filter((row) => this.meets(row, others));
  }

  period(row: Observation): string {
    return this.time ? (row.at[this.time.id] ?? "") : "";
  }

  /** Held codes under which there is something to see, near those that were wished for. */
  hold(by: string, wished: Record<string, string>, last?: string): Record<string, string> {
    const free = this.dimensions.filter((dimension) => dimension.id !== by);
    const complete = Object.fromEntries(free.map(({ id, codes }) => [id, wished[id] ?? codes[0] ?? ""]));
    if (this.at({ by, held: complete }).length > 0) return complete;
    // Nothing is there: keep what was chosen last, and of the rest what goes with most observations.
    const pool = last ? this.rows.filter((row) => row.at[last] === wished[last]) : this.rows;
    let best: Record<string, string> = complete;
    let most = 0;
    const seen = new Map<string, number>();
    for (const row of pool) {
      const held = Object.fromEntries(free.map(({ id }) => [id, row.at[id] ?? ""]));
      const key = JSON.stringify(held);
      const agrees = free.filter(({ id }) => wished[id] === held[id]).length;
      const score = (seen.get(key) ?? agrees * 10_000) + 1;
      seen.set(key, score);
      if (score > most) [most, best] = [score, held];
    }
    return best;
  }

  /** The codes of `by` with the greatest latest values: as many as can be told apart. */
  leading(by: string, held: Record<string, string>, always: string[] = []): string[] {
    const latest = new Map<string, Observation>();
    for (const row of this.at({ by, held })) {
      const code = row.at[by] ?? "";
      const known = latest.get(code);
      if (!known || when(this.period(row)) > when(this.period(known))) latest.set(code, row);
    }
    const size = (row: Observation) => row.value ?? row.high ?? row.low ?? 0;
    const ranked = [...latest].sort(([, a], [, b]) => size(b) - size(a)).map(([code]) => code);
    const first = always.filter((code) => latest.has(code));
    return [...new Set([...first, ...ranked])].slice(0, 5);
  }
}

/** Most offices name their dimensions by SDMX's concepts. */
export const dimensionName = ({ id, name }: Dimension): string => {
  const own = text(name);
  return own && own !== id ? own : word(`dimension.${id}`);
};

/** What the address asks for, and what it doesn't say as the indicator suggests. */
export function fromAddress(cube: Cube, suggested: Record<string, string>): Choice {
  const asked = query();
  const { document } = cube;
  const dimension = (id: string) => cube.dimensions.find((each) => each.id === id);
  const views = cube.views();
  const usual: View = document.chart === "table" && cube.periods.length > 2 ? "line" : document.chart;
  const view =
    views.find((each) => each === asked.get("view")) ??
    (views.includes(usual) ? usual : (views[0] ?? "table"));
  const by =
    dimension(asked.get("by") ?? "")?.id ??
    (view === "map" ? cube.area : undefined) ??
    dimension("DEFINITION")?.id ??
    // Who said which number is what published figures differ by.
    dimension("STATEMENT")?.id ??
    cube.dimensions[0]?.id ??
    "";
  const wished: Record<string, string> = {};
  for (const { id, codes } of cube.dimensions) {
    const code = asked.get(id)?.split(",")[0];
    const other = suggested[id];
    if (code && codes.includes(code)) wished[id] = code;
    else if (other && codes.includes(other)) wished[id] = other;
  }
  const held = cube.hold(by, wished);
  const named = (asked.get(by) ?? "").split(",").filter((code) => dimension(by)?.codes.includes(code));
  const always = suggested[by] ? [suggested[by]] : [];
  const crowded = view === "line" && isBanded(cube);
  const codes = named.length > 0 ? named : always.length && crowded ? always : cube.leading(by, held, always);
  const among = (code: string | null, otherwise: string) =>
    code && cube.periods.includes(code) ? code : otherwise;
  const last = cube.periods.at(-1) ?? "";
  return {
    view,
    by,
    held,
    codes,
    from: among(asked.get("from"), cube.periods[0] ?? ""),
    to: among(asked.get("to"), last),
    period: among(asked.get("period"), latest(cube, by, held) || last),
  };
}

/** Several bands on one chart hide each other. */
const isBanded = (cube: Cube) => cube.rows.some((row) => row.low !== row.high);

export const latest = (cube: Cube, by: string, held: Record<string, string>): string =>
  cube
    .at({ by, held })
    .map((row) => cube.period(row))
    .reduce((a, b) => (a === "" || when(b) > when(a) ? b : a), "");

export function toAddress(cube: Cube, choice: Choice): void {
  const { view, by, held, codes, from, to, period } = choice;
  const chart = view === "line" || view === "table";
  setQuery({
    view,
    by: cube.dimensions.length > 1 ? by : null,
    ...Object.fromEntries(
      cube.dimensions.map(({ id }) => [
        id,
        id === by ? (chart ? codes.join(",") : null) : (held[id] ?? null),
      ]),
    ),
    from: chart && from !== cube.periods[0] ? from : null,
    to: chart && to !== cube.periods.at(-1) ? to : null,
    period: !chart && cube.periods.length > 1 ? period : null,
  });
}
