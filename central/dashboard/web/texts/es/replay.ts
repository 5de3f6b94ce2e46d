import type { TickKind } from "../../../../../schemas/page/history.ts";
import type { replay as en } from "../en/replay.ts";
import { ago, choose, count, figure } from "./formats.ts";

const TICKS: Readonly<Record<TickKind, string>> = {
  finding: "Hallazgo del auditor",
  loss: "Pérdida con causa",
  broken: "Las cuentas no coincidían.",
  stalled: "Había lecturas en espera y nada avanzaba.",
  silence: "Sin señal",
  trial: "Rómpalo",
};

/** By what is wrong, as the recount names it. */
const FAULTS: Readonly<Record<string, readonly [one: string, other: string]>> = {
  missing: ["falta", "faltan"],
  doubled: ["está duplicado", "están duplicados"],
  "out of order": ["está fuera de orden", "están fuera de orden"],
  "never in the raw topic": ["nunca estuvo en el tema en bruto", "nunca estuvieron en el tema en bruto"],
};

export const replay: typeof en = {
  label: "Repetición",
  head: "Repetición.",
  youSee: "Ve las ",
  back: "Volver al presente",
  ago: (ms) => ` ${ago(ms)}`,
  play: "Reproducir",
  speed: "Velocidad",
  steps: ["−1 min", "−10 s", "+10 s", "+1 min"],
  before: "Evento anterior",
  next: "Evento siguiente",
  reading: "Leyendo los registros de Kafka.",
  unknown: (n) => `No se sabe de este momento: ${figure(n)}`,
  noServer: "El servidor de esta página no responde; se intenta de nuevo.",
  notLoaded: "No se pudo cargar la repetición.",
  reload: "Vuelva a cargar la página para intentarlo de nuevo.",
  moment: "Momento",
  now: "ahora",
  tick: ({ kind, words }) =>
    kind === "broken" || kind === "stalled" ? TICKS[kind] : `${TICKS[kind]}: ${words}`,
  countedAgain: "Contado de nuevo",
  fromRecords: "Contado de nuevo a partir de los registros.",
  readingNow: "Leyendo.",
  noAuditor: "No se sabe qué dijo entonces el auditor: Kafka solo tiene lo último que dijo.",
  waiting: "Leyendo un momento del pasado",
  waitingMore: "La página se rehace con los registros de Kafka de ese momento.",
  nothing: "No hay nada que mostrar de este momento",
  nothingMore: "La línea de arriba dice por qué, y desde cuándo hay algo.",
  interval: (from, to) => `${from} a ${to}`,
  noReading: (interval) => `${interval}: no llegó ninguna lectura.`,
  counted: (interval, entries, arrivals, devices) =>
    `${interval}: ${count(entries, "entrada", "entradas")} y ${count(arrivals, "llegada", "llegadas")} de ${count(devices, "equipo", "equipos")}`,
  whole: (counted) => `${counted}, cada una solo una vez y en orden, y ninguna falta entre dos de ellas.`,
  notWhole: (counted, faults) => `${counted}; incompleto: ${faults}.`,
  fault: ({ deviceId, from, to, what }) => {
    const [one, other] = FAULTS[what] ?? [what, what];
    return from === to
      ? `${deviceId}: el número ${from} ${one}`
      : `${deviceId}: los números ${from}–${to} ${other}`;
  },
  more: (n) => `${figure(n)} más`,
  nameless: (n) => `${count(n, "registro no nombra", "registros no nombran")} ninguna lectura`,
  inRaw: (n) => `El tema en bruto también tiene ${figure(n)} de ellas.`,
  partlyInRaw: (n, others) =>
    `El tema en bruto también tiene ${figure(n)} de ellas; ${figure(others)} ${choose(others, "llegó", "llegaron")} más de un minuto antes, o no se vio que ${choose(others, "estuviera", "estuvieran")} allí.`,
};
