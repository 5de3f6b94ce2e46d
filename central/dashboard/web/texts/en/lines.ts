/** Map and strips. Names of lines and stations are the same in every language. */
export const lines = {
  map: "Map",
  strips: "Strips",
  linesAs: "Lines as",
  tabs: "Lines",
  mapOf: "Map of the lines",
  stations: "Stations",
  lake: "Lake Michigan",
  line: (name: string) => `${name} line`,
  trainsOf: (name: string) => `Trains of the ${name} line`,
  deviceSilent: "a device is silent",
  seenAt: (train: string, towards: string, station: string) =>
    `Train ${train} towards ${towards}: seen at ${station}`,
  brokenDownAt: (train: string, towards: string, station: string) =>
    `Train ${train} towards ${towards}: broken down, seen at ${station}`,
  outOfServiceAt: (train: string, towards: string, station: string) =>
    `Train ${train} towards ${towards}: out of service, seen at ${station}`,
};
