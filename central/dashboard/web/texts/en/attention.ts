import { ago, choose, count, figure, span } from "./formats.ts";

/** The one list of what needs a look. */
export const attention = {
  title: "Needs attention",
  incidents: "Incidents",
  incident: "Incident",
  incidentOf: (title: string) => `Incident: ${title}`,
  /** Where nothing does. */
  none: {
    unheard: "No device has been heard yet.",
    reporting: (devices: number) =>
      devices === 1
        ? "Nothing. The one device is reporting."
        : `Nothing. All ${count(devices, "device", "devices")} are reporting.`,
    disconnected: (ms: number) => `Not known. This page has heard nothing for ${span(ms)}.`,
    silent: (ms: number) => `Not known. No device has been heard for ${span(ms)}.`,
  },
  process: (name: string) => `Process ${name}`,
  processFailed: "has failed",
  processAgain: "is started again",
  auditor: "The auditor",
  auditorSilent: (ms: number | null) => `has said nothing ${ms === null ? "yet" : `for ${span(ms)}`}.`,
  hopStill: (waiting: number, ms: number) =>
    `${figure(waiting)} ${choose(waiting, "waits", "wait")}; nothing has moved for ${span(ms)}.`,
  secondAgent: (holder: string, address: string, attempts: number, ms: number) =>
    `: two agents want to speak for it. The one at ${holder} does; the one at ${address} was refused ${count(attempts, "time", "times")} in ${span(ms)}. Stop one of them.`,
  devicesOf: (n: number, station: string) => `${count(n, "device", "devices")} of ${station}`,
  silentSince: (reason: string, ms: number) => `: ${reason}, ${ago(ms)}.`,
  readingsWait: (n: number) => `${count(n, "reading waits", "readings wait")} there.`,
  blind: "Trains may pass unseen.",
  train: (id: string) => `Train ${id}`,
  brokenDown: (station: string) => `is broken down at ${station}.`,
  unseen: (ms: number, station: string) => `has not been seen for ${span(ms)}, last at ${station}.`,
  /** Why something is silent: by the words that agents and devices report. */
  reasons: {
    unplugged: "unplugged",
    silent: "silent",
    stopped: "stopped",
    "connection lost": "connection lost",
    "no line yet": "no line yet",
    "opening the line": "opening the line",
    "greeted, no answer yet": "greeted, no answer yet",
    "two heartbeats missed": "two heartbeats missed",
    "nothing has come through for 10 s": "nothing has come through for 10 s",
    "no verdict for 5 s": "no verdict for 5 s",
    "ordered on the page": "ordered on the page",
  },
  agentGone: (reason: string) => `its agent is gone: ${reason}`,
};
