import type { OpenSerialLine } from "../../../edge/serial/serial-line.ts";
import type { HostPort, LineAddress, SerialHost } from "../../../firmware-sim/hosts/ports.ts";
import type { Random } from "../../../infra/runtime/random.ts";
import { CodedError } from "../../../schemas/errors.ts";
import type { Life } from "../time/life.ts";
import type { World } from "../world.ts";

/** What a terminal holds that is not read, bytes. */
const CAPACITY = 19_552;

interface Plugged {
  readonly path: string;
  readonly onBytes: (bytes: Buffer) => void;
  agent: Reader | undefined;
  unread: number;
}

interface Reader {
  readonly onData: (bytes: Buffer) => void;
  readonly onLost: (reason: string) => void;
}

interface Watcher {
  readonly plug: (name: string, path: string) => void;
  readonly unplug: (name: string) => void;
}

/** All serial lines between devices and agents. */
export class Cables implements SerialHost {
  readonly #world: World;
  readonly #random: Random;
  readonly #lines = new Map<string, Plugged>();
  readonly #watchers = new Map<number, Set<Watcher>>();
  /** Devices that do not hear their agent. */
  readonly deaf = new Set<string>();
  #paths = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random("lines");
  }

  async plug({ stationId, deviceId }: LineAddress, onBytes: (bytes: Buffer) => void): Promise<HostPort> {
    const plugged: Plugged = { path: `line-${++this.#paths}`, onBytes, agent: undefined, unread: 0 };
    this.#lines.set(deviceId, plugged);
    for (const { plug } of this.#watchers.get(stationId) ?? []) plug(deviceId, plugged.path);
    return {
      path: plugged.path,
      write: (bytes) => this.#toAgent(deviceId, plugged, bytes),
      unplug: () => {
        if (this.#lines.get(deviceId) !== plugged) return;
        this.#lines.delete(deviceId);
        for (const { unplug } of this.#watchers.get(stationId) ?? []) unplug(deviceId);
        plugged.agent?.onLost("unplugged");
        plugged.agent = undefined;
      },
    };
  }

  /** As an agent of this process opens lines. */
  opener(life: Life): OpenSerialLine {
    return async (path, { onData, onLost }) => {
      const found = [...this.#lines].find(([, line]) => line.path === path);
      if (!found) {
        throw new CodedError("SERIAL_OPEN_FAILED", { message: `${path} is gone`, retryable: true });
      }
      const [deviceId, line] = found;
      const reader: Reader = { onData: life.gated(onData), onLost: life.gated(onLost) };
      line.agent = reader;
      line.unread = 0;
      return {
        write: (bytes) => life.asks((done) => this.#toDevice(deviceId, line, bytes, done)),
        close: async () => {
          if (line.agent === reader) line.agent = undefined;
        },
      };
    };
  }

  /** As an agent of this process follows its station's lines. */
  watcher(life: Life): (stationId: number, plugs: Watcher) => () => void {
    return (stationId, plugs) => {
      const watcher = { plug: life.gated(plugs.plug), unplug: life.gated(plugs.unplug) };
      const watchers = this.#watchers.get(stationId) ?? new Set();
      this.#watchers.set(stationId, watchers.add(watcher));
      for (const [deviceId, { path }] of this.#lines)
        if (deviceId.startsWith(`${stationId}-`)) watcher.plug(deviceId, path);
      return () => watchers.delete(watcher);
    };
  }

  #toAgent(deviceId: string, line: Plugged, bytes: Uint8Array): number {
    const taken = Buffer.from(bytes.subarray(0, Math.max(0, CAPACITY - line.unread)));
    if (taken.length === 0) return 0;
    line.unread += taken.length;
    const { agent } = line;
    this.#world.scheduler.after(this.#ms(), () => {
      if (line.agent !== agent || !agent) return;
      line.unread -= taken.length;
      this.#world.trace.add(`line ${deviceId} >`, taken);
      this.#world.way?.line(deviceId, ">", taken);
      agent.onData(taken);
    });
    return taken.length;
  }

  #toDevice(deviceId: string, line: Plugged, bytes: Buffer, done: () => void): void {
    const copy = Buffer.from(bytes);
    this.#world.scheduler.after(this.#ms(), () => {
      done();
      if (this.#lines.get(deviceId) !== line || this.deaf.has(deviceId)) return;
      this.#world.trace.add(`line ${deviceId} <`, copy);
      this.#world.way?.line(deviceId, "<", copy);
      line.onBytes(copy);
    });
  }

  #ms(): number {
    return 0.5 + this.#random();
  }
}
