import type { DeviceKind } from "../../../../schemas/network/devices.ts";
import type { PartView } from "../../../../schemas/page/page.ts";
import { STORY_HOPS, type StoryHopName, type StoryRef } from "../../../../schemas/page/story.ts";
import type { BootState, SeqRange } from "../../../../schemas/records.ts";
import type { AgentState, BootClaim, DeviceHealth, DevicePositions } from "../../../../schemas/states.ts";

/** What is known of one reading, from whoever knows it. */
export interface Known {
  readonly ref: StoryRef;
  readonly kind: DeviceKind;
  /** What the simulator says of the device; null: there is none, or it does not answer. */
  readonly simulated: {
    readonly bootId: number;
    readonly seq: number;
    readonly plugged: boolean;
    /** Kinds of faults that act on it. */
    readonly faults: readonly string[];
    /** Does its ring hold the reading? */
    readonly held: boolean;
  } | null;
  /** As its agent reports it; undefined: nothing was heard of it. */
  readonly device:
    | {
        readonly state: DeviceHealth;
        readonly reason: string;
        readonly since: number;
        readonly positions: DevicePositions | null;
        readonly boots: readonly BootClaim[];
      }
    | undefined;
  readonly agent: Pick<AgentState, "state" | "reason" | "since"> | undefined;
  readonly dedup: readonly BootState[];
  /** Is there a raw, a clean record, a row that has it in, a verdict that has read it? */
  readonly found: {
    readonly raw: boolean;
    readonly clean: boolean;
    readonly row: boolean;
    readonly audited: boolean;
    /** Do rows of its station say what is in them? Not those of ksqlDB. */
    readonly cuts: boolean;
  };
  readonly parts: readonly PartView[];
  /** Parts that do not work now, by name. */
  readonly down: readonly string[];
}

/** Why a reading is not further. `since`: epoch ms; null: not known, or since it came there. */
export interface Wait {
  readonly words: string;
  readonly since: number | null;
  readonly fault: boolean;
}

/** The hops of a kind of device: only entries are added up. */
export function hopsOf(kind: DeviceKind): readonly StoryHopName[] {
  return kind === "turnstile" ? STORY_HOPS : STORY_HOPS.filter((hop) => hop !== "sum");
}

/**
 * How many of its hops a reading has behind it. Each source is heard later or earlier than others, so the furthest counts:
 * what was counted was acknowledged, stored and numbered.
 */
export function passed(known: Known): number {
  const { found, kind } = known;
  const hops = hopsOf(kind);
  const upTo = (hop: StoryHopName): number => hops.indexOf(hop) + 1;
  const summed = found.row || (found.audited && !found.cuts) || kind !== "turnstile";
  if (found.audited && summed) return hops.length;
  if (found.row) return upTo("sum");
  if (found.clean || isCounted(known)) return upTo("clean");
  if (found.raw || isPublished(known)) return upTo("raw");
  if (isStored(known)) return upTo("disk");
  return isNumbered(known) ? upTo("ring") : 0;
}

/** Is it known never to come, because a stage could not take it? */
export function isSetAside({ ref, dedup }: Known): boolean {
  return dedup.some(({ boot_id, lost }) => boot_id === ref.bootId && contains(lost, ref.seq));
}

function contains(ranges: readonly SeqRange[], seq: number): boolean {
  return ranges.some(({ from, to }) => from <= seq && seq <= to);
}

function isCounted({ ref, dedup }: Known): boolean {
  return dedup.some(({ boot_id, ranges }) => boot_id === ref.bootId && contains(ranges, ref.seq));
}

function claimOf({ ref, device }: Known): BootClaim | undefined {
  return device?.boots.find(({ bootId }) => bootId === ref.bootId);
}

/** Sums over a memory that is one boot old are that boot's. */
function positionsOf({ ref, device }: Known): DevicePositions | undefined {
  const positions = device?.positions;
  return positions?.memoryBootId === ref.bootId && positions.bootId === ref.bootId ? positions : undefined;
}

function isPublished(known: Known): boolean {
  const { seq } = known.ref;
  return Math.max(claimOf(known)?.published ?? 0, positionsOf(known)?.published ?? 0) >= seq;
}

