// Where a number comes from, as a tree that opens: methods, then sources and definitions, then cells and lines.
import type { Lineage, LineageCell, LineageNode } from "./documents.ts";
import { date, figure, number } from "./format.ts";
import { TableFrame } from "./frame.tsx";
import { page, text } from "./site.ts";
import { word } from "./words/index.ts";

export function LineageTree({ lineage }: { lineage: Lineage }) {
  const of = lineage.figure;
  return (
    <div class="lineage">
      {of && (
        <p>
          <strong>{figure(of, of.decimals)}</strong> {text(of.unit)} · {text(of.title)}{" "}
          <span class="soft">{Object.values(of.at).join(", ")}</span>
        </p>
      )}
      <ul class="tree">
        <Node node={lineage.root} />
      </ul>
    </div>
  );
}

const leaf = (file: string) => file.slice(file.lastIndexOf("/") + 1);

function Node({ node }: { node: LineageNode }) {
  const { origin } = node;
  return (
    <li>
      <details>
        <summary>
          <span class={`kind ${origin.kind}`}>{word(`lineage.${origin.kind}`)}</span>
          {origin.kind === "source"
            ? text(origin.title)
            : origin.kind === "definition"
              ? text(origin.name) || origin.id
              : node.dataset}{" "}
          <span class="soft small">{word("lineage.observations", { n: node.observations })}</span>
        </summary>
        {node.repeated ? (
          <p class="soft small">{word("lineage.repeated")}</p>
        ) : (
          <>
            <Origin origin={origin} />
            {node.rows.length > 0 && <Rows node={node} />}
          </>
        )}
        {node.inputs.length > 0 && (
          <ul>
            {node.inputs.map((input, index) => (
              <Node key={`${input.dataset} ${index}`} node={input} />
            ))}
          </ul>
        )}
      </details>
    </li>
  );
}

function Origin({ origin }: { origin: LineageNode["origin"] }) {
  if (origin.kind === "method")
    return (
      <>
        <pre>{origin.text}</pre>
        <p class="soft small">{`${leaf(origin.file)}${origin.line ? `:${origin.line}` : ""}`}</p>
      </>
    );
  const link = /^https?:/.test(origin.address ?? origin.published ?? "");
  const address = origin.address ?? origin.published;
  const place = origin.kind === "source" ? "sources" : "definitions";
  return (
    <dl class="facts small">
      <dt>{word("lineage.publisher")}</dt>
      <dd>{origin.publisher ?? origin.owner}</dd>
      {address && <dt>{word("lineage.address")}</dt>}
      {address && <dd>{link ? <a href={address}>{address}</a> : address}</dd>}
      <dt>{word("lineage.file")}</dt>
      <dd>{origin.id ? <a href={page(place, origin.id)}>{leaf(origin.file)}</a> : leaf(origin.file)}</dd>
      {origin.vintage && <dt>{word("lineage.vintage")}</dt>}
      {origin.vintage && <dd>{date(origin.vintage)}</dd>}
      {origin.version && <dt>{word("lineage.version")}</dt>}
      {origin.version && <dd>{origin.version}</dd>}
      {origin.sha256 && <dt>SHA-256</dt>}
      {origin.sha256 && <dd class="code">{origin.sha256}</dd>}
    </dl>
  );
}

function Rows({ node }: { node: LineageNode }) {
  const cells = node.rows.some((row) => row.cells?.length || row.lines?.length);
  return (
    <TableFrame label={node.dataset}>
      <table>
        <thead>
          <tr>
            <th scope="col">{word("lineage.observation")}</th>
            <th scope="col" class="number">
              {word("lineage.value")}
            </th>
            {cells && <th scope="col">{word("lineage.cell")}</th>}
          </tr>
        </thead>
        <tbody>
          {node.rows.map((row) => {
            const key = Object.values(row.key).join(", ");
            return (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td class="number">
                  {numbersFirst(row.values).map(([name, value]) => (
                    <div key={name}>{shown(name, value)}</div>
                  ))}
                </td>
                {cells && (
                  <td>
                    {row.cells?.map((cell) => (
                      <div key={`${place(cell)} ${cell.text}`}>
                        {place(cell)} <q class="code">{cell.text}</q>
                      </div>
                    ))}
                    {row.lines && row.lines.length > 0 && (
                      <div>{word("lineage.lines", { lines: row.lines.join(", ") })}</div>
                    )}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {node.observations > node.rows.length && (
        <p class="soft small">
          {word("lineage.first", { n: node.rows.length, of: number(node.observations) })}
        </p>
      )}
    </TableFrame>
  );
}

const place = ({ line, column, sheet, cell }: LineageCell) =>
  cell ? `${sheet ?? ""}!${cell}` : word("lineage.line", { line: line ?? "?", column: column ?? "?" });

const numbersFirst = (values: Record<string, unknown>) =>
  Object.entries(values).sort(
    ([, a], [, b]) => Number(typeof a === "string") - Number(typeof b === "string"),
  );

function shown(name: string, value: unknown): string {
  if (typeof value === "number") return plain(value);
  if (value && typeof value === "object" && "low" in value) {
    const {
      value: point,
      low,
      high,
    } = value as { value: number | null; low: number | null; high: number | null };
    if (low === high) return plain(point ?? low);
    return `${point === null ? "" : `${plain(point)} `}(${plain(low)} … ${plain(high)})`;
  }
  return value === null || value === undefined ? "—" : `${name} ${value}`;
}

/** In full: these are the numbers as the methods saw them. */
const plain = (value: number | null) => (value === null ? "…" : number(value, decimalsOf(value)));

const decimalsOf = (value: number) =>
  Number.isInteger(value) ? 0 : Math.min(8, (String(value).split(".")[1] ?? "").length);
