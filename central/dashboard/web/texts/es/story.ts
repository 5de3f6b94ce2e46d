import type { story as en } from "../en/story.ts";
import { ago, choose, count, figure, span } from "./formats.ts";
import { HOPS, waitWords } from "./story-hops.ts";

export const story: typeof en = {
  follow: "Seguir una entrada",
  lead: "Alguien pasa por un torniquete. Un segundo después, un número de esta página sube en uno. Entre tanto la entrada pasa por ocho manos, y cada una la guarda hasta que la siguiente la tiene. Vea cada una, con los bytes que de verdad están allí.",
  walk: (deviceId) => `Pasar por el torniquete ${deviceId}`,
  walkAgain: "Pasar otra vez",
  cameThrough: "Entradas que llegaron",
  orOne: "O una que ya llegó",
  none: "No ha llegado ninguna desde que inició este servidor.",
  offer: (station, deviceId, seq) => `${station}, ${deviceId}: número ${figure(seq)}`,
  ago,
  story: "El recorrido de una entrada",
  looking: "Buscándola",
  another: "Elegir otra entrada",
  boot: (bootId) => `, arranque ${bootId}.`,
  previous: "Tramo anterior",
  next: "Tramo siguiente",
  paused: "En pausa",
  title: (kind, seq, deviceId) =>
    kind === "turnstile"
      ? `Entrada ${figure(seq)} del torniquete ${deviceId}`
      : `Aviso ${figure(seq)} del sensor ${deviceId}`,
  counted: "Contada.",
  countedAfter: (took) => `Contada, ${took} después del paso.`,
  since: (ms) => `Desde hace ${span(ms)}.`,
  sincePaused: (ms) => `Desde hacía ${span(ms)} cuando usted pausó.`,
  hop: ({ name }) => HOPS[name],
  wait: waitWords,
  states: { passed: ", ya pasó", here: ", está aquí", ahead: ", todavía no" },
  place: (topic, partition) => `${topic}, partición ${partition}, offset `,
  headers: "Encabezados del registro",
  header: (name) => `encabezado “${name}” `,
  headerMeanings: {
    reading: "equipo; arranque; número; pasos hasta entonces",
    times: "cuándo, por los relojes de servicio; equipo; agente; pasarela; dedup",
    "gateway-time": "cuándo lo recibió la pasarela, milisegundos desde 1970",
    cut: "partición:offset hasta donde el tema limpio está en esta fila",
  },
  rule: (rule, code) => `Regla de entrega ${rule}. Código: ${code}`,
  origins: {
    ring: "leídos de la memoria del equipo",
    kafka: "leídos de Kafka",
    rebuilt: "rehechos",
  },
  bytes: (n) => count(n, "byte", "bytes"),
  arrows: (name, bytes) => `${name}: ${count(bytes, "byte", "bytes")}. Las flechas van de campo en campo.`,
  stuffed: "Los bytes subrayados representan 00: cada uno dice a qué distancia está el próximo cero. ",
  byte: (offset) => `Byte ${figure(offset)}.`,
  byteRange: (from, to) => `Bytes ${figure(from)} a ${figure(to)}.`,
  fields: (n) => (n === 1 ? "El único campo" : `Los ${figure(n)} campos`),
  bytesHead: "bytes",
  field: "campo",
  value: "valor",
  leftOut: (n) => `… ${figure(n)} ${choose(n, "byte", "bytes")} …`,
  broken: "¿Y si algo falla?",
  brokenMore:
    "Provoque un fallo en un tramo y vuelva a pasar por el torniquete: la próxima entrada espera antes de él y sigue cuando vuelve.",
  underWay: (hop, order) => `En curso: ${hop}, ${order.toLowerCase()}.`,
};