function isStored(known: Known): boolean {
  const { seq } = known.ref;
  if (known.simulated?.held) return false;
  // A ring forgets a reading at its ACK, and not before (delivery rule 1): so it is known also while no agent is heard.
  if (simulatorNumbered(known)) return true;
  return Math.max(claimOf(known)?.stored ?? 0, positionsOf(known)?.stored ?? 0) >= seq;
}

function simulatorNumbered({ ref, simulated }: Known): boolean {
  return simulated?.bootId === ref.bootId && simulated.seq >= ref.seq;
}

function isNumbered(known: Known): boolean {
  const { ref } = known;
  if (known.simulated?.held || simulatorNumbered(known)) return true;
  const heard = Math.max(claimOf(known)?.numbered ?? 0, positionsOf(known)?.numbered ?? 0);
  return heard >= ref.seq || isStored(known);
}

/** Why it has not passed the hop that it has come to. @param hop - the first that it has not behind it. */
export function waitAt(hop: StoryHopName, known: Known): Wait {
  const { device, agent, simulated, parts } = known;
  const down = (pattern: RegExp): PartView | undefined => downPart(pattern, known);
  switch (hop) {
    case "ring":
      return calm("It has not happened yet: it is one of the next entries of this device.");
    case "line": {
      if (down(/^edge/))
        return fault("It waits in the device's ring: the agent that reads the line is down.");
      if (simulated?.plugged === false)
        return fault("It waits in the device's ring: the line is unplugged.", sinceOf(device, "offline"));
      if (device?.state === "offline" || device?.state === "stale")
        return fault(`It waits in the device's ring: ${device.reason || device.state}.`, device.since);
      if (simulated && simulated.faults.length > 0)
        return fault(
          `The line is disturbed (${simulated.faults.join(", ")}): the frame is sent until a whole one arrives.`,
        );
      return calm("It is on the line, and in the ring until the agent's ACK.");
    }
    case "disk":
    case "mqtt":
    case "raw": {
      const where = "It waits on the agent's disk";
      if (down(/^gateway/)) return fault(`${where}: the gateway is down.`);
      if (down(/^kafka/i)) return fault(`${where}: Kafka does not answer, so the gateway sends no PUBACK.`);
      if (down(/^edge/)) return fault(`${where}: the agent's process is down. What is on disk stays.`);
      if (agent?.state === "offline")
        return fault(`${where}: its agent has no gateway (${agent.reason}).`, agent.since);
      return calm("It is on its way to the gateway. The agent keeps it until the PUBACK.");
    }
    case "clean":
      if (down(/^kafka/i))
        return fault("It is in Kafka's log. Kafka does not answer, so nobody can read it now.");
      if (down(/^(central|dedup)/))
        return fault("It is in the raw topic: dedup is down, and goes on from there.");
      return calm("It is in the raw topic, and dedup reads it next.");
    case "sum":
      if (down(/^kafka/i))
        return fault("It is in the clean topic. Kafka does not answer, so nobody can read it now.");
      if (down(/^ksql/i)) return fault("It is in the clean topic: ksql is down, and goes on from there.");
      return calm("It is in the clean topic, and the query counts it next.");
    case "proof":
      if (parts.some(({ name, state }) => name === "audit" && state !== "ready"))
        return fault("It is counted. The auditor is down, so nobody has checked it yet.");
      return calm("It is counted. The auditor has not come to it yet.");
  }
}

function calm(words: string): Wait {
  return { words, since: null, fault: false };
}

function fault(words: string, since: number | null = null): Wait {
  return { words, since, fault: true };
}

function sinceOf(device: Known["device"], state: DeviceHealth): number | null {
  return device?.state === state ? device.since : null;
}

function downPart(pattern: RegExp, { down, parts }: Known): PartView | undefined {
  const name = down.find((one) => pattern.test(one));
  if (name === undefined) return undefined;
  return (
    parts.find((part) => part.name === name) ?? {
      name,
      state: "down",
      ms: null,
      restarts: null,
      reason: null,
    }
  );
}
