import { type DeviceKind, parseDeviceId } from "../../../../../schemas/network/devices.ts";
import {
  type Incident,
  type IncidentKind,
  type IncidentView,
  whatIn,
} from "../../../../../schemas/page/incidents.ts";
import { breaking } from "./breaking.ts";
import { count, span } from "./formats.ts";

/** What waited is not looked for any longer than this, ms: the server's rule. */
const DRAIN_MS = 10 * 60_000;

const DEVICES: Readonly<Record<DeviceKind, string>> = { arrival: "El sensor", turnstile: "El torniquete" };

const BETWEEN: Readonly<Record<string, string>> = {
  serial: "entre equipos y agentes",
  mqtt: "entre agentes y pasarela",
  kafka: "entre la pasarela y el tema limpio",
  ksql: "entre el tema limpio y las sumas",
};

/** An incident in one sentence, made from what it covers: the server's own is in English. A finding's has no other. */
export function incidentTitle(incident: IncidentView, nameOf: (stationId: number) => string): string {
  const { kind, covers, severity, title } = incident;
  const what = covers.map(whatIn);
  const [first = ""] = what;
  const station = nameOf(Number.parseInt(first, 10));
  switch (kind) {
    case "device":
      return deviceTitle(what, nameOf);
    case "agent":
      return what.length > 1
        ? `${count(what.length, "agente", "agentes")} sin conexión`
        : `El agente de ${station} no está conectado`;
    case "second-agent":
      return `Dos agentes quieren hablar por ${station}`;
    case "hop":
      return `Lecturas detenidas ${BETWEEN[first] ?? first}`;
    case "auditor":
      return "El auditor no dice nada";
    case "process":
      return severity === "minor" ? `El proceso ${first} terminó y se reinició` : `El proceso ${first} falló`;
    case "trial":
      return `Rómpalo: ${breaking.named(first) ?? title}`;
    case "finding":
      return what.length > 1 ? `El auditor encontró ${count(what.length, "fallo", "fallos")}` : title;
  }
}

function deviceTitle(ids: readonly string[], nameOf: (stationId: number) => string): string {
  const [first = ""] = ids;
  const stations = new Set(ids.map((id) => Number.parseInt(id, 10)));
  const station = nameOf(Number.parseInt(first, 10));
  if (ids.length === 1)
    return `${DEVICES[parseDeviceId(first)?.kind ?? "arrival"]} ${first} de ${station} no da señal`;
  const where = stations.size > 1 ? count(stations.size, "estación", "estaciones") : station;
  return `${count(ids.length, "equipo", "equipos")} de ${where} sin señal`;
}

const CAUSE_OVER: Readonly<Record<Exclude<IncidentKind, "finding" | "auditor" | "second-agent">, string>> = {
  device: "Volvió la señal",
  agent: "Volvió la conexión",
  hop: "Las lecturas volvieron a avanzar",
  process: "El proceso volvió a funcionar",
  trial: "El fallo terminó",
};

/** How it ended, made from its times and numbers; of a finding, what the operator wrote. */
export function incidentEnding(incident: Incident): string | null {
  const { kind, since, backAt, endedAt, worst, lost, ending } = incident;
  if (endedAt === null || backAt === null || kind === "finding") return ending;
  const took = span(backAt - since);
  if (kind === "auditor") return `El auditor volvió a hablar después de ${took}.`;
  if (kind === "second-agent") return `Uno de los dos ya no insiste, después de ${took}.`;
  const over = `${CAUSE_OVER[kind]} después de ${took}.`;
  if (endedAt - backAt > DRAIN_MS)
    return `${over} En 10 min no se vio si llegó todo lo que estaba en espera.`;
  const came =
    worst === null
      ? "No se sabe que nada haya quedado en espera."
      : `Lo que estaba en espera llegó en ${span(endedAt - backAt)}: como máximo ${count(worst.waiting, "lectura", "lecturas")}.`;
  return [over, came, ...lostWords(lost)].join(" ");
}

function lostWords(lost: number | null): readonly string[] {
  if (lost === null) return [];
  return [lost > 0 ? `${count(lost, "lectura se perdió", "lecturas se perdieron")}.` : "No se perdió nada."];
}
