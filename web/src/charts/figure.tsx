// A chart with its key and its table. The words and the table are there at once; the drawing comes when it is seen.
import { useEffect, useRef, useState } from "preact/hooks";
import { figure, period, when } from "../format.ts";
import { TableFrame, useSorting } from "../frame.tsx";
import { word } from "../words/index.ts";
import type { Bars, Chart, Lines } from "./draw.ts";

interface Props {
  chart: Chart;
  title: string;
  caption?: string;
  /** A name for the files that are saved; without one, saving isn't offered. */
  file?: string;
  /** The chart's table stands elsewhere on the page. */
  tableless?: boolean;
  /** What is shown above it, where the page says the rest of the title already. */
  heading?: string;
}

export function ChartFigure({ chart, title, caption, file, tableless, heading }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    let seen = false;
    const measure = () => seen && setWidth(Math.floor(box.clientWidth));
    const visible = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        seen = true;
        visible.disconnect();
        measure();
      },
      { rootMargin: "300px" },
    );
    visible.observe(box);
    // Those further down follow when the page has come to rest, so that paper, which doesn't wait, has them all.
    const rest = setTimeout(() => {
      seen = true;
      measure();
    }, 2500);
    const resized = new ResizeObserver(measure);
    resized.observe(box);
    return () => {
      visible.disconnect();
      resized.disconnect();
      clearTimeout(rest);
    };
  }, []);

  useEffect(() => {
    const box = place.current;
    if (!box || width < 50) return;
    let current = true;
    void import("./draw.ts").then(({ draw }) => {
      if (!current) return;
      box.replaceChildren(draw(chart, width, title));
      box.classList.add("drawn");
    });
    return () => {
      current = false;
    };
  }, [chart, width, title]);

  return (
    <figure class="charted">
      <p class="charttitle">
        {heading ?? title} <span class="soft">{inBrackets(chart.unit)}</span>
      </p>
      {chart.kind === "lines" && chart.series.length > 1 && <Keys chart={chart} />}
      <div ref={place} class="chart" />
      {caption && <figcaption>{caption}</figcaption>}
      {file && <Saves drawing={() => place.current?.querySelector("svg")} file={file} title={title} />}
      {!tableless && (
        <details>
          <summary>{word("chart.table")}</summary>
          <ChartTable chart={chart} title={title} />
        </details>
      )}
    </figure>
  );
}

interface SavesProps {
  drawing: () => SVGSVGElement | null | undefined;
  file: string;
  title: string;
}

/** Takes the drawing away, as a picture of lines or of points. */
export function Saves({ drawing, file, title }: SavesProps) {
  async function save(kind: "svg" | "png") {
    const svg = drawing();
    if (!svg) return;
    const { saveSvg, savePng } = await import("./save.ts");
    await (kind === "svg" ? saveSvg : savePng)(svg, file, title);
  }
  return (
    <p class="saves noprint">
      <button type="button" onClick={() => save("png")}>
        PNG
      </button>{" "}
      <button type="button" onClick={() => save("svg")}>
        SVG
      </button>
    </p>
  );
}

export const inBrackets = (unit: string): string =>
  unit === "" || unit.startsWith("(") ? unit : `(${unit})`;

const marks = [
  <circle key="circle" cx="13" cy="6.5" r="3.6" />,
  <rect key="square" x="9.8" y="3.3" width="6.4" height="6.4" />,
  <path key="triangle" d="M13 2.2l4.2 7.6H8.8z" />,
  <path key="diamond" d="M13 1.8l3.2 4.7-3.2 4.7-3.2-4.7z" />,
  <path key="star" d="M13 1.6l1.2 3.3 3.5.1-2.8 2.2 1 3.4-2.9-2-2.9 2 1-3.4L8.300 5l3.5-.1z" />,
  <path key="cross" d="M11.600 2.300h2.800v2.800h2.800v2.800h-2.800v2.800h-2.800V7.900H8.800V5.100h2.800z" />,
  <path
    key="wye"
    d="M11.8 6.300L8.900 4.600l1.200-2.100L13 4.200l2.900-1.700 1.200 2.100-2.900 1.700v3.600h-2.400z"
  />,
  <path key="plus" d="M12.300 2.500h1.400v3.300H17v1.400h-3.300v3.300h-1.400V7.200H9V5.800h3.300z" />,
];

