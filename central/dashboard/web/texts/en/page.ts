import type { WeatherStatus } from "../../../../../schemas/records.ts";
import { ago, count, figure, span } from "./formats.ts";

/** The header, what stands around everything, and words of several places. */
export const page = {
  close: "Close",
  pause: "Pause",
  breakIt: "Break it",
  replay: "Replay",
  more: (n: number) => `and ${figure(n)} more`,
  fewer: "fewer",
  noServer: "The server of this page does not answer.",
  lost: "Connection lost.",
  entries: (n: number) => count(n, "entry", "entries"),
  readings: (n: number) => count(n, "reading", "readings"),
  trains: (n: number) => count(n, "train", "trains"),
  trainsUnseen: (n: number) => `${count(n, "train", "trains")} unseen`,
  someUnseen: (seen: number, unseen: number) => `${count(seen, "train", "trains")}, ${figure(unseen)} unseen`,
  asOf: (ms: number) => `as of ${ago(ms)}`,
  minutes: (n: number) => `${figure(n)} min`,
  minutesTo: (least: number, most: number) => `${figure(least)}–${figure(most)} min`,
  /** A device of this kind, before its number. */
  kinds: { arrival: "Sensor", turnstile: "Turnstile" },
  header: {
    noClock: "no service clock yet",
    clockTitle: "Service clock, Chicago time",
    noWeather: "no weather yet",
    noDevice: "no device heard yet",
    online: (n: number) => `${count(n, "device", "devices")} online`,
    late: (n: number) => `${figure(n)} late`,
    offline: (n: number) => `${figure(n)} offline`,
    neverSeen: (n: number) => `${figure(n)} never seen`,
    help: "Help",
    resume: "Resume",
    theme: "Theme: ",
    themes: { system: "Auto", light: "Light", dark: "Dark" },
    themeTo: { system: "Change to auto", light: "Change to light", dark: "Change to dark" },
  },
  /** What a visitor sees is no real train, and how fast its clock runs. */
  emulated: (speed: number | null) => {
    if (speed === null) return "Emulated service";
    return speed === 1 ? "Emulated service, real time" : `Emulated service, ${figure(speed)}× real time`;
  },
  sky: {
    sunny: "sunny",
    partly_cloudy: "partly cloudy",
    cloudy: "cloudy",
    windy: "windy",
    precipitation: "rain or snow",
  } satisfies Record<WeatherStatus, string>,
  banner: {
    showing: (at: string, ageMs: number, next: string) => `Showing ${at}, ${ago(ageMs)}; ${next}.`,
    tryingNow: "trying now",
    tryingIn: (ms: number) => `trying again in ${span(ms)}`,
    paused: "Paused.",
    pausedMore: "The page stands still; the trains do not.",
  },
  /** Said to those who hear the page. */
  live: {
    deaf: "No device is heard.",
    reporting: "Every device is reporting.",
    silent: (n: number) => `${count(n, "device", "devices")} silent.`,
    proof: {
      holds: "The counts agree.",
      "catching-up": "Counts are catching up.",
      stalled: "Readings wait, and nothing moves.",
      broken: "The counts do not agree.",
    },
  },
  starting: {
    connecting: "Connecting",
    starting: "Starting",
    noStation: "No station has come from the database yet",
    waiting: "Waiting for the server of this page.",
    noData:
      "The page is up; Kafka has told it nothing yet. Trains appear as soon as the stations table and the first arrivals are read.",
    /** Parts as a visitor knows them. */
    parts: {
      postgres: "Database (PostgreSQL)",
      kafka: "Log of all readings (Kafka)",
      connect: "Stations from the database (Connect)",
      registry: "Schemas",
      "rest-proxy": "Weather's way in (REST Proxy)",
      ksql: "Totals (ksql)",
      gateway: "Gateway of the stations (MQTT)",
      edge: "Agents of the stations",
      "firmware-sim": "Simulated sensors and turnstiles",
    },
    /** How a part stands, by its supervisor's word for it. */
    states: {
      waiting: "waiting",
      starting: "starting",
      ready: "ready",
      failed: "failed",
      restarting: "restarting",
      stopping: "stopping",
      stopped: "stopped",
    },
  },
  titles: {
    train: (id: string) => `Train ${id}`,
    proof: "Proof",
    incidents: "Incidents",
    incident: "Incident",
    story: "One entry's story",
    replay: (at: string) => `${at} replay`,
  },
  noPart: "This part of the page could not be loaded: the server may be newer. Load the page again.",
  opening: "Opening",
};
