import fetch from "node-fetch";
import { z } from "zod";
import { bearer } from "../../infra/runtime/security/http.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import type { ActiveFault, FaultRequest } from "../faults/fault-board.ts";
import type { HealAnswer, PressAnswer, SimulatedDeviceView, StateView, StrikeAnswer } from "./api.ts";

const refusal = z.object({ code: z.string(), message: z.string() });

/** Commands to a simulator that runs, by its control interface. */
export class ControlClient {
  readonly #url: string;
  readonly #token: string | undefined;

  /**
   * @param url - `FIRMWARE_SIM_URL`.
   * @param token - `FIRMWARE_SIM_TOKEN`, where it asks for one.
   */
  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  devices(): Promise<readonly SimulatedDeviceView[]> {
    return this.#call("GET", "/devices");
  }
  state(): Promise<StateView> {
    return this.#call("GET", "/state");
  }
  faults(): Promise<readonly ActiveFault[]> {
    return this.#call("GET", "/faults");
  }
  strike(request: FaultRequest): Promise<StrikeAnswer> {
    return this.#call("POST", "/faults", request);
  }
  heal(target: string): Promise<HealAnswer> {
    return this.#call("POST", "/heal", { target });
  }
  press(device: string, count: number): Promise<PressAnswer> {
    return this.#call("POST", "/press", { device, count });
  }

  /** @throws {CodedError} USAGE as the simulator said it; DEPENDENCY_UNAVAILABLE when none answers. */
  async #call<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : {
            body: JSON.stringify(body),
            headers: { "content-type": "application/json", ...bearer(this.#token) },
          }),
    }).catch((cause: unknown) => {
      throw new CodedError("DEPENDENCY_UNAVAILABLE", {
        message: `no simulator answers on ${this.#url} (${messageOf(cause)}): start one with npm start or npm run firmware-sim`,
        retryable: true,
        cause,
      });
    });
    const value: unknown = await answer.json();
    if (answer.ok) return value as T;
    const said = refusal.safeParse(value);
    throw new CodedError(said.data?.code === "USAGE" ? "USAGE" : "CONTROL_FAILED", {
      message: said.data?.message ?? `the simulator answered ${answer.status}`,
      retryable: false,
    });
  }
}
