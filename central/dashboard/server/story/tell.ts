import type { InRecord } from "../../../../infra/runtime/kafka/ports.ts";
import type { DeviceRef } from "../../../../schemas/network/devices.ts";
import type { BytesBlock, StoryHop, StoryHopName } from "../../../../schemas/page/story.ts";
import type { Reading } from "../../../../schemas/readings.ts";
import { HEADERS, parseTimes } from "../../../../schemas/topics.ts";
import { ackBlock, frameBlock, mqttBlocks, recordBlocks } from "./blocks.ts";
import { REGISTRY_HEADER } from "./bytes/registry.ts";
import { HOP_WORDS } from "./hops.ts";
import { isoOf } from "./iso.ts";
import type { Located } from "./located.ts";
import { hopsOf, type Known, passed } from "./progress.ts";

export interface StoryFound {
  readonly known: Known;
  readonly device: DeviceRef;
  readonly located: Located;
  /** null: no bytes of it were seen yet. */
  readonly reading: Reading | null;
  /** When an auditor had read it, wall ms; null: it has not, or that is not known. */
  readonly auditedAt: number | null;
}

/** Every hop of a reading: passed, here or ahead, with what was found of it there. */
export function tellHops(told: StoryFound): StoryHop[] {
  const { known, located } = told;
  const hops = hopsOf(known.kind);
  const done = passed(known);
  const at = timesAt(told);
  let before: number | null = null;
  return hops.map((name, i): StoryHop => {
    const behind = i < done;
    const time = behind ? (at[name] ?? null) : null;
    const tookMs = time !== null && before !== null ? time - before : null;
    before = time ?? before;
    const record = behind ? recordAt(name, located) : null;
    return {
      ...HOP_WORDS[name],
      name,
      state: behind ? "passed" : i === done ? "here" : "ahead",
      at: time === null ? null : isoOf(time),
      tookMs,
      place: record && { topic: record.topic, partition: record.partition, offset: record.offset },
      headers: record?.headers ?? {},
      bytes: bytesAt(name, told, behind),
    };
  });
}

/** When each hop was passed, epoch ms by the clock of whoever did it. */
function timesAt({
  located,
  reading,
  auditedAt,
}: StoryFound): Readonly<Partial<Record<StoryHopName, number | null>>> {
  const { raw, clean, row } = located;
  const times = parseTimes(clean?.headers[HEADERS.times] ?? "");
  return {
    ring: times?.device ?? reading?.deviceTime ?? null,
    disk: times?.edge ?? raw?.edgeTime ?? null,
    mqtt: times?.gateway ?? raw?.gatewayTime ?? null,
    raw: raw?.record.timestamp ?? null,
    clean: times?.dedup ?? clean?.timestamp ?? null,
    sum: row?.timestamp ?? null,
    proof: auditedAt,
  };
}

function recordAt(name: StoryHopName, { raw, clean, row }: Located): InRecord | null {
  if (name === "raw") return raw?.record ?? null;
  if (name === "clean") return clean;
  return name === "sum" ? row : null;
}

/** The frame is there from the first hop on: it is what the ring holds. */
function bytesAt(name: StoryHopName, told: StoryFound, behind: boolean): readonly BytesBlock[] {
  const { known, device, located, reading } = told;
  const { raw, clean, row } = located;
  if (name === "line" && passed(known) > 0) return frameBlock(reading, located.frame);
  if (!behind) return [];
  switch (name) {
    case "disk":
      return [ackBlock(known.ref)];
    case "mqtt": {
      const body = raw?.record.value?.subarray(REGISTRY_HEADER);
      return raw && body ? mqttBlocks(device.stationId, body, raw.focus) : [];
    }
    case "raw":
      return raw ? recordBlocks(raw.record, { key: "station-id", value: "reading-batch" }, raw.focus) : [];
    case "clean": {
      const value = device.kind === "turnstile" ? "turnstile" : "arrival";
      return clean ? recordBlocks(clean, { key: "station-id", value }) : [];
    }
    case "sum":
      return row ? recordBlocks(row, { key: "station-id", value: "turnstile-summary" }) : [];
    default:
      return [];
  }
}
