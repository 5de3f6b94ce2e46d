import { parseDeviceId } from "../../../../schemas/network/devices.ts";
import type { SecondAgentView } from "../../../../schemas/page/page.ts";
import {
  type AgentState,
  type AnyState,
  compareAgents,
  compareDevices,
  compareStates,
  type DeviceHealth,
  type DeviceState,
  generationIn,
  type SessionState,
  WILL_N,
} from "../../../../schemas/states.ts";

export interface KnownDevice {
  readonly id: string;
  readonly stationId: number;
  readonly kind: DeviceState["kind"];
  /** What it reported last. */
  readonly reported: DeviceState;
  /** Its state now: `stale` when its agent is gone. */
  readonly state: DeviceHealth;
  readonly reason: string;
  readonly since: number;
  /** Timestamp of that message's record, wall ms. */
  readonly reportedAt: number;
}

/** Nothing at all was heard for so long, ms: each agent repeats itself within 15 s. */
export const ALL_SILENT_MS = 20_000;
/** A second agent that has not asked for this long is gone, ms; its gateway writes of it each five seconds. */
const ASKED_MS = 60_000;

/**
 * Devices and agents by their greatest state message: a will may arrive after the agent came back elsewhere, and must
 * not win (delivery rule 11).
 */
export class Devices {
  readonly #devices = new Map<string, { readonly reported: DeviceState; readonly reportedAt: number }>();
  readonly #agents = new Map<number, { readonly state: AgentState; readonly at: number }>();
  readonly #refused = new Map<number, { readonly state: SessionState; readonly at: number }>();
  #heardAt: number | null = null;

  /**
   * @param at - timestamp of the record, wall ms.
   * @param offset - of the record in its partition.
   * @returns did this message count?
   */
  tell(said: AnyState | SessionState, at: number, offset = Number.POSITIVE_INFINITY): boolean {
    this.#heardAt = Math.max(at, this.#heardAt ?? 0);
    if (said.kind === "session") {
      if (said.state === "refused") this.#refused.set(said.stationId, { state: said, at });
      return false;
    }
    const state = { ...said, order: { ...said.order, generation: generationIn(said.order, offset) } };
    if (state.kind === "agent") {
      const before = this.#agents.get(state.stationId);
      if (before && compareAgents(state, before.state) < 0) return false;
      this.#agents.set(state.stationId, { state, at });
      return true;
    }
    if (!parseDeviceId(state.id)) return false;
    const before = this.#devices.get(state.id);
    if (before && compareDevices(state, before.reported, this.agent(state.stationId)) < 0) return false;
    this.#devices.set(state.id, { reported: state, reportedAt: at });
    return true;
  }

  forget(id: string): void {
    this.#devices.delete(id);
    for (const [stationId, agent] of this.#agents) if (agent.state.id === id) this.#agents.delete(stationId);
  }

  /** When the last message of any of them came; null: none yet. */
  get heardAt(): number | null {
    return this.#heardAt;
  }

  agent(stationId: number): AgentState | undefined {
    return this.#agents.get(stationId)?.state;
  }

  /** Agents that asked to speak for a station a short while ago, and were refused. @param now - wall ms. */
  secondAgents(now: number): SecondAgentView[] {
    return [...this.#refused.values()]
      .filter(({ at }) => now - at < ASKED_MS)
      .map(({ state: { stationId, address, holder, attempts, since } }) => {
        return { stationId, address, holder, attempts, since };
      });
  }

  all(): KnownDevice[] {
    return [...this.#devices.values()].map(({ reported, reportedAt }) => ({
      id: reported.id,
      stationId: reported.stationId,
      kind: reported.kind,
      reported,
      reportedAt,
      ...this.#present(reported),
    }));
  }

  #present(reported: DeviceState): Pick<KnownDevice, "state" | "reason" | "since"> {
    const agent = this.#agents.get(reported.stationId);
    const gone = agent?.state.state === "offline" && compareStates(agent.state, reported) >= 0;
    if (!gone || reported.state === "never_seen") {
      return { state: reported.state, reason: reported.reason, since: reported.since };
    }
    const { reason, order, since } = agent.state;
    // A will was written when the agent connected: it is as old as its record.
    return {
      state: "stale",
      reason: `its agent is gone: ${reason}`,
      since: order.n === WILL_N ? agent.at : since,
    };
  }
}
