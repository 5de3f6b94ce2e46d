import type { Delta, PageFacts, PageState, PageTables, Snapshot } from "../../../../schemas/page/page.ts";

interface Cell {
  /** Of what may be changed where it is; undefined: the value itself is compared. */
  readonly json: string | undefined;
  /** undefined: gone. */
  readonly value: unknown;
  readonly version: number;
}

const TABLES = [
  "stations",
  "entries",
  "trains",
  "devices",
  "vehicles",
  "incidents",
] as const satisfies (keyof PageTables)[];
/** Their rows are made again for each state, and never changed. There may be tens of thousands: no text is made of them. */
const ROWS_MADE_AGAIN: ReadonlySet<keyof PageTables> = new Set(["stations", "entries", "devices"]);
const FACTS = [
  "weather",
  "clock",
  "hops",
  "proof",
  "fleet",
  "parts",
  "silentSince",
  "secondAgents",
  "live",
] as const satisfies (keyof PageFacts)[];

/**
 * The page's state by version: what changed since any earlier version can be told without keeping what was sent, so a
 * slow client is simply brought to the newest state.
 */
export class Versions {
  readonly #cells: { readonly [T in keyof PageState]: Map<string, Cell> } = {
    stations: new Map(),
    entries: new Map(),
    trains: new Map(),
    devices: new Map(),
    vehicles: new Map(),
    incidents: new Map(),
    weather: new Map(),
    clock: new Map(),
    hops: new Map(),
    proof: new Map(),
    fleet: new Map(),
    parts: new Map(),
    silentSince: new Map(),
    secondAgents: new Map(),
    live: new Map(),
  };
  #version = 0;
  #state: PageState;
  readonly #instance: string;

  constructor(instance: string, state: PageState) {
    this.#instance = instance;
    this.#state = state;
    this.put(state);
  }

  get version(): number {
    return this.#version;
  }

  get state(): PageState {
    return this.#state;
  }

  /** The state now. @returns did anything change? */
  put(state: PageState): boolean {
    const next = this.#version + 1;
    let changed = false;
    const store = (cells: Map<string, Cell>, key: string, value: unknown, madeAgain = false): void => {
      const before = cells.get(key);
      const json = madeAgain ? undefined : value === undefined ? "" : JSON.stringify(value);
      if (before && (madeAgain ? isSame(before.value, value) : before.json === json)) return;
      cells.set(key, { json, value, version: next });
      changed = true;
    };
    for (const table of TABLES) {
      const rows: Readonly<Record<string, unknown>> = state[table];
      const cells = this.#cells[table];
      const madeAgain = ROWS_MADE_AGAIN.has(table);
      for (const key of Object.keys(rows)) store(cells, key, rows[key], madeAgain);
      for (const key of cells.keys()) if (!(key in rows)) store(cells, key, undefined, madeAgain);
    }
    for (const fact of FACTS) store(this.#cells[fact], "", state[fact]);
    if (changed) this.#version = next;
    this.#state = state;
    return changed;
  }

  snapshot(now: number): Snapshot {
    return { instance: this.#instance, version: this.#version, now, state: this.#state };
  }

  /** What changed after version `from`; null: nothing. */
  since(from: number, now: number): Delta | null {
    if (from === this.#version) return null;
    const set: Record<string, Record<string, unknown>> = {};
    const gone: Record<string, string[]> = {};
    const facts: Record<string, unknown> = {};
    for (const table of TABLES) {
      for (const [key, cell] of this.#cells[table]) {
        if (cell.version <= from) continue;
        if (cell.value === undefined) {
          gone[table] ??= [];
          gone[table].push(key);
        } else {
          set[table] ??= {};
          set[table][key] = cell.value;
        }
      }
    }
    for (const fact of FACTS) {
      const cell = this.#cells[fact].get("");
      if (cell && cell.version > from) facts[fact] = cell.value;
    }
    return { from, to: this.#version, now, set, gone, facts } as Delta;
  }
}

/** Would both be the same JSON, but for the order of names? */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every(
    (name) => name in other && isSame(one[name as keyof typeof one], other[name as keyof typeof other]),
  );
}
