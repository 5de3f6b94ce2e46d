import type { Verdict } from "../../../../../schemas/audit.ts";
import { STATIONS } from "../../../../../schemas/network/network.ts";
import type { DeviceView, PageState } from "../../../../../schemas/page/page.ts";
import { proofView } from "../../../../../schemas/testing/proof-views.ts";
import type { Situation } from "../rules/situation.ts";

export const BEGAN = Date.UTC(2026, 10, 30, 8, 0, 0);

/** What the server knows at so many seconds after `BEGAN`: all is well, but for what is given. */
export function situation(
  second: number,
  given: Partial<PageState> &
    Partial<Pick<Situation, "findings">> & {
      readonly inFlight?: Verdict["inFlight"];
      /** Of the verdict, seconds after `BEGAN`; left out: now. */
      readonly asOf?: number;
    } = {},
): Situation {
  const now = BEGAN + 1_000 * second;
  const { findings = [], inFlight = [], asOf = second, ...state } = given;
  const names = STATIONS.map(({ id, name }) => [id, { id, name, stops: [], lat: null, lon: null }] as const);
  return {
    now,
    findings,
    verdict: { asOf: BEGAN + 1_000 * asOf, inFlight } as unknown as Verdict,
    state: {
      stations: Object.fromEntries(names),
      devices: {},
      hops: [],
      proof: proofView({ asOf: now }),
      parts: [],
      secondAgents: [],
      live: true,
      ...state,
    },
  };
}

/** Devices of the page by their ids. @param since - seconds after `BEGAN`. */
export function devices(
  ids: readonly string[],
  state: DeviceView["state"],
  since: number,
  waiting: number | null = null,
): PageState["devices"] {
  return Object.fromEntries(
    ids.map((id) => [
      id,
      {
        id,
        kind: id.includes("-T") ? "turnstile" : "arrival",
        stationId: Number.parseInt(id, 10),
        line: null,
        state,
        reason: state === "offline" ? "unplugged" : "",
        since: BEGAN + 1_000 * since,
        waiting,
      } as const,
    ]),
  );
}

export function part(name: string, state: string, reason: string | null = null, restarts = 0) {
  return { name, state, ms: null, restarts, reason };
}
