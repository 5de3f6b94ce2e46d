import { figure } from "./formats.ts";

/** How evenly trains follow one another. */
export const headway = {
  title: "Headway",
  unit: "in service minutes",
  notes: "Notes",
  noTrain: "No train has been seen yet.",
  to: "to ",
  longGap: (minutes: number, first: string, second: string) =>
    `Long gap: ${figure(minutes)} min between ${first} and ${second}`,
  bunched: (minutes: number, first: string, second: string) =>
    `Bunched: ${first} and ${second}, ${figure(minutes)} min apart`,
  cause: {
    "broken-down": (train: string) => `${train} is broken down`,
    unseen: (train: string) => `${train} has not been seen of late: it may be there unseen`,
    "silent-sensor": (station: string) => `a sensor at ${station} is silent: a train may be unseen`,
  },
};
