import type { Clock } from "../infra/runtime/clock.ts";
import { agentStateTopic, deviceStateTopic } from "../schemas/mqtt.ts";
import type { DeviceRef } from "../schemas/network/devices.ts";
import { type Ledger, waitingOf } from "./outbox/ledger.ts";
import type { Outbox } from "./outbox/ports.ts";
import type { DeviceLink } from "./serial/device-link.ts";
import { agentState, deviceState, encodeState, positionsOf, Since, StateNumbers } from "./states.ts";
import type { Will } from "./uplink/ports.ts";

/** Positions that moved are published this often at most, ms; a change of state at once. */
export const POSITIONS_MS = 1_000;
/** A state is repeated this often even if nothing moved, ms, so that `lastSeen` stays fresh. */
const REPEAT_MS = 15_000;

export interface ReportedDevice {
  readonly device: DeviceRef;
  readonly link: DeviceLink;
}

interface Report {
  readonly since: Since;
  /** What was last published, without what changes by itself. */
  said: string;
  saidAt: number;
  changed: boolean;
  inFlight: boolean;
}

export interface AgentReporterOptions {
  readonly stationId: number;
  readonly agentBoot: number;
  /** The outbox's name: tells this agent from another one of the station. */
  readonly box: string;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly devices: () => readonly ReportedDevice[];
}

type Publish = (topic: string, payload: Buffer) => Promise<void>;

/**
 * Publishes the state of a station's devices and of its agent: in order, over the connection of the readings. States
 * are not kept: a new connection begins with all of them as they are now.
 */
export class Reporter {
  readonly #options: AgentReporterOptions;
  readonly #numbers: StateNumbers;
  readonly #reports = new Map<string, Report>();
  readonly #startedAt: number;
  #publish: Publish | null = null;
  #agentSaid = "";
  #agentAt = 0;

  constructor(options: AgentReporterOptions) {
    this.#options = options;
    this.#numbers = new StateNumbers(options.agentBoot);
    this.#startedAt = options.clock.now();
  }

  will(connection: number): Will {
    const order = this.#numbers.will(connection);
    const payload = encodeState(this.#agent("offline", "connection lost", order));
    return { topic: agentStateTopic(this.#options.stationId), payload };
  }

  up(connection: number, publish: Publish): void {
    this.#publish = publish;
    this.#numbers.connected(connection);
    this.#agentSaid = "";
    for (const report of this.#reports.values()) Object.assign(report, { said: "", inFlight: false });
    this.report();
  }

  down(): void {
    this.#publish = null;
  }

  /** The last word of an agent that stops in order: no will follows. */
  goodbye(): void {
    const publish = this.#publish;
    this.#publish = null;
    if (!publish) return;
    const state = this.#agent("offline", "stopped", this.#numbers.next());
    publish(agentStateTopic(this.#options.stationId), encodeState(state)).catch(() => {});
  }

  /** Publish what changed: states at once, positions when their time has come. */
  report(): void {
    for (const reported of this.#options.devices()) this.#device(reported);
    this.#agentIfChanged();
  }

  /** A device's state may have changed; its positions wait for `report`. */
  look({ device, link }: ReportedDevice): void {
    const report = this.#reportOf(device.id);
    if (report.since.update(link.health(), this.#options.clock.now())) report.changed = true;
    if (report.changed) this.#device({ device, link });
  }

  #device({ device, link }: ReportedDevice): void {
    const { outbox, box, clock, stationId } = this.#options;
    const report = this.#reportOf(device.id);
    const health = link.health();
    if (report.since.update(health, clock.now())) report.changed = true;
    if (!this.#publish || report.inFlight) return;
    const ledger = outbox.ledger(device.id);
    const said = JSON.stringify([health.state, health.reason, positionsOf(ledger)]);
    if (said === report.said && clock.monotonic() - report.saidAt < REPEAT_MS) return;
    const order = this.#numbers.next();
    const { counts, lastSeen } = link;
    const since = report.since.at;
    const payload = encodeState(deviceState({ device, health, since, lastSeen, ledger, counts, box, order }));
    Object.assign(report, { said, saidAt: clock.monotonic(), changed: false, inFlight: true });
    this.#publish(deviceStateTopic(stationId, device.id), payload).then(
      () => {
        report.inFlight = false;
        if (report.changed) this.#device({ device, link });
      },
      () => {
        report.inFlight = false;
      },
    );
  }

  #agentIfChanged(): void {
    if (!this.#publish) return;
    const { clock, stationId } = this.#options;
    const { waiting, quarantined } = this.#totals();
    const said = `${waiting} ${quarantined}`;
    const age = clock.monotonic() - this.#agentAt;
    if (this.#agentSaid !== "" && age < (said === this.#agentSaid ? REPEAT_MS : 3 * POSITIONS_MS)) return;
    this.#agentSaid = said;
    this.#agentAt = clock.monotonic();
    const state = this.#agent("online", "connected", this.#numbers.next());
    this.#publish(agentStateTopic(stationId), encodeState(state)).catch(() => {});
  }

  #agent(state: "online" | "offline", reason: string, order: ReturnType<StateNumbers["next"]>) {
    const { stationId, box, clock } = this.#options;
    const since = state === "online" ? this.#startedAt : clock.now();
    return agentState({ stationId, state, reason, since, ...this.#totals(), box, order });
  }

  #totals(): { waiting: number; quarantined: number } {
    const ledgers: Ledger[] = this.#options.devices().map((d) => this.#options.outbox.ledger(d.device.id));
    return {
      waiting: ledgers.reduce((n, ledger) => n + waitingOf(ledger), 0),
      quarantined: ledgers.reduce((n, ledger) => n + ledger.quarantined, 0),
    };
  }

  #reportOf(deviceId: string): Report {
    let report = this.#reports.get(deviceId);
    if (!report) {
      report = { since: new Since(), said: "", saidAt: 0, changed: false, inFlight: false };
      this.#reports.set(deviceId, report);
    }
    return report;
  }
}
