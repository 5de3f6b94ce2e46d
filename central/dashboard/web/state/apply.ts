import type { Delta, PageState, PageTables } from "../../../../schemas/page/page.ts";

const TABLES = [
  "stations",
  "entries",
  "trains",
  "devices",
  "vehicles",
  "incidents",
] as const satisfies (keyof PageTables)[];

/** The state after a delta. Sections that did not change stay the same objects, so views can compare by identity. */
export function applyDelta(state: PageState, delta: Delta): PageState {
  const tables: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const table of TABLES) {
    const set = delta.set[table];
    const gone = delta.gone[table];
    if (!set && !gone) continue;
    const rows: Record<string, unknown> = { ...state[table], ...set };
    for (const key of gone ?? []) delete rows[key];
    tables[table] = rows;
  }
  return { ...state, ...tables, ...delta.facts };
}
