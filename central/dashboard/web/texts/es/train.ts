import type { train as en } from "../en/train.ts";
import { ago, count, span } from "./formats.ts";

export const train: typeof en = {
  train: (id) => `Tren ${id}`,
  notSeen: "No se ve desde hace unos minutos, o nunca se vio.",
  towards: (terminal) => `hacia ${terminal}`,
  at: {
    in_service: "Visto por última vez en",
    broken_down: "Averiado en",
    out_of_service: "Fuera de servicio en",
  },
  known: {
    stale: (ms) =>
      `Ningún sensor lo ve desde hace ${span(ms)}. Se dibuja donde se vio por última vez; puede estar más adelante.`,
    brokenDown: (ms) => `Un sensor de allí avisó de la avería ${ago(ms)}.`,
    outOfService: (ms) => `Un sensor de allí lo vio salir de servicio ${ago(ms)}.`,
    reported: (ms) => `Un sensor de allí lo vio ${ago(ms)}.`,
    computed: (ms) =>
      `Un sensor de allí lo vio ${ago(ms)}. Desde entonces su lugar se calcula con el ritmo habitual de la línea.`,
  },
  keep: "Mantener a la vista",
  next: "Próximas paradas",
  inMinutes: "En minutos de servicio.",
  inMinutesOf: (ms) => `En minutos de servicio: aquí, uno son ${span(ms)}.`,
  due: "por llegar",
  moreStops: (n) => `y ${count(n, "parada más", "paradas más")}`,
  ahead: {
    stale: "No se sabe: hace mucho que ningún sensor lo ve.",
    brokenDown: "Está detenido. No se sabe por cuánto tiempo.",
    outOfService: "Espera hasta volver al servicio.",
    end: "Aquí da la vuelta.",
  },
  neighbours: "Trenes vecinos",
  inFront: "delante",
  behind: "detrás",
  noNeighbour: "ninguno en este sentido",
  sensors: "Sensores que lo vieron",
};
