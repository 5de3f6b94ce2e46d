import type { OutRecord } from "../../infra/runtime/kafka/ports.ts";
import type { AvroCodec } from "../../infra/runtime/registry/ports.ts";
import { type DeviceKind, type DeviceRef, directionOf } from "../../schemas/network/devices.ts";
import type { Line, Station } from "../../schemas/network/network.ts";
import type { Run, RunReading } from "../../schemas/readings.ts";
import type { ArrivalRecord, TurnstileRecord } from "../../schemas/records.ts";
import {
  type CleanTopic,
  formatReading,
  formatTimes,
  HEADERS,
  stationTopic,
  type Topics,
} from "../../schemas/topics.ts";
import type { Fresh } from "./station.ts";

/** The registered schemas of the clean topics. */
interface CleanCodecs {
  readonly arrivalKey: AvroCodec<number>;
  readonly arrival: AvroCodec<ArrivalRecord>;
  readonly turnstileKey: AvroCodec<number>;
  readonly turnstile: AvroCodec<TurnstileRecord>;
}

interface CleanOptions {
  readonly codecs: CleanCodecs;
  readonly topics: Topics;
  readonly prefix: string;
  /** Also a copy of each record to its station's own topic. */
  readonly perStation: boolean;
}

/** Times of the hops after the agent, epoch ms. */
interface LaterHops {
  readonly gateway: number;
  readonly dedup: number;
}

/** Where the readings of each kind of device go. */
const CLEAN_TOPIC: Readonly<Record<DeviceKind, CleanTopic>> = {
  arrival: "arrivals",
  turnstile: "turnstiles",
};

/** Builds the clean records: one per reading, and its copy in the station's own topic. */
export class CleanRecords {
  readonly #options: CleanOptions;
  readonly #keys: Readonly<Record<CleanTopic, (stationId: number) => Buffer>>;
  /** All entries of a station and line have the same value. */
  readonly #entries = new Map<string, Buffer>();

  constructor(options: CleanOptions) {
    this.#options = options;
    const { arrivalKey, turnstileKey } = options.codecs;
    this.#keys = { arrivals: kept(arrivalKey), turnstiles: kept(turnstileKey) };
  }

  /** Append the clean records of a run's new readings to `out`. */
  append(
    out: OutRecord[],
    station: Station,
    device: DeviceRef,
    run: Run,
    fresh: readonly Fresh[],
    hops: LaterHops,
  ): void {
    const { topics, prefix, perStation } = this.#options;
    const clean = CLEAN_TOPIC[device.kind];
    const key = this.#keys[clean](station.id);
    const own = perStation ? stationTopic(clean, station.id, prefix) : undefined;
    for (const { seq, reading } of fresh) {
      const value = this.#value(station, device, reading);
      const headers = {
        [HEADERS.reading]: formatReading(run.deviceId, run.bootId, seq, reading.total),
        [HEADERS.times]: formatTimes({
          service: reading.serviceTime,
          device: reading.deviceTime,
          edge: reading.edgeTime,
          ...hops,
        }),
      };
      out.push({ topic: topics[clean], key, value, headers });
      if (own !== undefined) out.push({ topic: own, partition: 0, key, value, headers });
    }
  }

  #value(station: Station, device: DeviceRef, reading: RunReading): Buffer {
    switch (device.kind) {
      case "arrival":
        return this.#arrival(station, device, reading);
      case "turnstile":
        return this.#entry(station, reading.line);
    }
  }

  #arrival(station: Station, device: DeviceRef & { kind: "arrival" }, reading: RunReading): Buffer {
    const { arrival } = reading;
    return this.#options.codecs.arrival.encode({
      station_id: station.id,
      train_id: arrival?.trainId ?? "",
      direction: directionOf(device.side),
      line: device.line,
      train_status: arrival?.status ?? "in_service",
      prev_station_id: arrival?.prevStationId ?? null,
      prev_direction: arrival?.prevDirection ?? null,
    });
  }

  #entry(station: Station, line: Line): Buffer {
    const name = `${station.id} ${line}`;
    let value = this.#entries.get(name);
    if (!value) {
      value = this.#options.codecs.turnstile.encode({
        station_id: station.id,
        station_name: station.name,
        line,
      });
      this.#entries.set(name, value);
    }
    return value;
  }
}

function kept(codec: AvroCodec<number>): (stationId: number) => Buffer {
  const keys = new Map<number, Buffer>();
  return (stationId) => {
    let key = keys.get(stationId);
    if (!key) {
      key = codec.encode(stationId);
      keys.set(stationId, key);
    }
    return key;
  };
}
