// A map of tiles: one for each region, where it lies among its neighbours, and a disc for each city beside the region
// around it. All are of one size, so the cities, which would be dots on a map of areas, are seen and reached like the rest.
import { type DrawingProps, HatchPattern } from "./regions.tsx";

const side = 92;
const gap = 4;

export function TileMap({ areas, title }: DrawingProps) {
  const placed = areas.flatMap((area) => (area.tile ? [{ ...area, tile: area.tile }] : []));
  const columns = 1 + Math.max(0, ...placed.map(({ tile: [column] }) => column));
  const rows = 1 + Math.max(0, ...placed.map(({ tile: [, row] }) => row));
  return (
    // biome-ignore lint/a11y/useSemanticElements: within an SVG there is no fieldset
    <svg
      class="regionmap on-tiles"
      viewBox={`0 0 ${columns * side} ${rows * side}`}
      role="group"
      aria-label={title}
    >
      <HatchPattern />
      {placed.map(({ code, href, shade, name, letters, value, full, tile: [column, row], city }) => {
        const [x, y] = [column * side, row * side];
        const shape = (of: string, fill?: string) =>
          city ? (
            <circle class={of} fill={fill} cx={x + side / 2} cy={y + side / 2} r={side / 2 - gap / 2} />
          ) : (
            <rect
              class={of}
              fill={fill}
              x={x + gap / 2}
              y={y + gap / 2}
              width={side - gap}
              height={side - gap}
              rx="3"
            />
          );
        return (
          <a key={code} href={href} class={shade}>
            {shape("area")}
            {shade.startsWith("below") && shape("hatched", "url(#hatch)")}
            <text class="name" x={x + side / 2} y={y + side / 2 - 4}>
              {name}
            </text>
            <text class="initials" x={x + side / 2} y={y + side / 2 - 2}>
              {letters || name.slice(0, 3)}
            </text>
            <text class="value" x={x + side / 2} y={y + side / 2 + 17}>
              {value}
            </text>
            <text class="full" x={x + side / 2} y={y + side / 2}>
              {full}
            </text>
          </a>
        );
      })}
    </svg>
  );
}
