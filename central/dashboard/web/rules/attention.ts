import { DEVICE_WORDS } from "../../../../schemas/network/devices.ts";
import { incidentKey } from "../../../../schemas/page/incidents.ts";
import type { PageState, PartView } from "../../../../schemas/page/page.ts";
import { type SilentDevices, silences } from "./health.ts";
import { HOP_NAMES } from "./proof-words.ts";
import { figure, plural, span } from "./words.ts";

/** Something that a person should look at. */
export interface Note {
  /** Of an incident's covers, where it can be one. */
  readonly key: string;
  /** What it is about, as a link where it has a place of its own. */
  readonly subject: string;
  readonly place:
    | { readonly at: "station"; readonly id: number }
    | { readonly at: "train" | "finding"; readonly id: string }
    | null;
  /** The rest of the sentence. */
  readonly words: string;
}

/** Parts in these states run, or are on their way to. */
const WELL = new Set(["ready", "waiting", "starting", "stopping", "stopped"]);

/**
 * Everything that needs a look, the gravest first: findings, processes, hops that stand still, agents and devices,
 * trains.
 *
 * @param now - server's wall clock, ms.
 */
export function attention(state: PageState, now: number): readonly Note[] {
  const nameOf = (id: number): string => state.stations[id]?.name ?? String(id);
  return [
    ...findingNotes(state),
    ...state.parts.filter((part) => !WELL.has(part.state) || wasKilled(part)).map(partNote),
    ...hopNotes(state, now),
    ...secondAgentNotes(state, nameOf, now),
    ...silences(state.devices).map((silence) => silenceNote(silence, nameOf(silence.stationId), now)),
    ...trainNotes(state, nameOf, now),
  ];
}

/** At its first start a part has no reason to tell. */
function wasKilled({ state, reason }: PartView): boolean {
  return state === "starting" && reason !== null;
}

function findingNotes({ proof }: PageState): Note[] {
  return (proof?.open ?? []).map(({ id, words }) => {
    return { key: incidentKey("finding", id), subject: words, place: { at: "finding", id }, words: "" };
  });
}

function partNote({ name, state, reason }: PartView): Note {
  const words = `${state === "failed" ? "has failed" : "is started again"}${reason === null ? "" : `: ${reason}`}.`;
  return { key: incidentKey("process", name), subject: `Process ${name}`, place: null, words };
}

function hopNotes({ hops, proof }: PageState, now: number): Note[] {
  // Where the auditor is silent, that is one fact and not one of each hop.
  if (proof?.stale) {
    const since = proof.asOf === null ? "yet" : `for ${span(now - proof.asOf)}`;
    return [
      {
        key: incidentKey("auditor", "audit"),
        subject: "The auditor",
        place: null,
        words: `has said nothing ${since}.`,
      },
    ];
  }
  return hops.flatMap(({ name, waiting, stillSince }) => {
    if (stillSince === null || !waiting) return [];
    const words = `${figure(waiting)} ${waiting === 1 ? "waits" : "wait"}; nothing has moved for ${span(now - stillSince)}.`;
    return [{ key: incidentKey("hop", name), subject: HOP_NAMES[name], place: null, words }];
  });
}

function secondAgentNotes({ secondAgents }: PageState, nameOf: (id: number) => string, now: number): Note[] {
  return secondAgents.map(({ stationId, address, holder, attempts, since }) => ({
    key: incidentKey("second-agent", `${stationId} ${address}`),
    subject: nameOf(stationId),
    place: { at: "station", id: stationId },
    words: `: two agents want to speak for it. The one at ${holder} does; the one at ${address} was refused ${plural(attempts, "time")} in ${span(now - since)}. Stop one of them.`,
  }));
}

function silenceNote(
  { devices, reason, since, stationId, waiting }: SilentDevices,
  station: string,
  now: number,
): Note {
  const [first] = devices;
  const blind = devices.some((device) => device.kind === "arrival");
  const several = devices.length > 1 || first?.state === "stale";
  return {
    key: first?.state === "stale" ? incidentKey("agent", stationId) : incidentKey("device", first?.id ?? ""),
    subject: several
      ? `${plural(devices.length, "device")} of ${station}`
      : `${DEVICE_WORDS[first?.kind ?? "arrival"]} ${first?.id}`,
    place: { at: "station", id: stationId },
    words: [
      `: ${reason || "silent"}, ${span(now - since)} ago.`,
      ...(waiting > 0 ? [`${plural(waiting, "reading")} ${waiting === 1 ? "waits" : "wait"} there.`] : []),
      ...(blind ? ["Trains may pass unseen."] : []),
    ].join(" "),
  };
}

function trainNotes({ trains, stations }: PageState, nameOf: (id: number) => string, now: number): Note[] {
  return Object.values(trains).flatMap(({ id, status, stale, stationId, at }) => {
    if (status !== "broken_down" && !stale) return [];
    if (stations[stationId] === undefined) return [];
    const words =
      status === "broken_down"
        ? `is broken down at ${nameOf(stationId)}.`
        : `has not been seen for ${span(now - at)}, last at ${nameOf(stationId)}.`;
    return [{ key: `train ${id}`, subject: `Train ${id}`, place: { at: "train", id }, words }];
  });
}
