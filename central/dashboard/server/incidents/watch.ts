import type { Clock } from "../../../../infra/runtime/clock.ts";
import { arrivalSensorId, parseDeviceId } from "../../../../schemas/network/devices.ts";
import type { ExperimentStarted } from "../../../../schemas/page/experiments.ts";
import type { PartView } from "../../../../schemas/page/page.ts";
import type { HopTimes } from "../../../../schemas/topics.ts";
import type { Input } from "../model/inputs.ts";
import { Incidents } from "./rules/incidents.ts";
import type { Situation } from "./rules/situation.ts";
import { incidentIn } from "./shapes.ts";
import { IncidentWriter, type IncidentWriterOptions } from "./writer.ts";

export interface IncidentWatchOptions extends Omit<IncidentWriterOptions, "incidents"> {
  readonly clock: Clock;
  readonly look: () => Situation;
  /** Has everything been read that the topic held at the start? */
  readonly isRead: () => boolean;
}

const PERIOD_MS = 1_000;
/** Neither a part that never becomes ready nor a topic that is not there keeps incidents from being seen for longer, ms. */
const SETTLED_WITHIN_MS = 60_000;

/** Looks once a second for what needs attention, and keeps it in Kafka. */
export class IncidentWatch {
  readonly incidents = new Incidents();
  readonly #options: IncidentWatchOptions;
  readonly #writer: IncidentWriter;
  readonly #stop: () => void;
  #liveAt: number | null = null;
  #settled = false;

  constructor(options: IncidentWatchOptions) {
    this.#options = options;
    this.#writer = new IncidentWriter({ ...options, incidents: this.incidents });
    this.#stop = options.clock.every(PERIOD_MS, () => this.#tick());
  }

  /** What the topics say, and readings that come through. @param live - false: it was there before this process began. */
  take(input: Input, live: boolean): void {
    const now = this.#options.clock.now();
    if (input.kind === "incident") this.#hear(input, now);
    if (!live) return;
    const { times } = input.kind === "entry" || input.kind === "arrival" ? input : { times: null };
    const deviceId = deviceOf(input);
    if (times && deviceId !== null) this.incidents.reading(traceOf(deviceId, times, now), now);
  }

  /** An experiment that was ordered here. */
  begun(started: ExperimentStarted): void {
    this.incidents.order(started, this.#options.look());
  }

  async stop(): Promise<void> {
    this.#stop();
    await this.#writer.stop();
  }

  /** Neither what is no incident nor one under another's key says anything. */
  #hear({ id, value }: Extract<Input, { kind: "incident" }>, now: number): void {
    const incident = incidentIn(value);
    if (value === null || incident?.id === id) this.incidents.hear(id, incident, now);
  }

  #tick(): void {
    const look = this.#options.look();
    if (this.#isSettled(look)) this.incidents.observe(look);
    this.#writer.write(look.now);
  }

  /** Everything has been read, and no part is on its way for the first time. From then on what is wrong is wrong. */
  #isSettled({ state: { live, parts }, now }: Situation): boolean {
    if (this.#settled || !live) return this.#settled;
    this.#liveAt ??= now;
    const ready = this.#options.isRead() && !parts.some(isFirstStart);
    this.#settled = ready || now - this.#liveAt >= SETTLED_WITHIN_MS;
    return this.#settled;
  }
}

function isFirstStart({ state, reason }: PartView): boolean {
  return (state === "starting" || state === "waiting") && reason === null;
}

function deviceOf(input: Input): string | null {
  if (input.kind === "entry")
    return input.deviceId !== null && parseDeviceId(input.deviceId) ? input.deviceId : null;
  if (input.kind !== "arrival") return null;
  const { station_id, line, direction } = input.record;
  return arrivalSensorId(station_id, line, direction);
}

function traceOf(deviceId: string, times: HopTimes, page: number) {
  const { device, edge, gateway, dedup } = times;
  return { deviceId, device, edge, gateway, dedup, page };
}
