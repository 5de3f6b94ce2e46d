import { parseDeviceId } from "../../../../schemas/network/devices.ts";
import {
  type AgentState,
  type AnyState,
  compareOrder,
  type DeviceHealth,
  type DeviceState,
} from "../../../../schemas/states.ts";

export interface KnownDevice {
  readonly id: string;
  readonly stationId: number;
  readonly kind: DeviceState["kind"];
  /** What it told last. */
  readonly told: DeviceState;
  /** Its state now: `stale` when its agent is gone. */
  readonly state: DeviceHealth;
  readonly reason: string;
  readonly since: number;
  /** Timestamp of that message's record, wall ms. */
  readonly toldAt: number;
}

/**
 * Devices and agents by their greatest state message: a will may arrive after the agent came back elsewhere, and must
 * not win (delivery rule 11).
 */
export class Devices {
  readonly #devices = new Map<string, { readonly told: DeviceState; readonly toldAt: number }>();
  readonly #agents = new Map<number, AgentState>();
  #heardAt: number | null = null;

  /**
   * @param at - timestamp of the record, wall ms.
   * @returns did this message count?
   */
  tell(state: AnyState, at: number): boolean {
    this.#heardAt = Math.max(at, this.#heardAt ?? 0);
    if (state.kind === "agent") {
      const before = this.#agents.get(state.stationId);
      if (before && compareOrder(state.order, before.order) < 0) return false;
      this.#agents.set(state.stationId, state);
      return true;
    }
    if (!parseDeviceId(state.id)) return false;
    const before = this.#devices.get(state.id);
    if (before && compareOrder(state.order, before.told.order) < 0) return false;
    this.#devices.set(state.id, { told: state, toldAt: at });
    return true;
  }

  forget(id: string): void {
    this.#devices.delete(id);
    for (const [stationId, agent] of this.#agents) if (agent.id === id) this.#agents.delete(stationId);
  }

  /** When the last message of any of them came; null: none yet. */
  get heardAt(): number | null {
    return this.#heardAt;
  }

  agent(stationId: number): AgentState | undefined {
    return this.#agents.get(stationId);
  }

  all(): KnownDevice[] {
    return [...this.#devices.values()].map(({ told, toldAt }) => ({
      id: told.id,
      stationId: told.stationId,
      kind: told.kind,
      told,
      toldAt,
      ...this.#present(told),
    }));
  }

  #present(told: DeviceState): Pick<KnownDevice, "state" | "reason" | "since"> {
    const agent = this.#agents.get(told.stationId);
    const gone = agent?.state === "offline" && compareOrder(agent.order, told.order) >= 0;
    if (!gone || told.state === "never_seen") {
      return { state: told.state, reason: told.reason, since: told.since };
    }
    return { state: "stale", reason: `its agent is gone: ${agent.reason}`, since: agent.since };
  }
}
