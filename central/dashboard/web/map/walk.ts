const HEADINGS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** To the nearest station in the arrow's direction; what lies aside counts as further. */
export function walkMap(event: KeyboardEvent): void {
  const heading = HEADINGS[event.key];
  const from = event.currentTarget;
  if (!heading || !(from instanceof SVGElement) || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const [dx, dy] = heading;
  const [x, y] = placeOf(from);
  let nearest: SVGElement | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const other of document.querySelectorAll<SVGElement>(".map-station")) {
    const [ox, oy] = placeOf(other);
    const ahead = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    const distance = ahead + 2 * aside;
    if (ahead <= 0.5 || aside > 2 * ahead || distance >= least) continue;
    least = distance;
    nearest = other;
  }
  nearest?.focus();
}

function placeOf({ dataset }: SVGElement): [number, number] {
  return [Number(dataset["x"]), Number(dataset["y"])];
}
