import { ago, count, span } from "./formats.ts";

/** A train's sheet. */
export const train = {
  train: (id: string) => `Train ${id}`,
  notSeen: "It has not been seen for some minutes, or never.",
  towards: (terminal: string) => `towards ${terminal}`,
  /** Before the station's name. */
  at: {
    in_service: "Last seen at",
    broken_down: "Broken down at",
    out_of_service: "Out of service at",
  },
  /** How the place is known at which it is drawn. */
  known: {
    stale: (ms: number) =>
      `No sensor has seen it for ${span(ms)}. It is drawn where it was last; it may be further.`,
    brokenDown: (ms: number) => `A sensor there reported the breakdown ${ago(ms)}.`,
    outOfService: (ms: number) => `A sensor there saw it leave service ${ago(ms)}.`,
    reported: (ms: number) => `A sensor there saw it ${ago(ms)}.`,
    computed: (ms: number) =>
      `A sensor there saw it ${ago(ms)}. Its place since then is computed from the line's usual pace.`,
  },
  keep: "Keep it in view",
  next: "Next stops",
  inMinutes: "In service minutes.",
  inMinutesOf: (ms: number) => `In service minutes: one is ${span(ms)} here.`,
  due: "due",
  moreStops: (n: number) => `and ${count(n, "more stop", "more stops")}`,
  ahead: {
    stale: "Not known: no sensor has seen it for long.",
    brokenDown: "It stands. How long is not known.",
    outOfService: "It rests until it is in service again.",
    end: "It turns here.",
  },
  neighbours: "Its neighbours",
  inFront: "in front",
  behind: "behind",
  noNeighbour: "none on this way",
  sensors: "Sensors that saw it",
};
