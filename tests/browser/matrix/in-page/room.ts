import { nameOf } from "./boxes.ts";

const FRAMES = ".main, .side, .sheet, .overview, .table-scroll, .help, .story";

/** What can be scrolled sideways. */
export function tooWide(): string[] {
  const found: string[] = [];
  const more = document.documentElement.scrollWidth - innerWidth;
  if (more > 0) found.push(`${more} px too wide`);
  for (const frame of document.querySelectorAll(FRAMES)) {
    const hidden = frame.scrollWidth - frame.clientWidth;
    if (hidden > 1 && getComputedStyle(frame).overflowX !== "visible")
      found.push(`${nameOf(frame)} ${hidden} px too wide`);
  }
  return found;
}

/** The first screen of a laptop has no scrollbar but that of its table, which shows `rows` stations at least. */
export function tooHigh(rows: number): string[] {
  const found: string[] = [];
  const more = document.documentElement.scrollHeight - innerHeight;
  if (more > 0) found.push(`${more} px too high`);
  const overview = document.querySelector(".overview");
  if (!overview) return found;
  const hidden = overview.scrollHeight - overview.clientHeight;
  if (hidden > 1) found.push(`the side column is ${hidden} px too high`);
  const frame = overview.querySelector(".table-scroll")?.getBoundingClientRect();
  const bottom = Math.min(frame?.bottom ?? 0, overview.getBoundingClientRect().bottom, innerHeight);
  const whole = [...overview.querySelectorAll("tbody tr")].filter(
    (row) => row.getBoundingClientRect().bottom <= bottom,
  );
  if (whole.length < rows) found.push(`${whole.length} stations in sight, not ${rows}`);
  return found;
}
