import type { Clock } from "../../infra/runtime/clock.ts";
import type { DeviceGroup, Member } from "../devices/device-group.ts";
import { resolveTarget } from "../devices/targets.ts";
import { type FaultKind, isLasting, LASTING, type LastingKind } from "./kinds.ts";

export interface FaultRequest {
  readonly kind: FaultKind;
  /** `all`, a line, a station or a device: see `resolveTarget`. */
  readonly target: string;
  /** Heals by itself after so many ms of wall time; absent: when told. */
  readonly forMs?: number | undefined;
  /** Bit error rate of noise, share of bytes lost by cut, copies of duplicate. */
  readonly strength?: number | undefined;
}

/** A fault in force on one device. */
export interface ActiveFault {
  readonly kind: LastingKind;
  readonly device: string;
  /** Epoch ms, wall. */
  readonly since: number;
  readonly healsAt: number | null;
}

interface Entry extends ActiveFault {
  readonly cancel: () => void;
}

/** The faults in force, and the timers that heal them. One of a kind per device: a new one takes the old one's place. */
export class FaultBoard {
  readonly #devices: DeviceGroup;
  readonly #clock: Clock;
  readonly #active = new Map<string, Entry>();

  readonly #onError: (device: string, error: unknown) => void;

  /** @param onError - a fault's own timer could not heal it; the group plugs the line in later. */
  constructor(devices: DeviceGroup, clock: Clock, onError: (device: string, error: unknown) => void) {
    this.#devices = devices;
    this.#clock = clock;
    this.#onError = onError;
  }

  get active(): readonly ActiveFault[] {
    return [...this.#active.values()].map(({ kind, device, since, healsAt }) => ({
      kind,
      device,
      since,
      healsAt,
    }));
  }

  /**
   * @returns the devices it struck.
   * @throws {CodedError} USAGE for a target that means no device.
   */
  strike(request: FaultRequest): readonly string[] {
    const members = resolveTarget(request.target, this.#devices.members);
    const { kind } = request;
    if (isLasting(kind)) for (const member of members) this.#begin(member, kind, request);
    else if (kind === "replace") this.#devices.replace(members);
    else this.#devices.reboot(members, kind === "late");
    return members.map((member) => member.ref.id);
  }

  /** @param kinds - which faults; all by default. @returns how many ended. */
  async heal(target: string, kinds: readonly LastingKind[] = LASTING): Promise<number> {
    const devices = new Set(resolveTarget(target, this.#devices.members).map((member) => member.ref.id));
    const ending = [...this.#active.values()].filter((f) => devices.has(f.device) && kinds.includes(f.kind));
    await Promise.all(ending.map((fault) => this.#end(fault)));
    return ending.length;
  }

  stop(): void {
    for (const fault of this.#active.values()) fault.cancel();
    this.#active.clear();
  }

  #begin({ ref, line }: Member, kind: LastingKind, { forMs, strength }: FaultRequest): void {
    const key = `${kind}/${ref.id}`;
    this.#active.get(key)?.cancel();
    const since = this.#clock.now();
    const fault: Entry = {
      kind,
      device: ref.id,
      since,
      healsAt: forMs === undefined ? null : since + forMs,
      cancel: forMs === undefined ? () => {} : this.#clock.after(forMs, () => this.#expire(fault)),
    };
    this.#active.set(key, fault);
    line.setFault(kind, strength);
  }

  #expire(fault: Entry): void {
    this.#end(fault).catch((error) => this.#onError(fault.device, error));
  }

  async #end(fault: Entry): Promise<void> {
    fault.cancel();
    this.#active.delete(`${fault.kind}/${fault.device}`);
    await this.#devices.member(fault.device)?.line.clearFault(fault.kind);
  }
}
