// One figure under each definition, as bars with their bounds, from the least to the most.
import type { PlaceDocument } from "../documents.ts";
import type { Chart } from "./draw.ts";

type Row = PlaceDocument["indicators"][number]["rows"][number];

/** `rows` are of one period; the definition `chosen` stands out. */
export const acrossDefinitions = (
  rows: Row[],
  chosen: string | null,
  name: (id: string) => string,
  { decimals, unit }: { decimals: number; unit: string },
): Chart => ({
  kind: "bars",
  decimals,
  unit,
  bars: rows
    .map((row) => ({
      id: row.at.DEFINITION ?? "",
      label: name(row.at.DEFINITION ?? ""),
      strong: row.at.DEFINITION === chosen,
      value: row.value,
      low: row.low,
      high: row.high,
    }))
    .sort((a, b) => (a.high ?? 0) - (b.high ?? 0)),
});
