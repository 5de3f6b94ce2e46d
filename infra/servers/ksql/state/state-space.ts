import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DiskTable } from "./disk-table.ts";

export interface StateSpaceOptions {
  /** Where tables that outgrow memory go; made when the first does. Instances may share it. */
  readonly folder: string;
  /** Rows in memory over all tables, about: each one on disk keeps up to `share` more at hand. */
  readonly memoryRows: number;
}

/** What all tables of a server share: room for rows in memory, and a folder for those beyond. */
export class StateSpace {
  /** The rows that a table may keep in memory in any case: one in fifty. */
  readonly share: number;
  readonly #options: StateSpaceOptions | undefined;
  readonly #tables = new Set<DiskTable>();
  #own: string | undefined;
  #opened = 0;
  #inMemory = 0;

  /**
   * Removes what killed instances have left in the folder.
   *
   * @param options - left out: everything stays in memory.
   */
  constructor(options?: StateSpaceOptions) {
    this.#options = options;
    this.share = Math.floor((options?.memoryRows ?? Number.POSITIVE_INFINITY) / 50);
    if (options) removeLeftovers(options.folder);
  }

  /** Rows in memory now. */
  get inMemory(): number {
    return this.#inMemory;
  }

  /** Bytes on disk now. */
  get diskBytes(): number {
    return [...this.#tables].reduce((sum, table) => sum + table.bytes, 0);
  }

  get full(): boolean {
    return this.#options !== undefined && this.#inMemory > this.#options.memoryRows;
  }

  /** @param rows - that came to memory, or, below 0, left it. */
  count(rows: number): void {
    this.#inMemory += rows;
  }

  /** @throws when the folder cannot be written. */
  openTable(): DiskTable {
    this.#own ??= this.#makeFolder();
    const table = new DiskTable(join(this.#own, `${++this.#opened}.mdb`));
    this.#tables.add(table);
    return table;
  }

  async closeTable(table: DiskTable): Promise<void> {
    this.#tables.delete(table);
    await table.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tables].map((table) => this.closeTable(table)));
    if (this.#own) rmSync(this.#own, { recursive: true, force: true });
    this.#own = undefined;
  }

  #makeFolder(): string {
    if (!this.#options) throw new Error("this state has no folder");
    const { folder } = this.#options;
    mkdirSync(folder, { recursive: true });
    return mkdtempSync(join(folder, `${process.pid}-`));
  }
}

function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    if (isLeftover(path, name)) rmSync(path, { recursive: true, force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of a process that lives no more; its id may be this one's by now, as in a container that was started again. */
function isLeftover(path: string, name: string): boolean {
  const pid = Number(/^(\d+)-/.exec(name)?.[1]);
  if (!pid) return false;
  if (pid === process.pid) return statSync(path).birthtimeMs < performance.timeOrigin;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
