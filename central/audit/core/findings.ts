import type {
  AuditHop,
  Evidence,
  Finding,
  FindingKind,
  LossCause,
  Resolution,
} from "../../../schemas/audit.ts";
import { isOpen } from "../../../schemas/audit.ts";
import type { DeviceKind } from "../../../schemas/network/devices.ts";
import { RangeSet } from "./ranges.ts";

/** One thing that was seen to be wrong, or lost with a cause. */
export interface Fact {
  readonly kind: FindingKind;
  readonly hop: AuditHop;
  readonly cause?: LossCause;
  readonly deviceId: string | null;
  readonly bootId: number | null;
  /** Numbers; offsets where a stretch of a topic is meant. null: it is not known which. */
  readonly from: number | null;
  readonly to: number | null;
  /** How many, where the numbers are not known. */
  readonly readings?: number;
  readonly stationId: number | null;
  readonly reading: DeviceKind | null;
  readonly evidence: Evidence | null;
  readonly detail: string;
}

/** A finding names at most this many ranges: beyond, the lowest gaps between them are closed. */
const MAX_RANGES = 64;
/** More findings than this at a time are counted in one of each kind and hop: memory stays bounded. */
const MAX_FINDINGS = 2_000;
/** These are told apart by the missing numbers; of the others each record is a fact of its own. */
const KINDS_BY_NUMBER: ReadonlySet<FindingKind> = new Set(["lost", "unread"]);

/**
 * All findings, each fact in one of them and once: also when the same records are read again after a restart. What is
 * found after an operator has resolved a finding makes a new one.
 */
export class Findings {
  readonly #all = new Map<string, Finding>();
  /** By what makes facts neighbours, the finding that takes more of them. */
  readonly #current = new Map<string, string>();
  readonly #changed = new Set<string>();
  /** Resolutions that were read before their finding. */
  readonly #early = new Map<string, Resolution>();

  get all(): Iterable<Finding> {
    return this.#all.values();
  }

