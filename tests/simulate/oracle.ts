import type { Press, Unit } from "./field/unit.ts";

/*
 * What really happened, held against what came out. It shares no code with the system: presses are written down where
 * they happen, and records are read by their bytes here.
 */

/** A record as it lies in a topic. */
export interface Lying {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Topics {
  readonly turnstiles: readonly Lying[];
  readonly arrivals: readonly Lying[];
  readonly summary: readonly Lying[];
}

export interface Wrong {
  readonly kind: "missing" | "twice" | "out of order" | "invented" | "miscounted";
  readonly device: string;
  readonly bootId: number;
  readonly seq: number;
  readonly detail: string;
}

interface Counted {
  readonly device: string;
  readonly bootId: number;
  readonly seq: number;
  readonly mark: number;
  readonly station: number;
  readonly at: string;
  /** Among all of its kind that came out. */
  readonly place: number;
}

/**
 * Everything that is wrong at rest. Order is that of one device and boot: a boot's last readings may come behind the
 * first ones of the next, when a line has lost them once.
 *
 * @param mayHold - may this unit's ring keep what it holds? Of one that stands nowhere any more, or that was refused as
 * another's double.
 */
export function wrongs(
  units: readonly Unit[],
  topics: Topics,
  mayHold: (unit: Unit) => boolean,
): readonly Wrong[] {
  const entries = topics.turnstiles.map(counted);
  const all = [...entries, ...topics.arrivals.map(counted)];
  const byMark = new Map<string, Counted[]>();
  for (const one of all) {
    const key = `${one.device} ${one.mark}`;
    const same = byMark.get(key);
    if (same) same.push(one);
    else byMark.set(key, [one]);
  }
  const found: Wrong[] = [];
  const known = new Set<string>();
  for (const unit of units) {
    const device = unit.ref.id;
    const held = mayHold(unit) ? unit.line.device.ring.pending : [];
    const order: { readonly press: Press; readonly place: number }[] = [];
    for (const press of unit.presses) {
      const key = `${device} ${press.mark}`;
      known.add(key);
      const [one, ...more] = byMark.get(key) ?? [];
      const name = { device, bootId: press.bootId, seq: press.seq };
      if (one && (one.bootId !== press.bootId || one.seq !== press.seq))
        found.push({ kind: "invented", ...name, detail: `it came out as ${one.bootId};${one.seq}` });
      if (one) order.push({ press, place: one.place });
      for (const again of more)
        found.push({ kind: "twice", ...name, detail: `at ${one?.at} and ${again.at}` });
      const waits = held.some(
        ({ bootId, first, last }) => bootId === press.bootId && press.seq >= first && press.seq <= last,
      );
      if (!one && !waits) found.push({ kind: "missing", ...name, detail: "nowhere in the clean topic" });
    }
    const last = new Map<number, number>();
    for (const { press, place } of order) {
      const before = last.get(press.bootId) ?? -1;
      if (place < before) {
        const detail = "it came out before an earlier one";
        found.push({ kind: "out of order", device, bootId: press.bootId, seq: press.seq, detail });
      }
      last.set(press.bootId, Math.max(before, place));
    }
  }
  for (const { device, bootId, seq, mark, at } of all) {
    if (known.has(`${device} ${mark}`)) continue;
    found.push({ kind: "invented", device, bootId, seq, detail: `${at}: no device has pressed it` });
  }
  return [...found, ...miscounted(entries, topics.summary)];
}

function miscounted(entries: readonly Counted[], summary: readonly Lying[]): readonly Wrong[] {
  const sums = new Map<number, number>();
  for (const { key, value } of summary) if (key && value) sums.set(int(key, 5).value, count(value));
  const stations = new Set([...sums.keys(), ...entries.map(({ station }) => station)]);
  return [...stations].flatMap((station): readonly Wrong[] => {
    const counted = entries.filter((entry) => entry.station === station).length;
    const sum = sums.get(station) ?? 0;
    if (sum === counted) return [];
    const detail = `the table says ${sum}, the topic holds ${counted}`;
    return [{ kind: "miscounted", device: String(station), bootId: 0, seq: 0, detail }];
  });
}

/** `device;boot;seq;total` and `service;…` of the headers, and the station at the head of the value. */
function counted({ partition, offset, value, headers }: Lying, place: number): Counted {
  const [device = "", boot, seq] = (headers["reading"] ?? "").split(";");
  const [mark] = (headers["times"] ?? "").split(";");
  const station = value ? int(value, 5).value : 0;
  const at = `${partition}@${offset}`;
  return { device, bootId: Number(boot), seq: Number(seq), mark: Number(mark), station, at, place };
}

/** Of a row of the sums: a union of null and a long, behind five bytes of the registry. */
function count(value: Buffer): number {
  const branch = int(value, 5);
  return branch.value === 0 ? 0 : int(value, branch.end).value;
}

/** A zigzag variable-length number, as Avro writes int and long. */
function int(bytes: Buffer, from: number): { readonly value: number; readonly end: number } {
  let [scale, sum, at] = [1, 0, from];
  for (; ; at++) {
    const byte = bytes[at] ?? 0;
    sum += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) break;
  }
  return { value: sum % 2 === 0 ? sum / 2 : -(sum + 1) / 2, end: at + 1 };
}
