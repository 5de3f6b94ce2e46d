import type { InRecord, Kafka } from "../../../infra/runtime/kafka/ports.ts";
import { contentsOf } from "../../../infra/runtime/kafka/testing/contents.ts";
import type { AuditHop, Finding, FindingKind } from "../../../schemas/audit.ts";
import { parseDeviceId } from "../../../schemas/network/devices.ts";
import type { SeqRange } from "../../../schemas/records.ts";
import type { Pipeline } from "./pipeline.ts";
import { placedIn } from "./placed.ts";
import { nameOf } from "./wire.ts";

/** What is wrong, as a finding says it. */
export type OracleDifference = Pick<
  Finding,
  "kind" | "hop" | "stationId" | "deviceId" | "bootId" | "ranges" | "readings" | "reading"
>;

type Contents = readonly InRecord[];

/** Sequence numbers of each device and boot, in order of appearance; keys `device boot`. */
type Seen = Map<string, number[]>;

/**
 * Everything that is wrong, by reading all of it at rest: the tests' own truth, which knows what was numbered. It holds
 * every number in memory and needs quiet, so it is no auditor; it says whether an injection took effect, and whether a
 * run was as honest as it was meant to be.
 *
 * @param kafka - shows the topics as every reader sees them.
 */
export async function differences(
  kafka: Pick<Kafka, "tail">,
  pipeline: Pipeline,
): Promise<readonly OracleDifference[]> {
  const { topics, wire, field } = pipeline;
  const [raw, arrivals, entries, summary] = (await Promise.all(
    [topics.raw, topics.arrivals, topics.turnstiles, topics.turnstileSummary].map((topic) =>
      contentsOf(kafka, [topic]),
    ),
  )) as [Contents, Contents, Contents, Contents];
  const numbered: Seen = new Map(
    [...field.devices].flatMap(({ id, numbers }) =>
      [...numbers].map(([bootId, last]) => [`${id} ${bootId}`, upTo(last)] as const),
    ),
  );
  const strays: OracleDifference[] = [];
  const inRaw: Seen = new Map();
  for (const { reading, stationId } of raw.flatMap((record) => placedIn(wire.batchOf(record)))) {
    const home = parseDeviceId(reading.deviceId)?.stationId;
    // In a batch of another station it is no reading that anybody could count.
    if (stationId === home) add(inRaw, reading, reading.seq);
    else strays.push(difference("moved", "gateway", reading, [reading.seq]));
  }
  const inClean: Seen = new Map();
  for (const record of [...arrivals, ...entries]) {
    const name = nameOf(record);
    add(inClean, name, name.seq);
    const home = parseDeviceId(name.deviceId)?.stationId ?? 0;
    if (wire.stationOf(record) !== home) strays.push(difference("moved", "dedup", name, [name.seq]));
  }
  return [
    ...between("gateway", numbered, inRaw, true),
    ...between("dedup", inRaw, inClean, false),
    ...strays,
    ...sums(pipeline, entries, summary),
  ];
}

/** @param again - readings may come again behind: only their first appearance counts. */
function between(hop: AuditHop, before: Seen, after: Seen, again: boolean): readonly OracleDifference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [deviceId = "", boot] = key.split(" ");
    const name = { deviceId, bootId: Number(boot) };
    const wanted = [...new Set(before.get(key))];
    const found = after.get(key) ?? [];
    const firsts = [...new Set(found)];
    const has = new Set(found);
    const had = new Set(wanted);
    const common = firsts.filter((n) => had.has(n));
    const order = wanted.filter((n) => has.has(n));
    const tell = (kind: FindingKind, seqs: readonly number[]): readonly OracleDifference[] =>
      seqs.length === 0 ? [] : [difference(kind, hop, name, seqs)];
    return [
      ...tell(
        "lost",
        wanted.filter((n) => !has.has(n)),
      ),
      ...tell(
        "unexpected",
        firsts.filter((n) => !had.has(n)),
      ),
      ...tell("doubled", again ? [] : firsts.filter((n) => found.indexOf(n) !== found.lastIndexOf(n))),
      ...tell(
        "out-of-order",
        common.filter((n, i) => n !== order[i]),
      ),
    ];
  });
}

function sums({ wire }: Pipeline, entries: Contents, summary: Contents): readonly OracleDifference[] {
  const counts = new Map<number, number>();
  for (const record of entries)
    counts.set(wire.stationOf(record), (counts.get(wire.stationOf(record)) ?? 0) + 1);
  const summed = new Map(summary.map((record) => [wire.stationKeyOf(record), wire.countOf(record)]));
  return [...new Set([...counts.keys(), ...summed.keys()])].flatMap((stationId) => {
    const readings = (summed.get(stationId) ?? 0) - (counts.get(stationId) ?? 0);
    if (readings === 0) return [];
    const unnamed = { deviceId: null, bootId: null, ranges: [] };
    return [{ kind: "miscounted", hop: "summary", stationId, readings, reading: "turnstile", ...unnamed }];
  });
}

function difference(
  kind: FindingKind,
  hop: AuditHop,
  name: { readonly deviceId: string; readonly bootId: number },
  seqs: readonly number[],
): OracleDifference {
  const device = parseDeviceId(name.deviceId);
  const ranges = rangesOf([...seqs].sort((x, y) => x - y));
  const { deviceId, bootId } = name;
  const stationId = device?.stationId ?? null;
  return {
    kind,
    hop,
    deviceId,
    bootId,
    ranges,
    readings: seqs.length,
    stationId,
    reading: device?.kind ?? null,
  };
}

function rangesOf(ascending: readonly number[]): readonly SeqRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const n of ascending) {
    const last = ranges.at(-1);
    if (last && n === last.to + 1) last.to = n;
    else ranges.push({ from: n, to: n });
  }
  return ranges;
}

function add(seen: Seen, { deviceId, bootId }: { deviceId: string; bootId: number }, seq: number): void {
  const key = `${deviceId} ${bootId}`;
  const list = seen.get(key);
  if (list) list.push(seq);
  else seen.set(key, [seq]);
}

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