function Keys({ chart }: { chart: Lines }) {
  return (
    <ul class="keys" aria-hidden="true">
      {chart.series.map((series, index) => (
        <li key={series.id}>
          <svg
            class={`key key-${(index % 8) + 1}`}
            viewBox="0 0 26 13"
            fill="currentColor"
            aria-hidden="true"
          >
            <path d="M0 6.500h26" stroke="currentColor" stroke-width="2" />
            {marks[index % marks.length]}
          </svg>
          {series.label}
        </li>
      ))}
    </ul>
  );
}

/** Asked where a number of the table comes from: the series or bar that it stands under, and its period. */
export type Ask = (id: string, period: string | null) => void;

interface TableProps {
  chart: Chart;
  title: string;
  tall?: boolean;
  ask?: Ask | undefined;
}

/** What the chart shows, as a table: a row for each bar, or for each period a row with a column for each series. */
export function ChartTable({ chart, title, tall, ask }: TableProps) {
  const references = (chart.references ?? []).map((reference) => reference.label).join("; ");
  return (
    <TableFrame label={title} tall={tall}>
      <table>
        <caption>
          {title}
          {chart.unit && `, ${chart.unit}`}
          {references && ` · ${references}`}
        </caption>
        {chart.kind === "bars" ? <BarsRows chart={chart} ask={ask} /> : <LinesRows chart={chart} ask={ask} />}
      </table>
    </TableFrame>
  );
}

/** A number; where its lineage can be asked for, it is what is pressed for it. */
const Cell = ({ text, asked }: { text: string; asked: (() => void) | undefined }) =>
  asked ? (
    <button type="button" class="cell" title={word("lineage.where")} onClick={asked}>
      {text}
    </button>
  ) : (
    <span>{text}</span>
  );

function BarsRows({ chart, ask }: { chart: Bars; ask?: Ask | undefined }) {
  const { sorted, heading } = useSorting(chart.bars, (bar, column) =>
    column === 0 ? bar.label : (bar.value ?? bar.high ?? bar.low),
  );
  return (
    <>
      <thead>
        <tr>
          {heading(0, word("table.name"))}
          {heading(1, word("table.value"), true)}
        </tr>
      </thead>
      <tbody>
        {sorted.map((bar) => (
          <tr key={bar.id} class={bar.strong ? "strong" : ""}>
            <th scope="row">{bar.label}</th>
            <td class="number">
              <Cell text={figure(bar, chart.decimals)} asked={ask && (() => ask(bar.id, null))} />
            </td>
          </tr>
        ))}
      </tbody>
    </>
  );
}

function LinesRows({ chart, ask }: { chart: Lines; ask?: Ask | undefined }) {
  const periods = [...new Set(chart.series.flatMap((series) => series.points.map((point) => point.period)))];
  periods.sort((a, b) => when(b) - when(a));
  const found = chart.series.map(
    (series) => [series.id, new Map(series.points.map((point) => [point.period, point] as const))] as const,
  );
  const { sorted, heading } = useSorting(periods, (each, column) => {
    const point = found[column - 1]?.[1].get(each);
    return column === 0 ? when(each) : point ? (point.value ?? point.high ?? point.low) : null;
  });
  return (
    <>
      <thead>
        <tr>
          {heading(0, word("period"))}
          {chart.series.map((series, index) => heading(index + 1, series.label, true))}
        </tr>
      </thead>
      <tbody>
        {sorted.map((each) => (
          <tr key={each}>
            <th scope="row">{period(each)}</th>
            {found.map(([id, points]) => {
              const point = points.get(each);
              return (
                <td class="number" key={id}>
                  {point && (
                    <Cell text={figure(point, chart.decimals)} asked={ask && (() => ask(id, each))} />
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </>
  );
}
