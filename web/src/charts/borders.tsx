// The regions within their boundaries, and the cities as discs upon them, which are of one size on every screen:
// as areas they would be too small to be seen or pressed.
import { type GeoPermissibleObjects, geoArea, geoBounds, geoConicEqualArea, geoPath } from "d3-geo";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { feature } from "topojson-client";
import { type DrawingProps, type Drawn, HatchPattern } from "./regions.tsx";

/** What the account's boundaries come as: each shape has its region's code as `id`. */
export type Shapes = GeoJSON.FeatureCollection | TopoJSON.Topology;

export interface BordersProps extends DrawingProps {
  shapes: Shapes;
}

type Shape = GeoJSON.Feature<GeoJSON.Polygon | GeoJSON.MultiPolygon>;

const margin = 4;
const radius = 13;
/** A map is no higher than this share of its width. */
const highest = 1.15;

export function BorderMap({ areas, title, shapes }: BordersProps) {
  const place = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const svg = place.current;
    if (!svg) return;
    const measure = () => setWidth(Math.round(svg.getBoundingClientRect().width));
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(svg);
    return () => resized.disconnect();
  }, []);
  const plan = width > 60 ? planned(areas, shapes, width) : undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: within an SVG there is no fieldset
    <svg
      ref={place}
      class="regionmap in-borders"
      viewBox={`0 0 ${Math.max(width, 1)} ${plan?.height ?? 1}`}
      role="group"
      aria-label={title}
    >
      <HatchPattern />
      {plan?.regions.map(({ area, path }) => (
        <Region key={area.code} area={area}>
          {(of, fill) => <path class={of} fill={fill} d={path} />}
        </Region>
      ))}
      {plan?.cities.map(({ area, path, x, y }) => (
        <Region key={area.code} area={area}>
          {(of, fill) => (
            <>
              {of === "area" && <path class="outline" d={path} />}
              <circle class={of} fill={fill} cx={x} cy={y} r={radius} />
            </>
          )}
        </Region>
      ))}
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus */}
      <g class="labels" aria-hidden="true">
        {plan?.labels.map(({ lines, x, y, anchor }) => (
          <text key={`${x} ${y}`} x={x} y={y} text-anchor={anchor}>
            {lines.map((line, index) => (
              <tspan
                key={line}
                x={x}
                dy={index === 0 ? 0 : lineHeight}
                class={index === 0 ? "name" : "value"}
              >
                {line}
              </tspan>
            ))}
          </text>
        ))}
      </g>
    </svg>
  );
}

interface RegionProps {
  area: Drawn;
  children: (of: string, fill?: string) => preact.JSX.Element;
}

const Region = ({ area, children }: RegionProps) => (
  <a href={area.href} class={area.shade}>
    {children("area")}
    {area.shade.startsWith("below") && children("hatched", "url(#hatch)")}
    <title>{area.full}</title>
  </a>
);

/** Where everything comes on a drawing of that width. */
function planned(areas: Drawn[], shapes: Shapes, width: number) {
  const all = new Map(collected(shapes).map((shape) => [String(shape.id), shape]));
  const whole: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [...all.values()] };
  const projection = conic(whole).fitExtent(
    [
      [margin, margin],
      [width - margin, width * highest - margin],
    ],
    whole,
  );
  const path = geoPath(projection);
  // A country that is wider than it is high leaves the rest of the frame empty.
  const [[, top], [, bottom]] = path.bounds(whole);
  const [left, above] = projection.translate();
  projection.translate([left, above - top + margin]);
  const height = Math.ceil(bottom - top + 2 * margin);

  const drawn = areas.flatMap((area) => {
    const shape = all.get(area.code);
    const [x, y] = shape ? path.centroid(largest(shape)) : [0, 0];
    return shape ? [{ area, shape, path: path(shape) ?? "", x, y, size: path.area(shape) }] : [];
  });
  const cities = drawn.filter(({ area }) => area.city);
  keepApart(cities, width, height);
  const regions = drawn.filter(({ area }) => !area.city);
  const labels = new Labels(width, height, cities);
  for (const city of cities) labels.besides(city);
  for (const region of [...regions].sort((a, b) => b.size - a.size)) {
    const [[west, north], [east, south]] = path.bounds(largest(region.shape));
    labels.within(region, east - west, south - north);
  }
  return { height, regions, cities, labels: labels.placed };
}

/** The shapes, each ring wound as d3 wants it: what lies to its right is inside, or it would take in the globe. */
function collected(shapes: Shapes): Shape[] {
  const regions = shapes.type === "Topology" ? shapes.objects.regions : undefined;
  const found = shapes.type === "Topology" ? (regions ? feature(shapes, regions) : undefined) : shapes;
  const features = found && "features" in found ? found.features : [];
  const wound = (rings: GeoJSON.Position[][]) =>
    rings.map((ring, index) => {
      const isLarge = geoArea({ type: "Polygon", coordinates: [ring] }) > 2 * Math.PI;
      return isLarge === index > 0 ? ring : [...ring].reverse();
    });
  return features.flatMap((each): Shape[] => {
    const { geometry } = each;
    const kept = { type: "Feature" as const, id: each.id ?? "", properties: null };
    if (geometry?.type === "Polygon")
      return [{ ...kept, geometry: { type: "Polygon", coordinates: wound(geometry.coordinates) } }];
    if (geometry?.type === "MultiPolygon")
      return [{ ...kept, geometry: { type: "MultiPolygon", coordinates: geometry.coordinates.map(wound) } }];
    return [];
  });
}

