// The documents that the pages read: docs/observatory.md and docs/report.md say what stands in them.
import type { Bounded } from "./format.ts";

export type Text = string | Record<string, string>;

export interface Account {
  id: string;
  name: Text;
  ref_area: string;
  default_definition: string | null;
  headline: { indicator: string; at: Record<string, string> } | null;
  definitions: DefinitionSummary[];
  topics: { id: string; title: Text; claims: string[]; targets: string[]; indicators: string[] }[];
}

export interface DefinitionSummary {
  id: string;
  name: Text;
  owner: string;
  version: string;
  subject: string | null;
  codes: number;
  unverified: number;
  leakage: boolean;
}

/** The classification that definitions are written in: of each code the place of the one that it belongs to. */
export interface Activities {
  codes: string[];
  parents: (number | null)[];
  labels: (Text | null)[];
}

export interface DefinitionDocument extends DefinitionSummary {
  published: string;
  classification: string;
  note: Text | null;
  lines: {
    code: string;
    label: Text | null;
    weight: number;
    industry: string | null;
    origin: string | null;
    status: string;
    leakage: boolean;
  }[];
  finest: Record<string, number>;
  effects: Figure | null;
}

export interface Figure extends Bounded {
  indicator: string;
  title: Text;
  at: Record<string, string>;
  definition: string | null;
  unit: Text;
  decimals: number;
  kind: string;
  note: Text | null;
}

export interface ClaimSummary {
  id: string;
  topic: string;
  text: Text;
  who: Text | null;
  said: string | null;
  link: string | null;
  published: string | null;
  outcome: string;
  under: Record<string, string>;
}

export interface SeriesColumns {
  definition: string | null;
  at: Record<string, string>;
  periods: string[];
  values: (number | null)[];
  low?: (number | null)[];
  high?: (number | null)[];
}

export interface ClaimDocument extends ClaimSummary {
  settle: Text | null;
  note: Text | null;
  lineage: string;
  tests: {
    label: Text;
    indicator: string;
    title: Text;
    unit: Text;
    decimals: number;
    condition: string;
    claimed: Bounded | null;
    at: Record<string, string>;
    series: SeriesColumns[];
    answers: { definition: string | null; verdict: string; figure: Figure | null }[];
  }[];
}

export interface TargetDocument {
  id: string;
  topic: string;
  text: Text;
  value: number;
  direction: "at least" | "at most";
  by: string | null;
  outcome: string;
  readings: {
    label: Text;
    definition: string | null;
    indicator: string;
    outcome: string;
    latest: Figure | null;
    met_in: string | null;
    growth_needed: number | null;
    growth_so_far: number | null;
    series: SeriesColumns[] | SeriesColumns | null;
  }[];
}

export interface IndicatorSummary {
  id: string;
  topic: string;
  title: Text;
  unit: Text;
  decimals: number;
  kind: string;
  chart: "line" | "bar" | "map" | "table";
  dimensions: string[];
  observations: number;
  coverage: [string, string] | null;
}

export interface Dimension {
  id: string;
  name: Text;
  time: boolean;
  codes: string[];
  labels: (Text | null)[] | null;
}

export interface IndicatorDocument {
  id: string;
  topic: string;
  title: Text;
  unit: Text;
  decimals: number;
  kind: string;
  chart: "line" | "bar" | "map" | "table";
  note: Text | null;
  measure: string;
  neutral: number | null;
  dimensions: Dimension[];
  keys: number[][];
  values: (number | null)[];
  low?: (number | null)[];
  high?: (number | null)[];
  attributes?: Record<string, (string | null)[]>;
  downloads: { format: string; href: string }[];
  claims: string[];
  sources: string[];
}

export interface Coded {
  code: string;
  label: Text;
  parent: string | null;
}

/** How the regions are drawn. */
export interface MapDocument {
  areas: {
    code: string;
    letters: Text | null;
    name: Text | null;
    tile: [column: number, row: number] | null;
    city: boolean;
  }[];
  boundaries: {
    title: Text;
    publisher: string;
    address: string;
    vintage: string;
    licence: string;
  } | null;
}

export interface PlaceDocument extends Coded {
  /** Labels of the codes in `at`, by dimension. */
  labels?: Record<string, Record<string, Text>>;
  indicators: {
    id: string;
    title: Text;
    unit: Text;
    decimals: number;
    chart: string;
    topic: string;
    rows: ({ at: Record<string, string> } & Bounded)[];
  }[];
}

export interface Proposal {
  id: string;
  topic: string;
  title: Text;
  status: string;
  provision: { act: string; version: string; element: string };
}

export interface Release {
  id: string;
  sealed: string;
  sources: Record<string, { sha256: string; vintage: string }>;
  inputs: Record<string, string>;
  outputs: Record<string, string>;
  verdicts: Record<string, string>;
}

export interface SearchDocument {
  entries: [kind: string, id: string, title: string, detail: string, href: string][];
}

export interface Status {
  mode: "static" | "served";
  faults?: {
    code: string;
    title: Text;
    message: string;
    file: string | null;
    line: number | null;
    help: string | null;
  }[];
}

/** `olshem explain --json`: docs/report.md, Lineage. */
export interface Lineage {
  figure?: Figure;
  root: LineageNode;
}

export interface ClaimLineage {
  tests: { label?: Text; condition: string; file: string; line: number; numbers: Lineage[] }[];
}

export interface LineageNode {
  dataset: string;
  origin: {
    kind: "method" | "source" | "definition";
    file: string;
    line?: number;
    text?: string;
    title?: Text;
    publisher?: string;
    address?: string;
    licence?: string;
    retrieved?: string;
    vintage?: string;
    sha256?: string;
    id?: string;
    name?: Text;
    owner?: string;
    version?: string;
    published?: string;
  };
  observations: number;
  rows: {
    key: Record<string, string>;
    values: Record<string, unknown>;
    cells?: LineageCell[];
    lines?: number[];
    deciding?: number;
  }[];
  inputs: LineageNode[];
  repeated: boolean;
}

export interface LineageCell {
  line?: number;
  column?: string | number;
  sheet?: string;
  cell?: string;
  text?: string;
}
