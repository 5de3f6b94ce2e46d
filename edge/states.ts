import type { DeviceRef } from "../schemas/network/devices.ts";
import type {
  AgentState,
  AnyState,
  BootClaim,
  DeviceHealth,
  DevicePositions,
  DeviceState,
  StateOrder,
} from "../schemas/states.ts";
import { agentId, CLAIMED_BOOTS, NAMED_LOSSES, WILL_N } from "../schemas/states.ts";
import type { Ledger } from "./outbox/ledger.ts";
import type { Health } from "./serial/health.ts";

/** Numbers the state messages of one agent boot: (boot, connection, n), all rising. */
export class StateNumbers {
  readonly #agentBoot: number;
  #connection = 0;
  #n = 0;

  constructor(agentBoot: number) {
    this.#agentBoot = agentBoot;
  }

  connected(connection: number): void {
    this.#connection = connection;
    this.#n = 0;
  }

  next(): StateOrder {
    this.#n += 1;
    return { agentBoot: this.#agentBoot, connection: this.#connection, n: this.#n };
  }

  /** A will is the last word of its connection, whatever was sent on it. */
  will(connection: number): StateOrder {
    return { agentBoot: this.#agentBoot, connection, n: WILL_N };
  }
}

export function encodeState(state: AnyState): Buffer {
  return Buffer.from(JSON.stringify(state), "utf8");
}

/** null until the device said HELLO once. `numbered ≥ stored ≥ published` holds in each message. */
export function positionsOf(ledger: Ledger): DevicePositions | null {
  if (ledger.memoryBootId === null || ledger.bootId === null) return null;
  const numbered = ledger.numbered;
  const stored = Math.min(ledger.stored, numbered);
  return {
    bootId: ledger.bootId,
    memoryBootId: ledger.memoryBootId,
    numbered,
    happened: Math.max(ledger.happened, numbered),
    stored,
    published: Math.min(ledger.published, stored),
    quarantined: ledger.quarantined,
    forgotten: ledger.forgotten,
    erased: ledger.erased,
  };
}

/** The boots that changed last. `numbered ≥ stored ≥ published` holds in each claim. */
function claimsOf(ledger: Ledger): readonly BootClaim[] {
  return ledger.boots.slice(-CLAIMED_BOOTS).map(({ nonce: _, ...mark }) => {
    const numbered = Math.max(mark.numbered, mark.stored);
    return { ...mark, numbered, happened: Math.max(mark.happened, numbered) };
  });
}

/** When a device came into its present state. A reason that only counts on is the same state. */
export class Since {
  #state: DeviceHealth | null = null;
  #reason = "";
  #at = 0;

  /** @returns whether the state or its reason is another one than before. */
  update(health: Health, now: number): boolean {
    if (health.state === this.#state && health.reason === this.#reason) return false;
    if (health.state !== this.#state) this.#at = now;
    this.#state = health.state;
    this.#reason = health.reason;
    return true;
  }

  get at(): number {
    return this.#at;
  }
}

export function deviceState(input: {
  readonly device: DeviceRef;
  readonly health: Health;
  readonly since: number;
  readonly lastSeen: number | null;
  readonly ledger: Ledger;
  readonly counts: { readonly frames: number; readonly errors: number };
  readonly box: string;
  readonly order: StateOrder;
}): DeviceState {
  const { device, health, since, lastSeen, ledger, counts, box, order } = input;
  return {
    kind: device.kind,
    id: device.id,
    stationId: device.stationId,
    state: health.state,
    reason: health.reason,
    since,
    lastSeen,
    positions: positionsOf(ledger),
    boots: claimsOf(ledger),
    losses: ledger.losses.slice(-NAMED_LOSSES),
    frames: counts.frames,
    errors: counts.errors,
    box,
    order,
  };
}

export function agentState(input: {
  readonly stationId: number;
  readonly state: "online" | "offline";
  readonly reason: string;
  readonly since: number;
  readonly waiting: number;
  readonly quarantined: number;
  readonly box: string;
  readonly order: StateOrder;
}): AgentState {
  return { kind: "agent", id: agentId(input.stationId), ...input };
}
