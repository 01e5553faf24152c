// What values share a shade on a map: those that lie close together, so that one that stands alone has its own; or,
// where there is a value that is neither much nor little, those that are as far from it.
import { type Bounded, number, range, tick } from "../format.ts";
import { word } from "../words/index.ts";

export interface Class {
  /** What is in it, in words: `0.5 – 0.8`. */
  name: string;
  /** The name of its shade in the stylesheet. */
  shade: string;
  holds(value: number): boolean;
}

const most = 5;

/** The classes of the values, from the least; around a neutral value, where there is one. */
export function classesOf(areas: Bounded[], neutral: number | null, decimals: number): Class[] {
  const values = areas
    .map((area) => area.value)
    .filter((value): value is number => value !== null && Number.isFinite(value))
    .sort((a, b) => a - b);
  if (values.length === 0) return [];
  return neutral === null ? close(values, decimals) : around(values, neutral);
}

export const shadeOf = (value: number | null, classes: Class[]): string =>
  classes.find((each) => value !== null && each.holds(value))?.shade ?? "none";

/** Values that lie close together, named by the least and the greatest of them. */
function close(sorted: number[], decimals: number): Class[] {
  const groups = grouped(sorted, most);
  return groups.map((group, index) => {
    const [low, high] = [group[0] ?? 0, group.at(-1) ?? 0];
    const written = (end: number) => number(end, decimals);
    return {
      name: written(low) === written(high) ? written(low) : range(low, high, written),
      shade: `step-${spread(index, groups.length, most)}`,
      holds: (value) => value >= low && value <= high,
    };
  });
}

/**
 * Three classes on either side of a neutral value, with bounds that do not move with the values: of a quotient up to
 * a quarter more or less than even, up to twice or half, and beyond; where nothing is 0, in round steps from it.
 */
function around(values: number[], neutral: number): Class[] {
  const step = round(Math.max(...values.map(Math.abs)) / 3);
  const bounds =
    neutral === 0 ? [-2 * step, -step, 0, step, 2 * step] : [0.5, 0.8, 1, 1.25, 2].map((of) => of * neutral);
  const shades = ["below-2", "below-1", "below-0", "above-0", "above-1", "above-2"];
  return shades.map((shade, index): Class => {
    const [low, high] = [bounds[index - 1], bounds[index]];
    const name =
      low === undefined
        ? word("map.below", { value: tick(high ?? 0) })
        : high === undefined
          ? word("map.above", { value: tick(low) })
          : range(low, high, tick);
    return { name, shade, holds: (value) => value >= (low ?? -Infinity) && value < (high ?? Infinity) };
  });
}

/** The nearest of 1, 2, 5, 10, 20 and so on. */
function round(size: number): number {
  if (!(size > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  return ([1, 2, 5].findLast((times) => times * power <= size) ?? 1) * power;
}

/** The place of a class among as many shades as there are, so that few classes are far apart. */
const spread = (index: number, count: number, shades: number) =>
  count < 2 ? Math.floor(shades / 2) : Math.round((index * (shades - 1)) / (count - 1));

/**
 * Natural breaks, after Fisher and Jenks: of all ways to cut the sorted values into so many groups the one in which
 * they lie closest to their group's mean.
 */
function grouped(sorted: number[], count: number): number[][] {
  const groups = Math.min(count, new Set(sorted).size);
  if (groups === 0) return [];
  const sums = [0];
  const squares = [0];
  for (const [index, value] of sorted.entries()) {
    sums.push((sums[index] ?? 0) + value);
    squares.push((squares[index] ?? 0) + value * value);
  }
  /** The sum of squared distances from the mean, of the values from one up to another. */
  const spreadOf = (from: number, to: number) => {
    const sum = (sums[to] ?? 0) - (sums[from] ?? 0);
    return (squares[to] ?? 0) - (squares[from] ?? 0) - (sum * sum) / (to - from);
  };
  // Of the first n values in so many groups: the least that they can be apart, and where the last group begins.
  let best = sorted.map((_, index) => spreadOf(0, index + 1));
  const cuts: number[][] = [];
  for (let group = 1; group < groups; group++) {
    const next = best.map(() => Number.POSITIVE_INFINITY);
    const from = best.map(() => 0);
    for (let to = group + 1; to <= sorted.length; to++)
      for (let cut = group; cut < to; cut++) {
        const apart = (best[cut - 1] ?? 0) + spreadOf(cut, to);
        // Equal values belong together.
        if (apart < (next[to - 1] ?? 0) && sorted[cut - 1] !== sorted[cut]) {
          next[to - 1] = apart;
          from[to - 1] = cut;
        }
      }
    best = next;
    cuts.unshift(from);
  }
  const found: number[][] = [];
  let end = sorted.length;
  for (const from of cuts) {
    const cut = from[end - 1] ?? 0;
    found.unshift(sorted.slice(cut, end));
    end = cut;
  }
  found.unshift(sorted.slice(0, end));
  return found.filter((group) => group.length > 0);
}
