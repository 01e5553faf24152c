// From the columns of the documents to what the charts draw.
import type { IndicatorDocument, SeriesColumns } from "../documents.ts";
import type { Bounded } from "../format.ts";
import { range, tick, when } from "../format.ts";
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
export function claimedLevel(claimed: Bounded | null): Reference[] {
  if (!claimed) return [];
  const { value, low, high } = claimed;
  if (low === null && high === null) {
    if (value === null) return [];
    return [{ label: word("claim.claimed", { value: tick(value) }), low: value, high: value }];
  }
  return [{ label: word("claim.claimed", { value: level(low, high) }), low, high }];
}

/** As few digits as it takes: what is claimed or wanted is a round number. */
export function level(low: number | null, high: number | null): string {
  if (low === null) return word("bounds.at-most", { high: tick(high ?? 0) });
  if (high === null) return word("bounds.at-least", { low: tick(low) });
  return low === high ? tick(low) : range(low, high, tick);
}