/** The part of a region that is named: not the islands before its coast. */
function largest({ geometry }: Shape): GeoPermissibleObjects {
  if (geometry.type === "Polygon") return geometry;
  const parts = geometry.coordinates.map((coordinates) => ({ type: "Polygon" as const, coordinates }));
  return parts.reduce((a, b) => (geoArea(b) > geoArea(a) ? b : a));
}

/** A cone that touches a sixth within the country's north and south, so that areas are true and angles nearly so. */
function conic(whole: GeoJSON.FeatureCollection) {
  const [[west, south], [east, north]] = geoBounds(whole);
  // A country on both sides of the date line ends further west than it begins.
  const middle = west <= east ? (west + east) / 2 : (west + east + 360) / 2;
  const sixth = (north - south) / 6;
  return geoConicEqualArea()
    .rotate([-middle, 0])
    .parallels([south + sixth, north - sixth]);
}

interface Spot {
  area: Drawn;
  x: number;
  y: number;
}

/** Moves discs that would cover each other, just as far as they need. */
function keepApart(cities: Spot[], width: number, height: number) {
  const apart = 2 * radius + 2;
  for (let round = 0; round < 20; round++)
    for (const [index, one] of cities.entries())
      for (const other of cities.slice(index + 1)) {
        const [dx, dy] = [other.x - one.x, other.y - one.y];
        const distance = Math.hypot(dx, dy);
        if (distance >= apart) continue;
        const [ux, uy] = distance > 0 ? [dx / distance, dy / distance] : [1, 0];
        const push = (apart - distance) / 2;
        one.x -= ux * push;
        one.y -= uy * push;
        other.x += ux * push;
        other.y += uy * push;
      }
  for (const city of cities) {
    city.x = Math.min(Math.max(city.x, radius + margin), width - radius - margin);
    city.y = Math.min(Math.max(city.y, radius + margin), height - radius - margin);
  }
}

interface Label {
  lines: string[];
  x: number;
  y: number;
  anchor: "start" | "middle" | "end";
}

type Box = [left: number, top: number, right: number, bottom: number];

const lineHeight = 14;

/** Names and values where there is room for them: those that find none are in the table, and told when pointed at. */
class Labels {
  readonly placed: Label[] = [];
  private readonly width: number;
  private readonly height: number;
  private readonly taken: Box[];

  constructor(width: number, height: number, cities: Spot[]) {
    this.width = width;
    this.height = height;
    this.taken = cities.map(({ x, y }) => [x - radius, y - radius, x + radius, y + radius]);
  }

  /** Beside a city's disc. */
  besides({ area, x, y }: Spot) {
    for (const lines of texts(area)) {
      const middle = y + 4 - ((lines.length - 1) * lineHeight) / 2;
      const away = radius + 4;
      const places: Omit<Label, "lines">[] = [
        { x: x + away, y: middle, anchor: "start" },
        { x: x - away, y: middle, anchor: "end" },
        { x, y: y + away + 10, anchor: "middle" },
        { x, y: y - away - (lines.length - 1) * lineHeight, anchor: "middle" },
      ];
      if (places.some((place) => this.put({ lines, ...place }))) return;
    }
  }

  /** Within a region that is so wide and high. */
  within({ area, x, y }: Spot, width: number, height: number) {
    for (const lines of texts(area)) {
      if (widthOf(lines) > width * 0.95 || lines.length * lineHeight > height) continue;
      const middle = y + 4 - ((lines.length - 1) * lineHeight) / 2;
      for (const [dx, dy] of [
        [0, 0],
        [0, -12],
        [0, 12],
        [-16, 0],
        [16, 0],
        [0, -24],
        [0, 24],
      ] as const)
        if (this.put({ lines, x: x + dx, y: middle + dy, anchor: "middle" })) return;
    }
  }

  private put(label: Label): boolean {
    const width = widthOf(label.lines);
    const left = label.x - { start: 0, middle: width / 2, end: width }[label.anchor];
    const top = label.y - 11;
    const box: Box = [left, top, left + width, top + label.lines.length * lineHeight];
    const outside = box[0] < 0 || box[1] < 0 || box[2] > this.width || box[3] > this.height;
    const covers = ([l, t, r, b]: Box) => box[0] < r && l < box[2] && box[1] < b && t < box[3];
    if (outside || this.taken.some(covers)) return false;
    this.taken.push(box);
    this.placed.push(label);
    return true;
  }
}

/** What may stand in a label, the fullest first. */
const texts = ({ name, letters, value }: Drawn): string[][] => [
  [name, value],
  ...(letters ? [[letters, value], [letters]] : []),
  [value],
];

const pen = document.createElement("canvas").getContext("2d");

function widthOf(lines: string[]): number {
  if (pen) pen.font = "600 12px system-ui, sans-serif";
  return Math.max(...lines.map((line) => pen?.measureText(line).width ?? 7 * line.length));
}
