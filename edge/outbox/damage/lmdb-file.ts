import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The data format of LMDB 1.0, as lmdb-js has it (`MDB_meta`, `MDB_page_header`, `MDB_node` in its mdb.c). */
const FORMAT = { magic: 0xbeefc0de, version: 2 } as const;
const HEADER = 24;
const NODE = 8;
const PAGE_SIZES = [4096, 8192, 16384, 32768, 65536] as const;
const PAGE = { branch: 0x01, leaf: 0x02, overflow: 0x04 } as const;
const NODE_FLAG = { bigData: 0x01, subDatabase: 0x02 } as const;
/** Where the root page stands in an `MDB_db`, and how long that is. */
const TREE = { root: 40, bytes: 48 } as const;
const META = { free: 24, main: 72, lastPage: 120, txnid: 128, bytes: 144 } as const;
/** Those before are the meta pages. */
const FIRST_PAGE = 2;

export interface PageEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** A state of the file. */
interface State {
  readonly pageSize: number;
  readonly txnid: bigint;
  readonly lastPage: number;
  /** Root pages: of the list of free pages, and of the named databases. null: empty. */
  readonly free: number | null;
  readonly main: number | null;
}

interface Leaf extends PageEntry {
  readonly flags: number;
}

/** Pages that a walk has been at, and what did not fit there. */
class Walk {
  readonly pages = new Set<number>();
  readonly faults: string[] = [];
}

/**
 * Reads an LMDB file without LMDB, which ends the process over a damaged page. Every page says its own number and its
 * bounds; one that does not fit, or is not there, is left out with what hangs on it, and all others are read.
 *
 * The file holds its last two states whole, because LMDB writes beside what it replaces: where a page of the newest is
 * lost, the one before may still have what stood there.
 */
export class LmdbFile {
  readonly #fd: number;
  #bytes = 0;
  constructor(path: string) {
    this.#fd = openSync(path, "r");
  }

  /** The newest state's transaction; null: there is none. */
  get transaction(): bigint | null {
    return this.#states()[0]?.txnid ?? null;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** The entries of a named database that can be read, in the order of their keys. */
  entries(name: string): Generator<PageEntry> {
    const [newest, before] = this.#states().map((state) => this.#database(name, state));
    return merged(newest ?? nothing(), before ?? nothing());
  }

  /**
   * What of the newest state does not fit, or null: pages in use, and the list of free ones, which no reader looks at
   * and every writer believes. While others write, look with a read transaction open, so that no page is used again.
   */
  fault(): string | null {
    const [state] = this.#states();
    if (!state) return "neither meta page is one";
    const walk = new Walk();
    for (const { value, flags } of this.#leaves(state.main, state, walk)) {
      const root = (flags & NODE_FLAG.subDatabase) === 0 ? null : rootIn(value);
      for (const _ of this.#leaves(root, state, walk)) if (walk.faults[0]) break;
    }
    const records = [...this.#leaves(state.free, state, walk)];
    const free = records.flatMap(({ value }) => freePages(value));
    for (const { from, pages } of free) {
      if (from < FIRST_PAGE || from + pages - 1 > state.lastPage)
        walk.faults.push(`${from} cannot be a free page`);
      for (let page = from; page < from + pages && !walk.faults[0]; page++) {
        if (walk.pages.has(page)) walk.faults.push(`page ${page} is free and in use`);
        walk.pages.add(page);
      }
      if (walk.faults[0]) break;
    }
    return walk.faults[0] ?? null;
  }

  /** The states that the two meta pages name, the newest first. */
  #states(): readonly State[] {
    const states = [0, ...PAGE_SIZES].flatMap((offset) => this.#stateAt(offset) ?? []);
    return states.sort((x, y) => (x.txnid < y.txnid ? 1 : -1)).slice(0, 2);
  }

  #stateAt(offset: number): State | null {
    const page = this.#read(offset, HEADER + META.bytes);
    if (!page) return null;
    const meta = page.subarray(HEADER);
    if (meta.readUInt32LE(0) !== FORMAT.magic || meta.readUInt32LE(4) !== FORMAT.version) return null;
    const pageSize = meta.readUInt32LE(META.free);
    const isPlausible = PAGE_SIZES.some((size) => size === pageSize) && (offset === 0 || offset === pageSize);
    if (!isPlausible) return null;
    const free = rootIn(meta.subarray(META.free));
    const main = rootIn(meta.subarray(META.main));
    const lastPage = pageNumber(meta, META.lastPage) ?? 0;
    return { pageSize, free, main, lastPage, txnid: meta.readBigUInt64LE(META.txnid) };
  }

  *#database(name: string, state: State): Generator<PageEntry> {
    for (const { key, value, flags } of this.#leaves(state.main, state, new Walk())) {
      const isNamed = key.toString("latin1").replace(/\0+$/, "") === name;
      if (!isNamed || (flags & NODE_FLAG.subDatabase) === 0) continue;
      yield* this.#leaves(rootIn(value), state, new Walk());
    }
  }

  *#leaves(at: number | null, state: State, walk: Walk): Generator<Leaf> {
    if (at === null) return;
    const page = this.#page(at, state, walk);
    if (!page) return;
    const isBranch = kindOf(page) === PAGE.branch;
    for (const node of nodesOf(page, at, walk)) {
      const size = node.readUInt16LE(0) + node.readUInt16LE(2) * 2 ** 16;
      const flags = node.readUInt16LE(4);
      const data = NODE + node.readUInt16LE(6);
      if (isBranch) {
        yield* this.#leaves(size + flags * 2 ** 32, state, walk);
        continue;
      }
      const isBig = (flags & NODE_FLAG.bigData) !== 0;
      const value = isBig ? this.#big(node.subarray(data), size, state, walk) : within(node, data, size);
      if (value) yield { key: node.subarray(NODE, data), value, flags };
      else walk.faults.push(`a value of page ${at} cannot be read`);
    }
  }