  /** How many there are of each sort. */
  get counts(): { readonly open: number; readonly accounted: number; readonly resolved: number } {
    let open = 0;
    let resolved = 0;
    for (const finding of this.#all.values()) {
      if (finding.resolved) resolved++;
      else if (isOpen(finding)) open++;
    }
    return { open, resolved, accounted: this.#all.size - open - resolved };
  }

  get(id: string): Finding | undefined {
    return this.#all.get(id);
  }

  /** @param now - wall clock, epoch ms. */
  report(fact: Fact, now: number): void {
    const named = this.#all.size < MAX_FINDINGS || this.#current.has(keyOf(fact));
    const given = named ? fact : { ...fact, ...NAMELESS };
    const key = keyOf(given);
    const current = this.#all.get(this.#current.get(key) ?? "");
    if (current && this.#knows(current, given)) return;
    const finding = current && !current.resolved ? grown(current, given, now) : this.#begun(given, now);
    this.#current.set(key, finding.id);
    this.#put(finding);
  }

  /** A station's sum differs by `difference` from the records it stands for; 0 leaves what was found as it is. */
  miscounted(stationId: number, difference: number, evidence: Evidence | null, now: number): void {
    const key = `miscounted summary ${stationId}`;
    if (difference === 0) return;
    const before = this.#all.get(this.#current.get(key) ?? "");
    const rest = difference - this.explained(stationId);
    if (before && !before.resolved) {
      if (rest === before.readings) return;
      this.#put({ ...before, readings: rest, lastSeen: now, evidence: joined(before.evidence, evidence) });
      return;
    }
    if (rest === 0) return;
    const finding = this.#begun({ ...MISCOUNT, stationId, readings: rest, evidence }, now);
    this.#current.set(key, finding.id);
    this.#put(finding);
  }

  /** How much of a station's difference operators have resolved. */
  explained(stationId: number): number {
    let sum = 0;
    for (const finding of this.#all.values()) {
      if (finding.kind === "miscounted" && finding.stationId === stationId && finding.resolved)
        sum += finding.readings;
    }
    return sum;
  }

  /** Numbers that were accounted for as lost have come after all. What broke the proof stays as it was found. */
  withdraw(
    fact: Fact & { readonly cause: LossCause; readonly from: number; readonly to: number },
    now: number,
  ): void {
    const id = this.#current.get(keyOf(fact)) ?? "";
    const finding = this.#all.get(id);
    if (!finding || finding.resolved) return;
    const ranges = new RangeSet(finding.ranges);
    const { size } = ranges;
    ranges.remove(fact.from, fact.to);
    const readings = finding.readings - (size - ranges.size);
    if (readings > 0) {
      this.#put({ ...finding, ranges: [...ranges.toJSON()], readings, lastSeen: now });
      return;
    }
    this.#all.delete(id);
    this.#changed.add(id);
  }

  resolve(id: string, resolution: Resolution): void {
    const finding = this.#all.get(id);
    if (finding) this.#all.set(id, { ...finding, resolved: resolution });
    else this.#early.set(id, resolution);
  }

  /** As an auditor before this one found it. */
  restore(finding: Finding): void {
    const resolved = this.#early.get(finding.id) ?? this.#all.get(finding.id)?.resolved ?? null;
    this.#early.delete(finding.id);
    this.#all.set(finding.id, { ...finding, resolved });
    const key = keyOf(finding);
    const other = this.#all.get(this.#current.get(key) ?? "");
    if (!other || other.firstSeen <= finding.firstSeen) this.#current.set(key, finding.id);
  }

  /** What was found, has grown or was withdrawn (null) since the last call. */
  changes(): ReadonlyMap<string, Finding | null> {
    const changed = new Map([...this.#changed].map((id) => [id, this.#all.get(id) ?? null]));
    this.#changed.clear();
    return changed;
  }

  #begun(fact: Fact, now: number): Finding {
    const { from, to, evidence, cause = null, readings, ...rest } = fact;
    return {
      ...rest,
      id: this.#freeId(fact),
      cause,
      ranges: from === null || to === null ? [] : [{ from, to }],
      readings: readings ?? (from === null || to === null ? 1 : to - from + 1),
      evidence: evidence ? [evidence] : [],
      firstSeen: now,
      lastSeen: now,
      resolved: null,
    };
  }

  /** One that was resolved and is found again gets a number behind its id. */
  #freeId({ kind, hop, deviceId, stationId, bootId, from, evidence }: Fact): string {
    const place = deviceId ?? stationId ?? (evidence ? `${evidence.topic}-${evidence.partition}` : "others");
    const id = [
      kind,
      hop,
      place,
      ...(bootId === null ? [] : [bootId]),
      ...(from === null ? [] : [from]),
    ].join("-");
    let free = id;
    for (let n = 2; this.#all.has(free); n++) free = `${id}-${n}`;
    return free;
  }

  /** Was this fact told before, by this auditor or by one that read the same records? */
  #knows(current: Finding, fact: Fact): boolean {
    if (byNumber(fact)) {
      if (fact.from === null || fact.to === null) return false;
      const key = keyOf(fact);
      return [...this.#all.values()].some(
        (finding) =>
          keyOf(finding) === key &&
          // A row can change once more after that.
          (fact.hop !== "table" || finding.resolved === null) &&
          new RangeSet(finding.ranges).missing(fact.from ?? 0, fact.to ?? 0).length === 0,
      );
    }
    const { evidence } = fact;
    if (!evidence) return false;
    const last = current.evidence.findLast(
      (e) => e.topic === evidence.topic && e.partition === evidence.partition,
    );
    return last !== undefined && evidence.offset <= last.offset;
  }

  #put(finding: Finding): void {
    this.#all.set(finding.id, finding);
    this.#changed.add(finding.id);
  }
}

const NAMELESS = {
  deviceId: null,
  bootId: null,
  from: null,
  to: null,
  stationId: null,
  reading: null,
} as const;
const MISCOUNT = {
  kind: "miscounted",
  hop: "summary",
  deviceId: null,
  bootId: null,
  from: null,
  to: null,
  reading: "turnstile",
  detail: "the sum is not the number of the station's records in the clean topic",
} as const;

/** A row of a table has no offset, so whether it was told before shows in its number only. */
function byNumber({ kind, hop }: Pick<Fact, "kind" | "hop">): boolean {
  return KINDS_BY_NUMBER.has(kind) || hop === "table";
}

/** Facts of the same key are one finding: of one device and boot, or of one stretch of a topic. */
function keyOf(
  of: Pick<Finding | Fact, "kind" | "hop" | "cause" | "deviceId" | "bootId" | "stationId" | "evidence">,
): string {
  const { kind, hop, cause, deviceId, bootId, stationId } = of;
  if (kind === "miscounted") return `miscounted summary ${stationId}`;
  const [first] = of.evidence === null ? [] : [of.evidence].flat();
  const place = deviceId === null && first ? `${first.topic}-${first.partition}` : "";
  return [kind, hop, cause ?? "", deviceId ?? "", bootId ?? "", place].join(" ");
}

function grown(finding: Finding, fact: Fact, now: number): Finding {
  const { from, to, evidence } = fact;
  const common = { ...finding, lastSeen: now, evidence: joined(finding.evidence, evidence) };
  if (from === null || to === null) return { ...common, readings: finding.readings + (fact.readings ?? 1) };
  const ranges = new RangeSet(finding.ranges);
  const fresh = ranges.add(from, to).reduce((sum, gap) => sum + gap.to - gap.from + 1, 0);
  ranges.close(MAX_RANGES);
  const more = byNumber(fact) ? fresh : (fact.readings ?? to - from + 1);
  return { ...common, ranges: [...ranges.toJSON()], readings: finding.readings + more };
}

/** The first and the last. */
function joined(before: readonly Evidence[], now: Evidence | null): readonly Evidence[] {
  const [first] = before;
  if (!now) return before;
  return first ? [first, now] : [now];
}
