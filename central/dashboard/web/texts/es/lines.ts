import type { lines as en } from "../en/lines.ts";

export const lines: typeof en = {
  map: "Mapa",
  strips: "Franjas",
  linesAs: "Ver las líneas como",
  tabs: "Líneas",
  mapOf: "Mapa de las líneas",
  stations: "Estaciones",
  lake: "Lago Míchigan",
  line: (name) => `Línea ${name}`,
  trainsOf: (name) => `Trenes de la línea ${name}`,
  deviceSilent: "un equipo sin señal",
  seenAt: (train, towards, station) => `Tren ${train} hacia ${towards}: visto en ${station}`,
  brokenDownAt: (train, towards, station) => `Tren ${train} hacia ${towards}: averiado, visto en ${station}`,
  outOfServiceAt: (train, towards, station) =>
    `Tren ${train} hacia ${towards}: fuera de servicio, visto en ${station}`,
};
