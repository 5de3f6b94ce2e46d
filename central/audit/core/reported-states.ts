import {
  type AgentState,
  type AnyState,
  compareAgents,
  compareDevices,
  type DeviceState,
  WILL_N,
} from "../../../schemas/states.ts";

/** A device's newest state, and when Kafka had it. */
export interface ReportedState {
  readonly state: DeviceState;
  /** Epoch ms. */
  readonly at: number;
}

/** What agents say of devices and of themselves; of each the greatest, because a will may come late (delivery rule 11). */
export class ReportedStates {
  readonly #devices = new Map<string, ReportedState>();
  readonly #agents = new Map<number, { readonly state: AgentState; readonly at: number }>();

  note(state: AnyState, at: number): void {
    if (state.kind === "agent") {
      const before = this.#agents.get(state.stationId);
      if (!before || compareAgents(state, before.state) >= 0)
        this.#agents.set(state.stationId, { state, at });
      return;
    }
    const before = this.#devices.get(state.id);
    if (!before || compareDevices(state, before.state, this.#agents.get(state.stationId)?.state) >= 0)
      this.#devices.set(state.id, { state, at });
  }

  get devices(): Iterable<ReportedState> {
    return this.#devices.values();
  }

  /** Is a station's agent gone, and since when? A will was written when the agent connected, and is dated by its record. */
  gone(
    stationId: number,
  ): { readonly reason: string; readonly since: number; readonly state: AgentState } | undefined {
    const agent = this.#agents.get(stationId);
    if (agent?.state.state !== "offline") return undefined;
    const { state, at } = agent;
    return { state, reason: state.reason, since: state.order.n === WILL_N ? at : state.since };
  }
}
