import { ago, count, figure, span } from "./formats.ts";

/** Vehicles: on the map, in the table, in the ribbon. */
export const fleet = {
  table: "Vehicles, a table",
  vehicle: "Vehicle",
  speed: "km/h",
  heading: "Heading",
  battery: "Battery",
  seen: "Seen",
  compass: ["N", "NE", "E", "SE", "S", "SW", "W", "NW"],
  vehicles: (n: number) => count(n, "vehicle", "vehicles"),
  silent: (n: number) => `, ${figure(n)} silent`,
  firstShown: (n: number) => `; the first ${figure(n)} are shown`,
  refused: (id: string, n: number) =>
    `${id}: ${count(n, "event", "events")} not stored, because the table has others under these numbers. A vehicle that counts from 1 again needs a new boot.`,
  old: (ms: number) => `${span(ms)} old`,
  oldTitle: "It sends what waited, or its clock is wrong",
  mark: (id: string, speed: number, heard: string) => `${id}: ${figure(speed)} km/h, heard of ${heard}`,
  heardAgo: (id: string, ms: number) => `${id}, ${ago(ms)}`,
  rateTitle: "Vehicles' events: from Kafka into PostgreSQL",
  rate: "Vehicles",
  rows: "rows/s,",
  writerSilent: "the writer is silent",
  wait: (n: number) => `${figure(n)} wait`,
};
