import type { ExperimentView } from "../../../../../schemas/page/experiments.ts";
import { delay, figure } from "./formats.ts";

/** Break it: what may be broken, and the report of a trial. */
export const breaking = {
  title: "Break it",
  lead: "This breaks the running system for real. Everything recovers by itself, and the counts must match.",
  onlyLook: "This page may only look: it was not opened on the machine it runs on.",
  /** What an experiment is called, and what it does: as the server says it. */
  experiment: ({ hop, order, watch }: ExperimentView, _station: string) => ({ hop, order, watch }),
  /** An experiment by its id, in a sentence; undefined: it is not known here, or the server's words do. */
  named: (_id: string): string | undefined => undefined,
  waiting: "Waiting to begin",
  waitsFor: (reason: string) => `Begins when the counts agree. It waits for this: ${reason}`,
  noAuditor: "the auditor has said nothing yet",
  noAgreement: "the counts do not agree yet",
  cancel: "Cancel",
  token: "Token: DEMO_TOKEN, or the file token of a private home",
  unlock: "Unlock",
  wrongToken: "That is not the token.",
  notDone: (why: string) => `Not done: ${why}.`,
  noServer: "Not done: the server of this page does not answer.",
  follow: "Follow one entry",
  followMore: "and see where it waits, byte by byte.",
  entries: "Entries",
  before: "before",
  worst: "at worst",
  after: "after",
  now: "now",
  rows: { turnstiles: "at the turnstiles", inTransit: "in transit", totalled: "totalled", lost: "lost" },
  measured: "Measured, from the moment of the break",
  steps: {
    unnoticed: "No reading was late",
    noticed: "Noticed",
    over: "Fault over",
    back: "Process back",
    drained: "Backlog drained",
    agree: "Counts agree",
  },
  endsIn: (ms: number) => `The fault ends in ${delay(ms)}.`,
  isDrained: "The backlog is drained. The counts must agree now.",
  isOver: "Over. What waited is coming through.",
  isBack: "Back. What waited is coming through.",
  noSign: "Broken. No sign of it yet.",
  waitsForDevice: "Waiting for the device.",
  isDown: "Down. It is started again.",
  nothingLost: (took: string) => `Nothing was lost. The counts agree again after ${took}.`,
  someLost: (n: number, took: string) => `${figure(n)} lost. The counts agree again after ${took}.`,
  inTransit: "In transit",
  curve: (what: string, length: string, most: number, last: number) =>
    `${what} over ${length}: at most ${figure(most)}, last ${figure(last)}`,
};
