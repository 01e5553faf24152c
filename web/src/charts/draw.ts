// Draws the charts with Observable Plot. Loaded only when a chart comes into view; a page is whole without it.
import * as Plot from "@observablehq/plot";
import { type Bounded, figure, period, tick, when } from "../format.ts";

export interface Point extends Bounded {
  period: string;
}

export interface Series {
  id: string;
  label: string;
  points: Point[];
}

/** A level that the series are held against: a claimed value, a target. */
export interface Reference {
  label: string;
  low: number | null;
  high: number | null;
}

export interface Lines {
  kind: "lines";
  series: Series[];
  references?: Reference[];
  decimals: number;
  unit: string;
  /** A period after the last one observed, for what is still to be reached. */
  until?: number;
  /** The period that a claim is held against. */
  mark?: string;
}

export interface Bar extends Bounded {
  id: string;
  label: string;
  strong?: boolean;
}

export interface Bars {
  kind: "bars";
  bars: Bar[];
  references?: Reference[];
  decimals: number;
  unit: string;
}

export type Chart = Lines | Bars;

const ink = "var(--ink)";
const soft = "var(--ink-soft)";
const grid = "var(--line)";
const claimed = "var(--claimed)";
const colour = (index: number) => `var(--series-${(index % 8) + 1})`;
// Plot names each of its marks for the screen reader; the picture has one name already.
const unnamed = (mark: Plot.Tip): Plot.Tip => Object.assign(mark, { ariaLabel: undefined });
const symbols = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "plus"] as const;

/** An SVG of the given width. Its colours are the stylesheet's, and so follow light and dark. */
export function draw(chart: Chart, width: number, title: string): SVGSVGElement {
  const svg = chart.kind === "lines" ? lines(chart, width) : bars(chart, width);
  // One picture with one name; what Plot calls its parts is no help beside the table.
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  return svg;
}

function plot(options: Plot.PlotOptions): SVGSVGElement {
  const svg = Plot.plot(options) as SVGSVGElement;
  svg.setAttribute("class", "plot");
  return svg;
}

const middle = (point: Bounded) =>
  point.value ??
  (point.low !== null && point.high !== null ? (point.low + point.high) / 2 : (point.low ?? point.high));

