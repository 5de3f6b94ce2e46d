import type { AuditHop, InFlight, Silence, Verdict, VerdictState } from "../../../schemas/audit.ts";
import { isOpen } from "../../../schemas/audit.ts";
import { DEVICE_WORDS } from "../../../schemas/network/devices.ts";
import { compareStates } from "../../../schemas/states.ts";
import { ageWords, counted, findingWords, HOP_WORDS } from "../words.ts";
import type { Auditor } from "./auditor.ts";
import { devicesOf, equationOf } from "./equations.ts";
import { type Flight, FlightWatch } from "./flight-watch.ts";
import type { StationAudit } from "./station.ts";

/** What is in flight for no longer than this is live traffic, ms. */
export const YOUNG_MS = 10_000;
/** A hop at which nothing has come through for this long, while something waits there, stands still, ms. */
export const STALLED_MS = 10_000;
/** The auditor itself was stopped if it looks again only after this, ms. */
const PAUSE_MS = 3_000;
/** More findings and silences than this are counted, not listed. */
const NAMED = 3;

type Unit = Exclude<VerdictState, "broken">;

/** Says what the auditor knows, in four states (delivery rule 9). Keeps only what it takes to tell ages. */
export class VerdictMaker {
  readonly #auditor: Auditor;
  readonly #watches = new Map<number, Record<Watched, FlightWatch>>();
  #last: Pick<Verdict, "state" | "since"> | null = null;
  #lookedAt: number | null = null;

  constructor(auditor: Auditor) {
    this.#auditor = auditor;
  }

  /**
   * @param now - wall clock of the last look, epoch ms.
   * @param behind - records that were there before the auditor began and are not read yet.
   */
  make(now: number, behind: number): Verdict {
    const paused = this.#lookedAt === null ? 0 : now - this.#lookedAt;
    if (paused > PAUSE_MS) {
      for (const watches of this.#watches.values()) for (const hop of WATCHED) watches[hop].pause(paused);
    }
    this.#lookedAt = now;
    const auditor = this.#auditor;
    const stations = auditor.partitions.flatMap((partition) => [...partition.stations]);
    const silent = silencesOf(auditor, stations);
    const inFlight = this.#flights(stations, new Set(silent.flatMap(({ ids }) => ids)), now);
    const heard = [...auditor.reported.devices].length > 0;
    const open = [...auditor.findings.all].filter(isOpen);
    const worst = worstOf(inFlight.map(({ state }) => state));
    const state: VerdictState =
      open.length > 0
        ? "broken"
        : silent.length > 0 || worst === "stalled"
          ? "stalled"
          : behind > 0 || !heard
            ? "catching-up"
            : worst;
    const since = this.#last?.state === state ? this.#last.since : now;
    this.#last = { state, since };
    return {
      state,
      since,
      asOf: now,
      reasons: [
        ...some(open.map(findingWords), (n) => `${counted(n, "more finding", "more findings")}.`),
        ...(behind > 0 ? [`Reading what Kafka holds: ${counted(behind, "record", "records")} to go.`] : []),
        ...(heard ? [] : ["No device has been heard yet."]),
        ...some(
          silent.map((one) => silentWords(one, now)),
          (n) => `${counted(n, "more place is", "more places are")} silent.`,
        ),
        ...inFlight.filter((flight) => flight.state !== "holds").map((flight) => flightWords(flight, now)),
      ],
      turnstiles: equationOf(
        devicesOf(stations, "turnstile"),
        stations.map((station) => auditor.sumOf(station)),
        auditor.nameless("turnstile"),
      ),
      arrivals: equationOf(devicesOf(stations, "arrival"), [], auditor.nameless("arrival")),
      inFlight,
      silent: silent.map(({ ids: _, ...silence }) => silence),
      findings: auditor.findings.counts,
      positions: auditor.reading.next,
    };
  }

  /** @param silent - devices that are excused: what waits in them and their agents is counted apart. */
  #flights(stations: readonly StationAudit[], silent: ReadonlySet<string>, now: number): readonly InFlight[] {
    const all: Record<Watched, Flight[]> = {
      device: [],
      outbox: [],
      gateway: [],
      dedup: [],
      summary: [],
    };
    for (const station of stations) {
      let [numbered, stored, published, raw] = [0, 0, 0, 0];
      for (const device of station.devices) {
        const { totals } = device;
        const rest = totals.numbered - totals.inDevice - totals.inOutbox - totals.inGateway;
        raw += rest;
        published += rest + totals.inGateway;
        const excused = silent.has(device.ref.id);
        stored += rest + totals.inGateway + (excused ? 0 : totals.inOutbox);
        numbered += rest + totals.inGateway + (excused ? 0 : totals.inOutbox + totals.inDevice);
      }
      const watches = this.#watchesOf(station.id);
      const watch = (hop: Watched, upstream: number, downstream: number): Flight =>
        watches[hop].observe(now, upstream, downstream);
      all.device.push(watch("device", numbered, stored));
      all.outbox.push(watch("outbox", stored, published));
      all.gateway.push(watch("gateway", published, raw));
      const waiting = [...station.devices].reduce((sum, { clean }) => sum + clean.waiting, 0);
      all.dedup.push(watch("dedup", raw, raw - waiting));
      const { clean, summed, miscounted } = this.#auditor.sumOf(station);
      all.summary.push(watch("summary", clean, summed - miscounted));
    }
    return WATCHED.map((hop) => ({ hop, ...together(all[hop], now) }));
  }

