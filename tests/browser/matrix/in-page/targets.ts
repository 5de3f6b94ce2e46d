import { nameOf } from "./boxes.ts";

/** WCAG 2.5.5: px. */
const FINGER = 44;
const TARGETS = "a[href], button, input, select, summary, [role=tab]";
/** A mark is where its station or train is: WCAG excepts what must stand where it stands. The table has all stations. */
const PLACED = ".map, .strips, .train";
/** What covers the rest, which nobody can touch then. */
const OVER = "dialog[open], .side[data-open=true]";
/** Looked at of each kind. */
const EACH = 3;

/** Targets that a finger may miss. */
export function smallTargets(): string[] {
  const found: string[] = [];
  const kinds = new Map<string, number>();
  const over = document.querySelector(OVER);
  for (const target of document.querySelectorAll<HTMLElement>(TARGETS)) {
    if (!target.checkVisibility({ visibilityProperty: true }) || target.closest(PLACED)) continue;
    if ((over && !over.contains(target)) || isWithinText(target)) continue;
    const kind = `${target.parentElement ? nameOf(target.parentElement) : ""} > ${nameOf(target)}`;
    const before = kinds.get(kind) ?? 0;
    kinds.set(kind, before + 1);
    if (before >= EACH || isLarge(target)) continue;
    const { width, height } = target.getBoundingClientRect();
    found.push(`small: ${kind}, ${Math.round(width)} × ${Math.round(height)} px`);
  }
  scrollTo(0, 0);
  return found;
}

/** A link within a sentence is as high as its line: WCAG excepts it. */
function isWithinText(target: HTMLElement): boolean {
  if (!getComputedStyle(target).display.startsWith("inline")) return false;
  if (target.closest("p")) return true;
  const beside = target.closest("li, dd, td, h2")?.textContent?.trim().length ?? 0;
  return target.tagName === "A" && beside > (target.textContent?.trim().length ?? 0) + 2;
}

/** By its box, or by where a finger would hit it: what is drawn smaller may reach further. */
function isLarge(target: HTMLElement): boolean {
  target.scrollIntoView({ block: "center", inline: "center" });
  const { left, top, width, height } = target.getBoundingClientRect();
  if (width >= FINGER - 0.5 && height >= FINGER - 0.5) return true;
  const [x, y] = [left + width / 2, top + height / 2];
  const reach = FINGER / 2 - 1;
  return [
    [x, Math.max(1, y - reach)],
    [x, Math.min(innerHeight - 1, y + reach)],
    [Math.max(1, x - reach), y],
    [Math.min(innerWidth - 1, x + reach), y],
  ].every(([at = 0, down = 0]) => {
    const hit = document.elementFromPoint(at, down);
    return hit !== null && target.contains(hit);
  });
}
