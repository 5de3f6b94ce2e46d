import type { ExperimentView } from "../../../../../schemas/page/experiments.ts";
import type { breaking as en } from "../en/breaking.ts";
import { delay, figure } from "./formats.ts";

type Words = Pick<ExperimentView, "hop" | "order" | "watch">;

/** By the id of the experiment; each of the device that it strikes and its station. */
const EXPERIMENTS: Readonly<Record<string, (device: string, station: string) => Words>> = {
  "unplug-device": (device, station) => ({
    hop: "Equipo",
    order: "Desenchufar 20 s",
    watch: `El torniquete ${device} de ${station} queda sin conexión en 3 s. La gente sigue pasando: sus entradas esperan en él.`,
  }),
  "reboot-device": (device, station) => ({
    hop: "Memoria del equipo",
    order: "Reiniciar",
    watch: `El torniquete ${device} de ${station} inicia con un número de arranque nuevo. Después se envía lo que guardaba su memoria.`,
  }),
  "noisy-line": (_, station) => ({
    hop: "Línea serie",
    order: "Añadir ruido 20 s",
    watch: `Cambian bits en las líneas de ${station}. Las tramas dañadas se cuentan allí y se envían de nuevo; ninguna se da por buena.`,
  }),
  "double-frames": (_, station) => ({
    hop: "Tramas",
    order: "Enviar cada una tres veces, 20 s",
    watch: `Cada trama de ${station} llega tres veces. El agente guarda cada lectura una vez, así que ninguna cuenta sube por eso.`,
  }),
  "kill-edge": () => ({
    hop: "Agentes",
    order: "Matar el proceso",
    watch:
      "Todos los equipos callan a la vez. Las entradas esperan en su memoria y en el disco de los agentes.",
  }),
  "kill-gateway": () => ({
    hop: "Pasarela",
    order: "Matar el proceso",
    watch:
      "Los agentes pierden MQTT y guardan lo que tienen en disco; envían de nuevo lo que no se confirmó.",
  }),
  "kill-kafka": () => ({
    hop: "Kafka",
    order: "Matar el proceso",
    watch: "Nada se confirma hasta que vuelve el broker. Después lo pendiente llega en orden.",
  }),
  "kill-ksql": () => ({
    hop: "ksqlDB",
    order: "Matar el proceso",
    watch:
      "“Totalizadas” se detiene mientras “recibidas una vez” sube. Las sumas se ponen al día desde donde estaban.",
  }),
  "slow-kafka": () => ({
    hop: "Kafka lento",
    order: "Frenar 20 s",
    watch:
      "El broker se detiene 400 de cada 500 ms. Confirma tarde, así que hay más en tránsito; no se rechaza nada.",
  }),
  "full-disk": () => ({
    hop: "Disco de los agentes",
    order: "Llenar 20 s",
    watch:
      "Ningún archivo de los agentes puede crecer. Solo confirman lo que guardaron: las entradas esperan en los torniquetes.",
  }),
  "wrong-clock": () => ({
    hop: "Reloj de los agentes",
    order: "Adelantar un día, 20 s",
    watch:
      "Las lecturas llevan una hora falsa. Cada equipo numera las suyas, y los números deciden qué se cuenta.",
  }),
  "starved-machine": () => ({
    hop: "Esta máquina",
    order: "Saturar 20 s",
    watch:
      "Procesos sin pausa ocupan todos los procesadores. Todo se retrasa, también esta página y sus otros programas.",
  }),
  "cloned-agent": (_, station) => ({
    hop: "Un agente clonado",
    order: "Clonar 20 s",
    watch: `Un segundo agente entra como ${station}, desde una máquina sin torniquetes. Cada uno le quita la conexión al otro.`,
  }),
};

export const breaking: typeof en = {
  title: "Rómpalo",
  lead: "Esto rompe de verdad el sistema en marcha. Todo se recupera solo, y las cuentas deben coincidir.",
  onlyLook: "Esta página solo puede mirar: no se abrió en la máquina donde funciona.",
  experiment: (view, station) => EXPERIMENTS[view.id]?.(view.target ?? "", station) ?? view,
  named: (id) => {
    const words = EXPERIMENTS[id]?.("", "");
    return words && `${words.hop}, ${words.order.toLowerCase()}`;
  },
  waiting: "En espera de comenzar",
  waitsFor: (reason) => `Comienza cuando las cuentas coincidan. Espera por esto: ${reason}`,
  noAuditor: "el auditor aún no ha dicho nada",
  noAgreement: "las cuentas aún no coinciden",
  cancel: "Cancelar",
  token: "Clave: DEMO_TOKEN, o el archivo token de una carpeta privada",
  unlock: "Desbloquear",
  wrongToken: "Esa no es la clave.",
  notDone: (why) => `No se hizo: ${why}.`,
  noServer: "No se hizo: el servidor de esta página no responde.",
  follow: "Seguir una entrada",
  followMore: "y ver dónde espera, byte por byte.",
  entries: "Entradas",
  before: "antes",
  worst: "lo peor",
  after: "después",
  now: "ahora",
  rows: {
    turnstiles: "en torniquetes",
    inTransit: "en tránsito",
    totalled: "totalizadas",
    lost: "perdidas",
  },
  measured: "Medido desde el momento del fallo",
  steps: {
    unnoticed: "Ninguna lectura se retrasó",
    noticed: "Notado",
    over: "Fin del fallo",
    back: "El proceso volvió",
    drained: "Llegó lo pendiente",
    agree: "Las cuentas coinciden",
  },
  endsIn: (ms) => `El fallo termina en ${delay(ms)}.`,
  isDrained: "Llegó todo lo pendiente. Ahora las cuentas deben coincidir.",
  isOver: "Terminó. Lo que estaba en espera está llegando.",
  isBack: "Volvió. Lo que estaba en espera está llegando.",
  noSign: "Fallo provocado. Aún no se nota.",
  waitsForDevice: "Esperando al equipo.",
  isDown: "Detenido. Se está reiniciando.",
  nothingLost: (took) => `No se perdió nada. Las cuentas coinciden de nuevo después de ${took}.`,
  someLost: (n, took) => `${figure(n)} perdidas. Las cuentas coinciden de nuevo después de ${took}.`,
  inTransit: "En tránsito",
  curve: (what, length, most, last) =>
    `${what} durante ${length}: como máximo ${figure(most)}, al final ${figure(last)}`,
};