  #page(at: number, { pageSize, txnid }: State, walk: Walk): Buffer | null {
    const page = walk.pages.has(at) ? null : this.#read(at * pageSize, pageSize);
    const kind = page && kindOf(page);
    // One of a later transaction, which never became a state, has overwritten what stood here.
    const isOurs = page && pageNumber(page, 0) === at && page.readBigUInt64LE(8) <= txnid;
    if (page && isOurs && (kind === PAGE.branch || kind === PAGE.leaf)) {
      walk.pages.add(at);
      return page;
    }
    walk.faults.push(`page ${at} cannot be read`);
    return null;
  }

  /** A value on pages of its own, of which only the first has a header. */
  #big(pointer: Buffer, size: number, { pageSize }: State, walk: Walk): Buffer | null {
    const at = pointer.length < 8 ? null : pageNumber(pointer, 0);
    if (at === null) return null;
    const first = this.#read(at * pageSize, HEADER);
    if (!first || pageNumber(first, 0) !== at || kindOf(first) !== PAGE.overflow) return null;
    for (let page = 0; page * pageSize < HEADER + size; page++) walk.pages.add(at + page);
    return this.#read(at * pageSize + HEADER, size);
  }

  #read(offset: number, length: number): Buffer | null {
    // The file grows while others write.
    if (offset + length > this.#bytes) this.#bytes = fstatSync(this.#fd).size;
    if (offset + length > this.#bytes) return null;
    const buffer = Buffer.allocUnsafe(length);
    try {
      for (let done = 0; done < length; ) {
        const n = readSync(this.#fd, buffer, done, length - done, offset + done);
        if (n === 0) return null;
        done += n;
      }
    } catch {
      // EIO: the disk cannot read it.
      return null;
    }
    return buffer;
  }
}

function* nothing(): Generator<PageEntry> {}

/** Both in the order of their keys; where both have one, the first's. */
function* merged(first: Iterator<PageEntry>, second: Iterator<PageEntry>): Generator<PageEntry> {
  let x = first.next();
  let y = second.next();
  while (!x.done || !y.done) {
    const order = x.done ? 1 : y.done ? -1 : Buffer.compare(x.value.key, y.value.key);
    yield order <= 0 ? (x.value as PageEntry) : (y.value as PageEntry);
    if (order <= 0) x = first.next();
    if (order >= 0) y = second.next();
  }
}

function kindOf(page: Buffer): number {
  return page.readUInt16LE(18) & (PAGE.branch | PAGE.leaf | PAGE.overflow);
}

/** The nodes of a page, each up to the page's end. */
function nodesOf(page: Buffer, at: number, walk: Walk): readonly Buffer[] {
  const lower = page.readUInt16LE(20);
  const upper = page.readUInt16LE(22);
  const offsets =
    lower > upper || upper > page.length - HEADER
      ? null
      : Array.from({ length: lower >> 1 }, (_, i) => HEADER + page.readUInt16LE(HEADER + 2 * i));
  const isWithin = (offset: number): boolean => offset >= HEADER + upper && offset + NODE <= page.length;
  if (!offsets?.every(isWithin)) walk.faults.push(`page ${at} points outside itself`);
  const nodes = (offsets ?? []).filter(isWithin).map((offset) => page.subarray(offset));
  return nodes.filter((node) => NODE + node.readUInt16LE(6) <= node.length);
}

/** A record of the list of free pages: a count, then pages, or of several in a row minus their number and the first. */
function freePages(record: Buffer): readonly { readonly from: number; readonly pages: number }[] {
  const words = Array.from({ length: Math.floor(record.length / 8) }, (_, i) =>
    Number(record.readBigInt64LE(i * 8)),
  );
  const [count = 0, ...list] = words;
  const free: { from: number; pages: number }[] = [];
  for (let i = 0; i < Math.min(count, list.length); i++) {
    const word = list[i] ?? 0;
    if (word > 0) free.push({ from: word, pages: 1 });
    if (word < 0) free.push({ from: list[++i] ?? 0, pages: -word });
  }
  return count <= list.length ? free : [{ from: 0, pages: 1 }];
}

function within(node: Buffer, from: number, size: number): Buffer | null {
  return from + size <= node.length ? node.subarray(from, from + size) : null;
}

/** The root page of an `MDB_db`; null: it is empty, or is none. */
function rootIn(tree: Buffer): number | null {
  return tree.length < TREE.bytes ? null : pageNumber(tree, TREE.root);
}

function pageNumber(bytes: Buffer, at: number): number | null {
  const number = bytes.readBigUInt64LE(at);
  return number > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(number);
}

const LOOKS_AGAIN = 10;

/** What does not fit in a file that is written to: a writer that goes on in the middle of a look moves pages. */
export function lastingFault(pages: Pick<LmdbFile, "fault" | "transaction">): string | null {
  for (let again = 0; ; again++) {
    const { transaction } = pages;
    const fault = pages.fault();
    if (fault === null || pages.transaction === transaction || again === LOOKS_AGAIN) return fault;
  }
}
