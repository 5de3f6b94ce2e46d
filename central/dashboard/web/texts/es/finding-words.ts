import type { AuditHop, Finding, FindingKind } from "../../../../../schemas/audit.ts";
import type { DeviceKind } from "../../../../../schemas/network/devices.ts";
import type { FindingFacts } from "../../../../../schemas/page/proof.ts";
import { count } from "./formats.ts";

const DEVICES: Readonly<Record<DeviceKind, string>> = { arrival: "Sensor", turnstile: "Torniquete" };

/** More stretches of numbers than these are counted. */
const NAMED = 3;

const BETWEEN: Readonly<Record<AuditHop, string>> = {
  device: "entre el equipo y su agente",
  outbox: "entre el agente y la pasarela",
  gateway: "entre la pasarela y el tema en bruto",
  raw: "en el tema en bruto",
  dedup: "entre el tema en bruto y el tema limpio",
  "station-topic": "entre el tema limpio y el de su estación",
  summary: "entre el tema limpio y las sumas",
  table: "entre el tema de los vehículos y PostgreSQL",
};

const WRONG: Readonly<Record<FindingKind, readonly [one: string, many: string]>> = {
  lost: ["se perdió", "se perdieron"],
  doubled: ["está dos veces", "están dos veces"],
  "out-of-order": ["está fuera de orden", "están fuera de orden"],
  moved: ["cambió de lugar", "cambiaron de lugar"],
  altered: ["tiene otro contenido", "tienen otro contenido"],
  unexpected: ["no se esperaba", "no se esperaban"],
  miscounted: ["no cuadra", "no cuadran"],
  unread: ["no se pudo leer", "no se pudieron leer"],
};

/** A finding in one sentence, made of its facts: "Torniquete 40380-T1: la lectura 51 se perdió entre …". */
export function findingWords({
  kind,
  hop,
  deviceId,
  stationId,
  reading,
  ranges,
  readings,
}: FindingFacts): string {
  if (kind === "miscounted") {
    const by = count(Math.abs(readings), "entrada", "entradas");
    return `Estación ${stationId}: la suma tiene ${by} de ${readings > 0 ? "más" : "menos"}.`;
  }
  const [one, many] = WRONG[kind];
  const wrong = `${readings === 1 ? one : many} ${BETWEEN[hop]}`;
  if (deviceId === null) return `${count(readings, "registro", "registros")}: ${wrong}.`;
  const who = reading ? `${DEVICES[reading]} ${deviceId}` : deviceId;
  return `${who}: ${numberWords(ranges, readings)} ${wrong}.`;
}

/** "la lectura 51", "las lecturas 51–60, 70", "3 lecturas". */
function numberWords(ranges: Finding["ranges"], readings: number): string {
  if (ranges.length === 0) return count(readings, "lectura", "lecturas");
  const spans = ranges.slice(0, NAMED).map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`));
  const more = ranges.length > NAMED ? ` y ${ranges.length - NAMED} tramos más` : "";
  return `${readings === 1 ? "la lectura" : "las lecturas"} ${spans.join(", ")}${more}`;
}
