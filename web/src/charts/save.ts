// Saves a drawing as the reader sees it: with its colours written out, so that it needs no stylesheet.

const painted = ["fill", "stroke", "color", "fill-opacity", "stroke-opacity", "opacity"] as const;

/** The drawing by itself, under its title, on paper of the page's colour. */
function alone(svg: SVGSVGElement, title: string): { text: string; width: number; height: number } {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>("*")];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  originals.forEach((original, index) => {
    const made = copies[index];
    if (!made) return;
    const style = getComputedStyle(original);
    // What is there for other sizes, or only to be heard.
    if (style.display === "none" || style.opacity === "0") {
      made.remove();
      return;
    }
    for (const property of painted) made.setAttribute(property, style.getPropertyValue(property));
    if (original instanceof SVGTextElement) {
      made.setAttribute("font-size", style.fontSize);
      made.setAttribute("font-weight", style.fontWeight);
      made.setAttribute("text-anchor", style.textAnchor);
    }
    made.removeAttribute("class");
    made.removeAttribute("style");
    if (made.tagName === "a") made.removeAttribute("href");
  });
  const box = svg.viewBox.baseVal;
  const head = 34;
  const [width, height] = [box.width, box.height + head];
  const namespace = "http://www.w3.org/2000/svg";
  const paper = document.createElementNS(namespace, "rect");
  const colours = getComputedStyle(document.documentElement);
  const set = (element: Element, attributes: Record<string, string | number>) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  };
  set(paper, { x: 0, y: -head, width, height, fill: colours.backgroundColor });
  const heading = document.createElementNS(namespace, "text");
  set(heading, {
    x: 8,
    y: -14,
    "font-size": 13,
    "font-weight": 600,
    "text-anchor": "start",
    fill: colours.color,
  });
  heading.textContent = title;
  copy.prepend(paper, heading);
  set(copy, {
    xmlns: namespace,
    viewBox: `0 ${-head} ${width} ${height}`,
    width,
    height,
    "font-family": "system-ui, sans-serif",
  });
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export async function saveSvg(svg: SVGSVGElement, name: string, title: string): Promise<void> {
  download(new Blob([alone(svg, title).text], { type: "image/svg+xml" }), `${name}.svg`);
}

export async function savePng(svg: SVGSVGElement, name: string, title: string): Promise<void> {
  const { text, width, height } = alone(svg, title);
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const image = new Image(width * 2, height * 2);
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * 2;
  canvas.height = height * 2;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob) download(blob, `${name}.png`);
}
