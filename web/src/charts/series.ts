// From the columns of the documents to what the charts draw.
import type { IndicatorDocument, SeriesColumns } from "../documents.ts";
import type { Bounded } from "../format.ts";
import { figure, interval, when } from "../format.ts";
import { word } from "../words/index.ts";
import type { Point, Reference } from "./draw.ts";

export const points = ({ periods, values, low, high }: SeriesColumns): Point[] =>
  periods
    .map((period, index) => ({
      period,
      value: values[index] ?? null,
      low: (low ?? values)[index] ?? null,
      high: (high ?? values)[index] ?? null,
    }))
    .sort((a, b) => when(a.period) - when(b.period));

/** An observation with its codes by dimension. */
export interface Observation extends Bounded {
  at: Record<string, string>;
  status: string | null;
}

export function observations(document: IndicatorDocument): Observation[] {
  const { dimensions, keys, values, low, high, attributes } = document;
  return values.map((value, index) => ({
    at: Object.fromEntries(
      dimensions.map((dimension, which) => [dimension.id, dimension.codes[keys[which]?.[index] ?? -1] ?? ""]),
    ),
    value,
    low: (low ?? values)[index] ?? null,
    high: (high ?? values)[index] ?? null,
    status: attributes?.OBS_STATUS?.[index] ?? null,
  }));
}

/** What was claimed, as a level to draw: a line, or a band between two. */
export function claimedLevel(claimed: Bounded | null, decimals: number): Reference[] {
  if (!claimed) return [];
  const { value, low, high } = claimed;
  if (low === null && high === null && value === null) return [];
  const said = low === null && high === null ? figure(claimed, decimals) : low === high ? figure(claimed, decimals) : interval(low, high, decimals);
  return [{ label: word("claim.claimed", { value: said }), low: low ?? (high === null ? value : null), high }];
}
