import { fullJitter } from "../infra/runtime/backoff.ts";
import type { Clock } from "../infra/runtime/clock.ts";
import type { Logger } from "../infra/runtime/logger.ts";
import type { ProcessIdentity } from "../infra/runtime/process-identity.ts";
import type { Random } from "../infra/runtime/random.ts";
import { type DeviceRef, devicesOf, parseDeviceId } from "../schemas/network/devices.ts";
import type { Station } from "../schemas/network/network.ts";
import type { ReadingBatch } from "../schemas/readings.ts";
import { waitingOf } from "./outbox/ledger.ts";
import type { Outbox } from "./outbox/ports.ts";
import { POSITIONS_MS, Reporter } from "./reporter.ts";
import { DeviceLink } from "./serial/device-link.ts";
import type { OpenSerialLine } from "./serial/serial-line.ts";
import type { Plugs } from "./serial/watcher.ts";
import type { MqttConnect } from "./uplink/ports.ts";
import { Uplink } from "./uplink/uplink.ts";

/** Links are told the time this often, ms. */
const TICK_MS = 250;

export interface AgentOptions {
  readonly station: Station;
  /** Turnstiles to expect, so that one that never came is known as such. */
  readonly turnstiles: number;
  /** Follow the station's lines until the returned function is called. */
  readonly watch: (stationId: number, plugs: Plugs) => () => void;
  readonly owner: ProcessIdentity;
  readonly outbox: Outbox;
  readonly openLine: OpenSerialLine;
  readonly connect: MqttConnect;
  readonly urls: () => readonly string[];
  readonly encode: (batch: ReadingBatch) => Buffer;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What an agent is doing, for probes and people. */
export interface AgentFacts {
  readonly connected: boolean;
  readonly online: number;
  readonly devices: number;
  readonly waiting: number;
}

/** One station's agent: its devices' lines, its share of the outbox, its way to the gateway. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #devices = new Map<string, { readonly device: DeviceRef; readonly link: DeviceLink }>();
  readonly #reporter: Reporter;
  readonly #uplink: Uplink;
  readonly #stops: (() => void)[] = [];

  /** @throws {CodedError} ALREADY_RUNNING when another living process runs this station's agent. */
  constructor(options: AgentOptions) {
    this.#options = options;
    const { station, owner, outbox, connect, urls, encode, clock, random } = options;
    const stationId = station.id;
    const logger = options.logger.child({ station: stationId });
    const { boot: agentBoot, box } = outbox.claim(stationId, owner);
    const devices = () => [...this.#devices.values()];
    this.#reporter = new Reporter({ stationId, agentBoot, box, outbox, clock, devices });
    this.#uplink = new Uplink({
      stationId,
      agentBoot,
      outbox,
      connect,
      urls,
      encode,
      clock,
      logger,
      devices: () => [...this.#devices.keys()],
      backoff: fullJitter({ baseMs: 200, capMs: 30_000, random }),
      will: (connection) => this.#reporter.will(connection),
      onUp: (connection, publish) => this.#reporter.up(connection, publish),
      onDown: () => this.#reporter.down(),
    });
    for (const device of devicesOf(station, options.turnstiles)) this.#add(device);
    for (const id of outbox.devices(stationId)) {
      const device = parseDeviceId(id);
      if (device) this.#add(device);
    }
  }

  start(): void {
    const { watch, station, clock } = this.#options;
    this.#uplink.start();
    this.#stops.push(
      watch(station.id, {
        plug: (name, path) => {
          const device = parseDeviceId(name);
          // Other names are other tools' files, or a link that is still being made.
          if (device?.stationId === station.id) this.#add(device).link.plug(path);
        },
        unplug: (name) => this.#devices.get(name)?.link.unplug(),
      }),
      clock.every(TICK_MS, () => {
        for (const entry of this.#devices.values()) {
          entry.link.tick();
          this.#reporter.look(entry);
        }
      }),
      clock.every(POSITIONS_MS, () => this.#reporter.report()),
    );
  }

  facts(): AgentFacts {
    const entries = [...this.#devices.values()];
    return {
      connected: this.#uplink.connected,
      online: entries.filter(({ link }) => link.health().state === "online").length,
      devices: entries.length,
      waiting: entries.reduce((n, { device }) => n + waitingOf(this.#options.outbox.ledger(device.id)), 0),
    };
  }

  /** The last positions and the last word before the lines are closed: a device is not unplugged because we stop. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#uplink.drain();
    this.#reporter.report();
    this.#reporter.goodbye();
    await Promise.all([...this.#devices.values()].map(({ link }) => link.stop()));
    await this.#uplink.stop();
  }

  #add(device: DeviceRef): { readonly device: DeviceRef; readonly link: DeviceLink } {
    const known = this.#devices.get(device.id);
    if (known) return known;
    const { outbox, openLine, clock, random, logger } = this.#options;
    const link = new DeviceLink({
      deviceId: device.id,
      outbox,
      openLine,
      clock,
      random,
      logger,
      backoff: fullJitter({ baseMs: 100, capMs: 2_000, floorMs: 50, random }),
      onChange: () => {
        this.#uplink.wake();
        const entry = this.#devices.get(device.id);
        if (entry) this.#reporter.look(entry);
      },
    });
    const entry = { device, link };
    this.#devices.set(device.id, entry);
    return entry;
  }
}