function lines(chart: Lines, width: number): SVGSVGElement {
  const rows = chart.series.flatMap((series, index) =>
    series.points
      .map((point) => ({ ...point, x: when(point.period), series: series.label, index }))
      .filter((row) => Number.isFinite(row.x)),
  );
  const banded = rows.filter((row) => row.low !== null && row.high !== null && row.high > row.low);
  const points = rows.filter((row) => row.value !== null);
  const years = rows.map((row) => row.x);
  const first = Math.min(...years);
  const until = Math.max(...years, chart.until ?? -Infinity);
  const few = chart.series.length <= 8;
  const references = chart.references ?? [];
  const alone = new Set(
    chart.series.filter((series) => series.points.length === 1).map((series) => series.label),
  );
  return plot({
    width,
    height: Math.round(Math.max(220, Math.min(380, width * 0.55))),
    marginLeft: 52,
    marginRight: 16,
    marginTop: 18,
    marginBottom: 28,
    x: { domain: first === until ? [first - 1, until + 1] : [first, until], label: null },
    y: { label: null, nice: true, zero: zeroBased(rows, references) },
    style: { fontSize: "12px", fontFamily: "inherit", overflow: "visible" },
    marks: [
      Plot.gridY({ ticks: 5, stroke: grid, strokeOpacity: 1 }),
      ...(chart.mark
        ? [Plot.ruleX([when(chart.mark)], { stroke: claimed, strokeWidth: 1, strokeDasharray: "2 3" })]
        : []),
      Plot.axisY({ ticks: 5, tickFormat: tick, tickSize: 0, fill: soft }),
      Plot.axisX({
        ticks: Math.max(2, Math.min(8, Math.floor(width / 80))),
        tickFormat: (year: number) => (Number.isInteger(year) ? String(year) : ""),
        fill: soft,
        stroke: grid,
      }),
      Plot.areaY(banded, {
        x: "x",
        y1: "low",
        y2: "high",
        z: "series",
        fill: (row) => colour(row.index),
        fillOpacity: few && chart.series.length > 3 ? 0.1 : 0.2,
      }),
      // The edges of a band are drawn, so that it is seen in print and by those who see few colours.
      ...(["low", "high"] as const).map((edge) =>
        Plot.lineY(banded, {
          x: "x",
          y: edge,
          z: "series",
          stroke: (row) => colour(row.index),
          strokeWidth: 1,
          strokeDasharray: "3 2",
        }),
      ),
      Plot.ruleX(
        banded.filter((row) => alone.has(row.series)),
        { x: "x", y1: "low", y2: "high", stroke: (row) => colour(row.index), strokeWidth: 2 },
      ),
      // A period without a value is a gap, not a line drawn over it.
      Plot.lineY(rows, {
        x: "x",
        y: (row) => row.value ?? Number.NaN,
        z: "series",
        stroke: (row) => colour(row.index),
        strokeWidth: 2,
      }),
      Plot.dot(points, {
        x: "x",
        y: "value",
        symbol: (row: { index: number }) => symbols[row.index % symbols.length],
        fill: (row) => colour(row.index),
        r: points.length > 80 ? 2 : 3.2,
      } as Plot.DotOptions),
      ...references.flatMap((reference) => referenceMarks(reference, "y")),
      unnamed(
        Plot.tip(
          rows,
          Plot.pointerX({
            maxRadius: 100,
            x: "x",
            y: (row) => middle(row),
            title: (row) =>
              `${row.series}\n${period(row.period)}: ${figure(row, chart.decimals)} ${chart.unit}`,
            fill: "var(--paper)",
            stroke: soft,
          }),
        ),
      ),
    ],
  });
}

function bars(chart: Bars, width: number): SVGSVGElement {
  const narrow = width < 480;
  const labels = chart.bars.map((bar) => bar.label);
  const longest = Math.max(0, ...labels.map((label) => label.length));
  const marginLeft = narrow ? 10 : Math.min(Math.round(width * 0.42), 24 + longest * 6.8);
  const references = chart.references ?? [];
  const extent = chart.bars.filter((bar) => bar.low !== null && bar.high !== null && bar.high > bar.low);
  const points = chart.bars.filter((bar) => bar.value !== null);
  const room = narrow ? width - 20 : marginLeft - 16;
  const rows = Math.min(3, Math.ceil((longest * 6.8) / room));
  const step = narrow ? 28 + 14 * rows : Math.max(26, 13 * rows + 7);
  return plot({
    width,
    height: 40 + step * chart.bars.length,
    marginLeft,
    marginRight: 20,
    marginTop: 12,
    marginBottom: 28,
    x: { label: null, nice: true, zero: zeroBased(chart.bars, references) },
    y: {
      domain: labels,
      label: null,
      axis: null,
      padding: narrow ? 1 - 16 / step : 0.35,
      ...(narrow ? { align: 1, paddingOuter: 0.1 } : {}),
    },
    style: { fontSize: "12px", fontFamily: "inherit", overflow: "visible" },
    marks: [
      Plot.gridX({ ticks: Math.max(2, Math.floor(width / 110)), stroke: grid, strokeOpacity: 1 }),
      Plot.axisX({ ticks: Math.max(2, Math.floor(width / 110)), tickFormat: tick, tickSize: 0, fill: soft }),
      ...(narrow
        ? [
            Plot.text(chart.bars, {
              y: "label",
              text: "label",
              frameAnchor: "left",
              textAnchor: "start",
              lineAnchor: "bottom",
              lineWidth: (width - 20) / 14,
              dx: 2,
              dy: -12,
              fill: ink,
            } as Plot.TextOptions),
          ]
        : [Plot.axisY({ tickSize: 0, fill: ink, lineWidth: (marginLeft - 16) / 13 })]),
      ...references.flatMap((reference) => referenceMarks(reference, "x", extentOf(chart.bars, references))),
      Plot.barX(
        points.filter((bar) => !extent.includes(bar)),
        { x: "value", y: "label", fill: (bar) => (bar.strong ? colour(0) : "var(--bar)") },
      ),
      // An interval is a bar between its bounds, closed at both ends; a value within it a dot.
      Plot.barX(extent, {
        x1: "low",
        x2: "high",
        y: "label",
        fill: (bar) => (bar.strong ? colour(0) : "var(--bar)"),
        fillOpacity: 0.45,
      }),
      Plot.tickX(extent, {
        x: "low",
        y: "label",
        stroke: (bar) => (bar.strong ? colour(0) : soft),
        strokeWidth: 2,
      }),
      Plot.tickX(extent, {
        x: "high",
        y: "label",
        stroke: (bar) => (bar.strong ? colour(0) : soft),
        strokeWidth: 2,
      }),
      Plot.dot(
        points.filter((bar) => extent.includes(bar)),
        { x: "value", y: "label", fill: ink, r: 3.5 },
      ),
      Plot.ruleX([0], { stroke: soft }),
      unnamed(
        Plot.tip(
          chart.bars,
          Plot.pointerY({
            maxRadius: 100,
            x: (bar) => bar.high ?? bar.value,
            y: "label",
            title: (bar) => `${bar.label}\n${figure(bar, chart.decimals)} ${chart.unit}`,
            fill: "var(--paper)",
            stroke: soft,
          }),
        ),
      ),
    ],
  });
}