  #watchesOf(stationId: number): Record<Watched, FlightWatch> {
    let watches = this.#watches.get(stationId);
    if (!watches) {
      watches = {
        device: new FlightWatch(),
        outbox: new FlightWatch(),
        gateway: new FlightWatch(),
        dedup: new FlightWatch(),
        summary: new FlightWatch(),
      };
      this.#watches.set(stationId, watches);
    }
    return watches;
  }
}

const WATCHED = ["device", "outbox", "gateway", "dedup", "summary"] as const satisfies readonly AuditHop[];
type Watched = (typeof WATCHED)[number];

/** Each by itself is young, moving or standing still; the hop is as its worst. */
function together(flights: readonly Flight[], now: number): Omit<InFlight, "hop"> {
  const times = (of: "since" | "movedAt"): number[] => flights.flatMap((flight) => flight[of] ?? []);
  const since = times("since");
  const moved = times("movedAt");
  return {
    waiting: flights.reduce((sum, { waiting }) => sum + waiting, 0),
    since: since.length === 0 ? null : Math.min(...since),
    movedAt: moved.length === 0 ? null : Math.max(...moved),
    state: worstOf(flights.map((flight) => stateOf(flight, now))),
  };
}

function stateOf({ since, movedAt }: Flight, now: number): Unit {
  if (since === null || now - since <= YOUNG_MS) return "holds";
  return now - Math.max(since, movedAt ?? since) > STALLED_MS ? "stalled" : "catching-up";
}

function worstOf(states: readonly Unit[]): Unit {
  if (states.includes("stalled")) return "stalled";
  return states.includes("catching-up") ? "catching-up" : "holds";
}

/** How many readings wait in a device and its agent, by the station's and the device's id. */
function waitingIn(stations: readonly StationAudit[]): (stationId: number, id: string) => number {
  let byId: ReadonlyMap<number, StationAudit> | undefined;
  return (stationId, id) => {
    // Mostly no device is silent, and nothing is asked for.
    byId ??= new Map(stations.map((station) => [station.id, station]));
    for (const { ref, totals } of byId.get(stationId)?.devices ?? []) {
      if (ref.id === id) return totals.inDevice + totals.inOutbox;
    }
    return 0;
  };
}

/** Devices that are not heard now, each alone, or all of a station whose agent is gone. */
function silencesOf(
  auditor: Auditor,
  stations: readonly StationAudit[],
): (Silence & { readonly ids: readonly string[] })[] {
  const waiting = waitingIn(stations);
  const silent = new Map<string, Silence & { readonly ids: readonly string[] }>();
  for (const { state } of auditor.reported.devices) {
    if (state.state === "never_seen" || (state.kind !== "arrival" && state.kind !== "turnstile")) continue;
    const { id, stationId } = state;
    const gone = auditor.reported.gone(stationId);
    const stale = gone !== undefined && compareStates(gone.state, state) >= 0;
    if (!stale && state.state !== "offline") continue;
    const name = stale ? `The devices of station ${stationId}` : `${DEVICE_WORDS[state.kind]} ${id}`;
    const before = silent.get(name);
    silent.set(name, {
      name,
      stationId,
      devices: (before?.devices ?? 0) + 1,
      reason: stale ? `its agent is gone: ${gone.reason}` : state.reason || "silent",
      since: stale ? gone.since : state.since,
      waiting: waiting(stationId, id) + (before?.waiting ?? 0),
      ids: [...(before?.ids ?? []), id],
    });
  }
  return [...silent.values()].sort((x, y) => x.since - y.since);
}

function silentWords({ name, reason, since, waiting, devices }: Silence, now: number): string {
  const readings = counted(waiting, "reading", "readings");
  const known =
    waiting === 0
      ? ""
      : ` ${readings} ${waiting === 1 ? "waits" : "wait"} ${devices === 1 ? "in it" : "there"}.`;
  return `${name}: ${reason}, ${ageWords(now - since)} ago.${known}`;
}

function flightWords({ hop, waiting, since, movedAt, state }: InFlight, now: number): string {
  const wait = `${counted(waiting, "reading waits", "readings wait")} ${HOP_WORDS[hop]}`;
  if (state === "catching-up") return `${wait}, the oldest for ${ageWords(now - (since ?? now))}; they move.`;
  return `${wait}; nothing has moved there for ${ageWords(now - Math.max(since ?? now, movedAt ?? 0))}.`;
}

/** The first few, and how many more there are. */
function some(words: readonly string[], rest: (n: number) => string): readonly string[] {
  return words.length <= NAMED ? words : [...words.slice(0, NAMED), rest(words.length - NAMED)];
}
