import type { RecountFault, Tick } from "../../../../../schemas/page/history.ts";
import { ago, count, figure } from "./formats.ts";

/** The past: its bar, its scrubber, its count. */
export const replay = {
  label: "Replay",
  head: "Replay.",
  youSee: "You see ",
  back: "Back to live",
  ago: (ms: number) => ` ${ago(ms)}`,
  play: "Play",
  speed: "Speed",
  steps: ["−1 min", "−10 s", "+10 s", "+1 min"],
  before: "Event before",
  next: "Next event",
  reading: "Reading Kafka’s records.",
  unknown: (n: number) => `Not known of this moment: ${figure(n)}`,
  noServer: "The server of this page does not answer; trying again.",
  notLoaded: "The replay could not be loaded.",
  reload: "Reload this page to try again.",
  moment: "Moment",
  now: "now",
  /** What happened, for the scrubber: as the server says it. */
  tick: ({ words }: Tick): string => words,
  countedAgain: "Counted again",
  fromRecords: "Counted again from the records.",
  readingNow: "Reading.",
  noAuditor: "What the auditor said then is not known: Kafka has only its newest word.",
  waiting: "Reading a moment of the past",
  waitingMore: "The page is made again from Kafka’s records of that time.",
  nothing: "Nothing to show of this moment",
  nothingMore: "The line above says why, and from when on there is something.",
  interval: (from: string, to: string) => `${from} to ${to}`,
  noReading: (interval: string) => `${interval}: no reading came.`,
  counted: (interval: string, entries: number, arrivals: number, devices: number) =>
    `${interval}: ${count(entries, "entry", "entries")} and ${count(arrivals, "arrival", "arrivals")} of ${count(devices, "device", "devices")}`,
  whole: (counted: string) => `${counted}, each once and in order, and none missing between two of them.`,
  notWhole: (counted: string, faults: string) => `${counted}; not whole: ${faults}.`,
  fault: ({ deviceId, from, to, what }: RecountFault) =>
    `${deviceId} ${from === to ? `number ${from}` : `numbers ${from}–${to}`} ${what}`,
  more: (n: number) => `${figure(n)} more`,
  nameless: (n: number) => `${count(n, "record names", "records name")} no reading`,
  inRaw: (n: number) => `The raw topic has ${figure(n)} of them too.`,
  partlyInRaw: (n: number, others: number) =>
    `The raw topic has ${figure(n)} of them too; ${figure(others)} came to it more than a minute earlier, or it was not seen to have them.`,
};
