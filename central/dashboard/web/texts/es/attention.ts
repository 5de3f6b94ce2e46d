import type { attention as en } from "../en/attention.ts";
import { ago, choose, count, figure, span } from "./formats.ts";

export const attention: typeof en = {
  title: "Requiere atención",
  incidents: "Incidentes",
  incident: "Incidente",
  incidentOf: (title) => `Incidente: ${title}`,
  none: {
    unheard: "Aún no se recibe señal de ningún equipo.",
    reporting: (devices) =>
      devices === 1
        ? "Nada. El único equipo transmite."
        : `Nada. Los ${count(devices, "equipo", "equipos")} transmiten.`,
    disconnected: (ms) => `No se sabe. Esta página no recibe nada desde hace ${span(ms)}.`,
    silent: (ms) => `No se sabe. Ningún equipo da señal desde hace ${span(ms)}.`,
  },
  process: (name) => `El proceso ${name}`,
  processFailed: "falló",
  processAgain: "se está reiniciando",
  auditor: "El auditor",
  auditorSilent: (ms) => (ms === null ? "aún no dice nada." : `no dice nada desde hace ${span(ms)}.`),
  hopStill: (waiting, ms) => `${figure(waiting)} en espera; nada avanza desde hace ${span(ms)}.`,
  secondAgent: (holder, address, attempts, ms) =>
    `: dos agentes quieren hablar por ella. Lo hace el de ${holder}; al de ${address} se le rechazó ${count(attempts, "vez", "veces")} en ${span(ms)}. Detenga uno de los dos.`,
  devicesOf: (n, station) => `${count(n, "equipo", "equipos")} de ${station}`,
  silentSince: (reason, ms) => `: ${reason}, ${ago(ms)}.`,
  readingsWait: (n) => `${choose(n, "Queda", "Quedan")} allí ${count(n, "lectura", "lecturas")} en espera.`,
  blind: "Pueden pasar trenes sin que se vean.",
  train: (id) => `El tren ${id}`,
  brokenDown: (station) => `está averiado en ${station}.`,
  unseen: (ms, station) => `no se ve desde hace ${span(ms)}; la última vez, en ${station}.`,
  reasons: {
    unplugged: "desenchufado",
    silent: "sin señal",
    stopped: "detenido",
    "connection lost": "conexión perdida",
    "no line yet": "aún sin línea serie",
    "opening the line": "abriendo la línea serie",
    "greeted, no answer yet": "saludado, aún sin respuesta",
    "two heartbeats missed": "faltaron dos latidos",
    "nothing has come through for 10 s": "no pasa nada desde hace 10 s",
    "no verdict for 5 s": "sin veredicto desde hace 5 s",
    "ordered on the page": "pedido en la página",
  },
  agentGone: (reason) => `su agente no está: ${reason}`,
};
