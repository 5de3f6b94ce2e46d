import { incidentKey } from "../../../../schemas/page/incidents.ts";
import type { PageState, PartView } from "../../../../schemas/page/page.ts";
import type { Texts } from "../texts/texts.ts";
import { type SilentDevices, silences } from "./health.ts";
import { textOf } from "./words.ts";

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
export function attention(state: PageState, now: number, texts: Texts): readonly Note[] {
  const nameOf = (id: number): string => state.stations[id]?.name ?? String(id);
  return [
    ...findingNotes(state, texts),
    ...state.parts
      .filter((part) => !WELL.has(part.state) || wasKilled(part))
      .map((part) => partNote(part, texts)),
    ...hopNotes(state, now, texts),
    ...secondAgentNotes(state, nameOf, now, texts),
    ...silences(state.devices).map((silence) => silenceNote(silence, nameOf(silence.stationId), now, texts)),
    ...trainNotes(state, nameOf, now, texts),
  ];
}

/** At its first start a part has no reason to tell. */
function wasKilled({ state, reason }: PartView): boolean {
  return state === "starting" && reason !== null;
}

function findingNotes({ proof }: PageState, texts: Texts): Note[] {
  return (proof?.open ?? []).map((finding) => {
    const { id } = finding;
    const subject = texts.proof.findingWords(finding);
    return { key: incidentKey("finding", id), subject, place: { at: "finding", id }, words: "" };
  });
}

function partNote({ name, state, reason }: PartView, { attention }: Texts): Note {
  const what = state === "failed" ? attention.processFailed : attention.processAgain;
  const words = `${what}${reason === null ? "" : `: ${reason}`}.`;
  return { key: incidentKey("process", name), subject: attention.process(name), place: null, words };
}

function hopNotes({ hops, proof }: PageState, now: number, texts: Texts): Note[] {
  // Where the auditor is silent, that is one fact and not one of each hop.
  if (proof?.stale) {
    return [
      {
        key: incidentKey("auditor", "audit"),
        subject: texts.attention.auditor,
        place: null,
        words: texts.attention.auditorSilent(proof.asOf === null ? null : now - proof.asOf),
      },
    ];
  }
  return hops.flatMap(({ name, waiting, stillSince }) => {
    if (stillSince === null || !waiting) return [];
    const words = texts.attention.hopStill(waiting, now - stillSince);
    return [{ key: incidentKey("hop", name), subject: texts.proof.hopNames[name], place: null, words }];
  });
}

function secondAgentNotes(
  { secondAgents }: PageState,
  nameOf: (id: number) => string,
  now: number,
  texts: Texts,
): Note[] {
  return secondAgents.map(({ stationId, address, holder, attempts, since }) => ({
    key: incidentKey("second-agent", `${stationId} ${address}`),
    subject: nameOf(stationId),
    place: { at: "station", id: stationId },
    words: texts.attention.secondAgent(holder, address, attempts, now - since),
  }));
}

function silenceNote(
  { devices, reason, since, stationId, waiting }: SilentDevices,
  station: string,
  now: number,
  texts: Texts,
): Note {
  const { attention, page } = texts;
  const [first] = devices;
  const blind = devices.some((device) => device.kind === "arrival");
  const several = devices.length > 1 || first?.state === "stale";
  return {
    key: first?.state === "stale" ? incidentKey("agent", stationId) : incidentKey("device", first?.id ?? ""),
    subject: several
      ? attention.devicesOf(devices.length, station)
      : `${page.kinds[first?.kind ?? "arrival"]} ${first?.id}`,
    place: { at: "station", id: stationId },
    words: [
      attention.silentSince(reasonWords(reason, texts), now - since),
      ...(waiting > 0 ? [attention.readingsWait(waiting)] : []),
      ...(blind ? [attention.blind] : []),
    ].join(" "),
  };
}

/** Before the reason of a device whose agent is gone, as the server says it. */
const AGENT_GONE = "its agent is gone: ";

/** Why it is silent, in the words of the part that noticed it. The page translates the words that it knows. */
export function reasonWords(reason: string, texts: Texts): string {
  const { agentGone, reasons } = texts.attention;
  if (reason.startsWith(AGENT_GONE)) return agentGone(reasonWords(reason.slice(AGENT_GONE.length), texts));
  return textOf(reasons, reason || "silent");
}

function trainNotes(
  { trains, stations }: PageState,
  nameOf: (id: number) => string,
  now: number,
  { attention }: Texts,
): Note[] {
  return Object.values(trains).flatMap(({ id, status, stale, stationId, at }) => {
    if (status !== "broken_down" && !stale) return [];
    if (stations[stationId] === undefined) return [];
    const words =
      status === "broken_down"
        ? attention.brokenDown(nameOf(stationId))
        : attention.unseen(now - at, nameOf(stationId));
    return [{ key: `train ${id}`, subject: attention.train(id), place: { at: "train", id }, words }];
  });
}
