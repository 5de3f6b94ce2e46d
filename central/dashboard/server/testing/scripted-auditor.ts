import {
  AUDIT_HOPS,
  AUDIT_KEYS,
  type Equation,
  type Finding,
  type Silence,
  type Verdict,
} from "../../../../schemas/audit.ts";
import { type DeviceKind, parseDeviceId } from "../../../../schemas/network/devices.ts";
import type { DeviceHealth } from "../../../../schemas/states.ts";
import { LOST_READING } from "../../../../schemas/testing/findings.ts";

/** What the fixture knows of a device. */
export interface AuditedDevice {
  readonly id: string;
  readonly stationId: number;
  readonly numbered: number;
  readonly stored: number;
  readonly counted: number;
  readonly state: DeviceHealth;
  readonly since: number;
}

const LOST: Finding = {
  ...LOST_READING,
  evidence: [{ topic: "org.chicago.cta.turnstiles", partition: 0, offset: 0 }],
};

/** Says what an auditor would say of the fixture's Chicago, without one. */
export class ScriptedAuditor {
  readonly #now: () => number;
  readonly #write: (key: string, value: unknown) => void;
  #said: Partial<Verdict> = {};
  #findings = { open: 0, accounted: 0, resolved: 0 };

  /** @param write - a record of the auditor's topic. */
  constructor(now: () => number, write: (key: string, value: unknown) => void) {
    this.#now = now;
    this.#write = write;
  }

  /** @param sums - the last row of each station. @param more - said from now on, whatever is known. */
  say(
    devices: readonly AuditedDevice[],
    sums: ReadonlyMap<number, number>,
    more: Partial<Verdict> = {},
  ): void {
    this.#said = { ...this.#said, ...more };
    this.#write(AUDIT_KEYS.verdict, { ...this.#verdict(devices, sums), ...this.#said });
  }

  find(finding: Partial<Finding>): void {
    const found: Finding = { ...LOST, firstSeen: this.#now(), lastSeen: this.#now(), ...finding };
    const { open, accounted, resolved } = this.#findings;
    const breaks = found.cause === null;
    this.#findings = { open: open + (breaks ? 1 : 0), accounted: accounted + (breaks ? 0 : 1), resolved };
    this.#write(AUDIT_KEYS.finding + found.id, found);
  }

  #verdict(devices: readonly AuditedDevice[], sums: ReadonlyMap<number, number>): Verdict {
    const now = this.#now();
    const silent = devices.filter(({ state }) => state === "offline").map(silence);
    const heard = devices.some(({ state }) => state !== "never_seen");
    const quiet = silent.length > 0 ? "stalled" : heard ? "holds" : "catching-up";
    return {
      state: this.#findings.open > 0 ? "broken" : quiet,
      since: now,
      asOf: now,
      reasons: silent.map(
        ({ name, reason, waiting }) => `${name}: ${reason}, 0 s ago. ${waiting} readings wait in it.`,
      ),
      turnstiles: equation(devices, "turnstile", sums),
      arrivals: equation(devices, "arrival", new Map()),
      inFlight: AUDIT_HOPS.map((hop) => ({ hop, waiting: 0, since: null, movedAt: now, state: "holds" })),
      silent,
      findings: this.#findings,
      positions: {},
    };
  }
}

function silence({ id, stationId, since, numbered, counted }: AuditedDevice): Silence {
  const waiting = numbered - counted;
  return { name: `Turnstile ${id}`, stationId, devices: 1, reason: "unplugged", since, waiting };
}

function equation(
  devices: readonly AuditedDevice[],
  kind: DeviceKind,
  sums: ReadonlyMap<number, number>,
): Equation {
  const own = devices.filter(({ id }) => parseDeviceId(id)?.kind === kind);
  const sum = (of: "numbered" | "stored" | "counted"): number => own.reduce((n, device) => n + device[of], 0);
  const clean = sum("counted");
  const summed = [...sums.values()].reduce((n, count) => n + count, 0);
  return {
    numbered: sum("numbered"),
    inDevices: sum("numbered") - sum("stored"),
    inOutboxes: sum("stored") - clean,
    inGateway: 0,
    inDedup: 0,
    clean,
    unaudited: 0,
    lost: 0,
    lostBy: { "dead-letter": 0, quarantine: 0, "ring-full": 0, "memory-erased": 0, "outbox-lost": 0 },
    unexplained: 0,
    inSummary: kind === "turnstile" ? clean - summed : 0,
    summed,
    miscounted: 0,
    repeated: 0,
  };
}