function referenceMarks(
  { label, low, high }: Reference,
  axis: "x" | "y",
  [start, end]: [number, number] = [0, 1],
): Plot.Markish[] {
  const level = low !== null && high !== null && low !== high ? null : (low ?? high);
  const at = level ?? high ?? 0;
  const share = (at - start) / (end - start);
  const textAnchor = axis === "y" || share < 0.25 ? "start" : share > 0.75 ? "end" : "middle";
  const text = { fill: claimed, fontWeight: 600, textAnchor } as const;
  const name =
    axis === "y"
      ? Plot.text([label], {
          frameAnchor: "left",
          y: [at],
          dy: -8,
          stroke: "var(--paper)",
          strokeWidth: 4,
          ...text,
        } as Plot.TextOptions)
      : Plot.text([label], { frameAnchor: "top", x: [at], dy: -10, ...text } as Plot.TextOptions);
  if (level === null) {
    const band = { fill: claimed, fillOpacity: 0.15 };
    return axis === "y"
      ? [Plot.rectY([0], { y1: [low], y2: [high], ...band } as Plot.RectOptions), name]
      : [Plot.rectX([0], { x1: [low], x2: [high], ...band } as Plot.RectOptions), name];
  }
  const stroke = { stroke: claimed, strokeWidth: 1.5, strokeDasharray: "6 3" };
  return axis === "y" ? [Plot.ruleY([level], stroke), name] : [Plot.ruleX([level], stroke), name];
}

/** From the least to the greatest of what is drawn, and zero. */
function extentOf(rows: Bounded[], references: Reference[]): [number, number] {
  const values = [...rows, ...references.map((each) => ({ ...each, value: null }))]
    .flatMap((row) => [row.low, row.high, row.value])
    .filter((value): value is number => value !== null);
  return [Math.min(0, ...values), Math.max(0, ...values)];
}

/** Zero belongs on the axis unless all values lie far from it. */
function zeroBased(rows: Bounded[], references: Reference[]): boolean {
  const values = [...rows, ...references.map((each) => ({ ...each, value: null }))]
    .flatMap((row) => [row.low, row.high, row.value])
    .filter((value): value is number => value !== null);
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low >= 0 ? low < high * 0.75 : true;
}
