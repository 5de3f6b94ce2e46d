import type { Direction, Line } from "../../../../schemas/network/network.ts";
import type { HopTimes } from "../../../../schemas/topics.ts";
import type { Input } from "./inputs.ts";

/** A train that was at a station. */
export interface Call {
  readonly trainId: string;
  readonly line: Line;
  readonly direction: Direction;
  /** Wall clock of the sensor, epoch ms. */
  readonly at: number;
}

/** One entry's way: its time at every hop. */
export interface Path {
  readonly deviceId: string | null;
  readonly times: HopTimes;
  /** When this process read it, wall ms. */
  readonly page: number;
}

/** Calls kept per station and line and direction. */
const CALLS = 3;

/** The newest readings of each station: its last trains, and the last entry with its time at every hop. */
export class LastReadings {
  readonly #calls = new Map<number, Map<string, Call[]>>();
  readonly #paths = new Map<number, Path>();

  arrival({ record, at, times }: Extract<Input, { kind: "arrival" }>): void {
    const call: Call = {
      trainId: record.train_id,
      line: record.line,
      direction: record.direction,
      at: times?.device ?? at,
    };
    const platforms = this.#calls.get(record.station_id) ?? new Map<string, Call[]>();
    const key = `${call.line}-${call.direction}`;
    const calls = [call, ...(platforms.get(key) ?? [])].sort((x, y) => y.at - x.at).slice(0, CALLS);
    platforms.set(key, calls);
    this.#calls.set(record.station_id, platforms);
  }

  entry(stationId: number, deviceId: string | null, times: HopTimes, page: number): void {
    const before = this.#paths.get(stationId);
    if (!before || before.times.device <= times.device) this.#paths.set(stationId, { deviceId, times, page });
  }

  /** Newest first, per line and direction. */
  calls(stationId: number): Call[] {
    return [...(this.#calls.get(stationId)?.values() ?? [])].flat();
  }

  path(stationId: number): Path | null {
    return this.#paths.get(stationId) ?? null;
  }
}
