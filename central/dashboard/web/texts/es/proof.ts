import type { proof as en } from "../en/proof.ts";
import { findingWords } from "./finding-words.ts";
import { choose, count, figure } from "./formats.ts";
import { proofReasons } from "./proof-reasons.ts";

const be = (n: number): string => choose(n, "está", "están");

export const proof: typeof en = {
  label: "Prueba",
  states: {
    holds: "Consta cada entrada",
    "catching-up": "Poniéndose al día",
    stalled: "Nada avanza",
    broken: "Las cuentas no coinciden",
  },
  nothingYet: "Aún no se ha contado nada",
  auditorSilent: "El auditor no responde",
  placesSilent: (n) => `${count(n, "lugar", "lugares")} sin señal`,
  lost: (n) => `${count(n, "perdida", "perdidas")}`,
  nothingLost: "nada perdido",
  nothingLostSoFar: "nada perdido hasta ahora",
  reasons: proofReasons,
  findingWords,
  moreFindings: (n) => `${count(n, "hallazgo más", "hallazgos más")}.`,
  sentence: {
    all: (n) =>
      n === 1
        ? "La única entrada en los torniquetes se recibió una sola vez"
        : `Las ${figure(n)} entradas en los torniquetes se recibieron, cada una solo una vez y en orden`,
    some: (clean, all) =>
      `${figure(clean)} de ${figure(all)} entradas en los torniquetes se recibieron, cada una solo una vez y en orden`,
    inTransit: (n) => `${figure(n)} ${be(n)} en tránsito`,
    lost: (n) => `${count(n, "se perdió", "se perdieron")}, con causa conocida`,
    older: (n) => `${count(n, "es anterior", "son anteriores")} a la auditoría`,
    allTotalled: "Todas están totalizadas.",
    notTotalled: (n) => `${count(n, "aún no está totalizada", "aún no están totalizadas")}.`,
  },
  fleet: {
    rows: (rows, inKafka) =>
      `Eventos de vehículos: ${figure(rows)} de ${figure(inKafka)} son filas de PostgreSQL`,
    repeated: (n) => `${count(n, "llegó", "llegaron")} de nuevo`,
    deadLetters: (n) => `${count(n, "es ilegible", "son ilegibles")}`,
    waiting: (n) => `${figure(n)} ${be(n)} en camino`,
  },
  terms: {
    turnstiles: "en torniquetes",
    inTransit: "en tránsito",
    lostWithCause: "perdidas, con causa",
    beforeAudit: "antes de la auditoría",
    lost: "perdidas",
    tooMany: "de más",
    receivedOnce: "recibidas una vez",
    notTotalledYet: "por totalizar",
    tooOften: "totalizadas de más",
    notTotalled: "sin totalizar",
    totalled: "totalizadas",
    notHereYet: "aún no llegan aquí",
    newer: "nuevas",
    screen: "en su pantalla",
  },
  misdrawn: "mal dibujadas aquí",
  duplicates: "repetidas quitadas",
  deadLetters: "registros ilegibles",
  otherPages: "otras páginas",
  pagesBehind: (behind, open) => `${figure(behind)} de ${figure(open)} con retraso`,
  hopNames: {
    serial: "Equipo → agente",
    mqtt: "Agente → pasarela",
    kafka: "Pasarela → recibidas una vez",
    ksql: "Recibidas una vez → totalizadas",
  },
  hops: {
    device: "Equipo → agente",
    outbox: "Agente → pasarela",
    gateway: "Pasarela → tema en bruto",
    raw: "Tema en bruto",
    dedup: "Tema en bruto → recibidas una vez",
    "station-topic": "Recibidas una vez → tema de la estación",
    summary: "Recibidas una vez → totalizadas",
    table: "Tema de los vehículos → PostgreSQL",
  },
  causes: {
    "dead-letter": "en registros ilegibles",
    quarantine: "apartadas por agentes",
    "ring-full": "rechazadas por equipos llenos",
    "memory-erased": "borradas con una memoria",
    "outbox-lost": "perdidas con el disco de un agente",
  },
  kinds: {
    lost: "perdida",
    doubled: "duplicada",
    "out-of-order": "fuera de orden",
    moved: "cambiada de lugar",
    altered: "alterada",
    unexpected: "inesperada",
    miscounted: "mal sumada",
    unread: "sin leer",
  },
  sheet: {
    title: "La prueba",
    arrivals: (counted, clean, waiting, lost) =>
      `Llegadas de trenes: ${figure(counted)} contadas por sensores, ${figure(clean)} recibidas una vez, ${figure(waiting)} en camino, ${figure(lost)} perdidas.`,
    compared: "Qué se compara",
    comparedMore:
      "Un auditor lee cada registro, no lo que otros dicen de él. Cada número que se confirmó a un agente debe estar en el tema en bruto; cada número de allí que dedup ya trató debe estar en el tema limpio, una vez y en orden; la suma de cada estación debe ser el número de sus registros limpios. Lo que difiera se nombra aquí hasta que un operador lo resuelva:",
    nothingFound: "Nunca se encontró nada mal ni perdido.",
    open: "Sin resolver",
    lost: "Perdidas, con causa",
    resolved: "Resueltos",
    group: (name, n) => `${name}: ${count(n, "hallazgo", "hallazgos")}`,
  },
  finding: {
    kind: "tipo",
    between: "entre",
    cause: "causa",
    boot: "arranque",
    readings: "lecturas",
    firstSeen: "visto por primera vez",
    id: "id",
    resolved: "resuelto",
    follow: "Seguir su primera lectura, tramo por tramo",
    noServer: "El servidor no responde.",
  },
  pipeline: {
    label: "Recorrido de las lecturas",
    device: "Equipo",
    edge: "Agente",
    gateway: "Pasarela",
    dedup: "Dedup",
    page: "Página",
    serial: "serie",
    wait: (n) => ` ${figure(n)} en espera`,
    delayTitle: "La mitad de las lecturas tarda menos; 95 de cada 100, menos que la segunda cifra",
    rateTitle: "Entradas por segundo que pasan por aquí, y en el último minuto",
  },
};
