// The regions of the account as a map: within their boundaries where the account has some, or on tiles.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MapDocument } from "../documents.ts";
import { type Bounded, figure, number } from "../format.ts";
import { api, query, setQuery, text } from "../site.ts";
import { word } from "../words/index.ts";
import type { BordersProps, Shapes } from "./borders.tsx";
import { type Class, classesOf, shadeOf } from "./classes.ts";
import { TileMap } from "./tiles.tsx";

/** What is known of a region. */
export interface Area extends Bounded {
  code: string;
  label: string;
  href: string;
}

/** A region as it is drawn. */
export interface Drawn {
  code: string;
  href: string;
  shade: string;
  /** Its name in a word, and in letters. */
  name: string;
  letters: string;
  value: string;
  /** Name and value in full, for those who hear it. */
  full: string;
  tile: [column: number, row: number] | null;
  city: boolean;
}

export interface DrawingProps {
  areas: Drawn[];
  title: string;
}

interface Props {
  map: MapDocument;
  areas: Area[];
  decimals: number;
  unit: string;
  title: string;
  neutral: number | null;
}

/** As many digits as there is room for. */
const widest = 10;

export function RegionsMap({ map, areas, decimals, unit, title, neutral }: Props) {
  const tiles = map.areas.some((area) => area.tile);
  const [onTiles, setOnTiles] = useState(!map.boundaries || (tiles && query().get("map") === "tiles"));
  const classes = classesOf(areas, neutral, decimals);
  const places = new Map(map.areas.map((place) => [place.code, place]));
  const drawn = areas.flatMap((area): Drawn[] => {
    const place = places.get(area.code);
    if (!place) return [];
    // Of some regions no more is known than bounds.
    const bounded = area.value === null && (area.low !== null || area.high !== null);
    const known = area.value !== null ? number(area.value, decimals) : bounded ? figure(area, decimals) : "";
    const letters = text(place.letters);
    const said = known ? `${figure(area, decimals)} ${unit}`.trim() : word("chart.no-value");
    return [
      {
        code: area.code,
        href: area.href,
        shade: shadeOf(area.value, classes),
        name: text(place.name) || area.label,
        letters,
        value: known === "" ? "—" : known.length <= widest ? known : "…",
        full: `${area.label}: ${said}`,
        tile: place.tile,
        city: place.city,
      },
    ];
  });
  const choose = (tiles: boolean) => {
    setQuery({ map: tiles ? "tiles" : null });
    setOnTiles(tiles);
  };
  return (
    <>
      {map.boundaries && tiles && (
        <fieldset class="tabs noprint">
          <legend class="unseen">{word("map.drawn")}</legend>
          {[false, true].map((each) => (
            <button
              type="button"
              key={String(each)}
              aria-pressed={each === onTiles}
              onClick={() => choose(each)}
            >
              {word(each ? "map.as-tiles" : "map.as-borders")}
            </button>
          ))}
        </fieldset>
      )}
      {onTiles ? <TileMap areas={drawn} title={title} /> : <Borders areas={drawn} title={title} />}
      <Legend classes={classes} missing={drawn.some(({ shade }) => shade === "none")} />
      <figcaption>
        {word(onTiles ? "map.tiles" : "map.borders")}
        {!onTiles && map.boundaries && <Credit of={map.boundaries} />}
      </figcaption>
    </>
  );
}

/** The drawing within boundaries. Its code and the shapes are loaded when a map is to be seen, and only then. */
function Borders(props: DrawingProps) {
  const [[Drawing, shapes], setLoaded] = useState<[ComponentType<BordersProps>?, Shapes?]>([]);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    Promise.all([import("./borders.tsx"), api<Shapes>("boundaries")]).then(
      ([{ BorderMap }, shapes]) => setLoaded([BorderMap, shapes]),
      () => setFailed(true),
    );
  }, []);
  if (failed) return <p class="note">{word("map.failed")}</p>;
  return Drawing && shapes ? (
    <Drawing {...props} shapes={shapes} />
  ) : (
    <div class="regionmap" aria-busy="true" />
  );
}

interface LegendProps {
  classes: Class[];
  /** Whether some region has no value. */
  missing: boolean;
}

function Legend({ classes, missing }: LegendProps) {
  return (
    <ul class="keys legend">
      {classes.map(({ name, shade }) => (
        <li key={shade}>
          <svg class={`key ${shade}`} viewBox="0 0 26 13" aria-hidden="true">
            <rect class="area" width="26" height="13" />
            {shade.startsWith("below") && <Hatched width={26} height={13} />}
          </svg>
          {name}
        </li>
      ))}
      {missing && (
        <li>
          <svg class="key none" viewBox="0 0 26 13" aria-hidden="true">
            <rect class="area" width="26" height="13" />
          </svg>
          {word("chart.no-value")}
        </li>
      )}
    </ul>
  );
}

/** Whose the boundaries are. */
function Credit({ of: { title, publisher, address, vintage, licence } }: { of: Credited }) {
  const isWeb = /^https?:\/\//.test(address);
  return (
    <>
      <br />
      {word("map.boundaries")}: {text(title)},{" "}
      {isWeb ? (
        <a class="outward" rel="external noopener" href={address}>
          {publisher}
        </a>
      ) : (
        publisher
      )}
      , {vintage}; {licence}
    </>
  );
}

type Credited = NonNullable<MapDocument["boundaries"]>;

/** Strokes over a key, as over the regions that lie below the neutral value: colour alone doesn't tell the side. */
const Hatched = ({ width, height }: { width: number; height: number }) => (
  <path
    class="hatch"
    d={Array.from({ length: Math.ceil((width + height) / 6) }, (_, n) => {
      const x = n * 6;
      return `M${Math.max(0, x - height)} ${Math.min(height, x)}L${Math.min(x, width)} ${Math.max(0, x - width)}`;
    }).join("")}
  />
);

/** The same strokes for a shape of any form: to be in a drawing once, and named by `fill`. */
export const HatchPattern = () => (
  <defs>
    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">
      <path class="hatch" d="M0 6L6 0M-1 1L1 -1M5 7L7 5" />
    </pattern>
  </defs>
);
