import type { page as en } from "../en/page.ts";
import { ago, choose, count, figure, span } from "./formats.ts";

export const page: typeof en = {
  close: "Cerrar",
  pause: "Pausar",
  breakIt: "Provocar fallo",
  replay: "Repetición",
  more: (n) => `y ${figure(n)} más`,
  noServer: "El servidor de esta página no responde.",
  lost: "Sin conexión.",
  entries: (n) => count(n, "entrada", "entradas"),
  readings: (n) => count(n, "lectura", "lecturas"),
  trains: (n) => count(n, "tren", "trenes"),
  trainsUnseen: (n) => count(n, "tren sin ver", "trenes sin ver"),
  someUnseen: (seen, unseen) => `${count(seen, "tren", "trenes")}, ${figure(unseen)} sin ver`,
  asOf: (ms) => `datos de ${ago(ms)}`,
  minutes: (n) => `${figure(n)} min`,
  minutesTo: (least, most) => `${figure(least)}–${figure(most)} min`,
  kinds: { arrival: "Sensor", turnstile: "Torniquete" },
  header: {
    noClock: "aún sin hora de servicio",
    clockTitle: "Hora de servicio, hora de Chicago",
    noWeather: "aún sin clima",
    noDevice: "aún sin señal de dispositivos",
    online: (n) => `${count(n, "dispositivo", "dispositivos")} en línea`,
    late: (n) => `${figure(n)} con retraso`,
    offline: (n) => `${figure(n)} sin conexión`,
    neverSeen: (n) => `${figure(n)} nunca ${choose(n, "visto", "vistos")}`,
    help: "Ayuda",
    resume: "Reanudar",
    theme: "Tema: ",
    themes: { system: "Auto", light: "Claro", dark: "Oscuro" },
    themeTo: {
      system: "Cambiar a automático",
      light: "Cambiar a claro",
      dark: "Cambiar a oscuro",
    },
  },
  emulated: (speed) => {
    if (speed === null) return "Servicio simulado";
    return speed === 1
      ? "Servicio simulado, tiempo real"
      : `Servicio simulado, ${figure(speed)}× tiempo real`;
  },
  sky: {
    sunny: "soleado",
    partly_cloudy: "algo nublado",
    cloudy: "nublado",
    windy: "con viento",
    precipitation: "lluvia o nieve",
  },
  banner: {
    showing: (at, ageMs, next) => `Se muestran las ${at}, ${ago(ageMs)}; ${next}.`,
    tryingNow: "reconectando ahora",
    tryingIn: (ms) => `nuevo intento en ${span(ms)}`,
    paused: "En pausa.",
    pausedMore: "La página está detenida; los trenes, no.",
  },
  live: {
    deaf: "No se recibe señal de ningún dispositivo.",
    reporting: "Todos los dispositivos transmiten.",
    silent: (n) => `${count(n, "dispositivo", "dispositivos")} sin señal.`,
    proof: {
      holds: "Las cuentas coinciden.",
      "catching-up": "Las cuentas se están poniendo al día.",
      stalled: "Hay lecturas en espera y nada avanza.",
      broken: "Las cuentas no coinciden.",
    },
  },
  starting: {
    connecting: "Conectando",
    starting: "Iniciando",
    noStation: "Aún no llega ninguna estación de la base de datos",
    waiting: "Esperando al servidor de esta página.",
    noData:
      "La página está lista, pero Kafka aún no le envía nada. Los trenes aparecen en cuanto se leen la tabla de estaciones y las primeras llegadas.",
    parts: {
      postgres: "Base de datos (PostgreSQL)",
      kafka: "Registro de todas las lecturas (Kafka)",
      connect: "Estaciones de la base de datos (Connect)",
      registry: "Esquemas",
      "rest-proxy": "Entrada del clima (REST Proxy)",
      ksql: "Totales (ksql)",
      gateway: "Pasarela de las estaciones (MQTT)",
      edge: "Agentes de las estaciones",
      "firmware-sim": "Sensores y torniquetes simulados",
    },
    states: {
      waiting: "en espera",
      starting: "iniciando",
      ready: "listo",
      failed: "falló",
      restarting: "reiniciando",
      stopping: "deteniéndose",
      stopped: "detenido",
    },
  },
  titles: {
    train: (id) => `Tren ${id}`,
    proof: "Prueba",
    incidents: "Incidentes",
    incident: "Incidente",
    story: "El recorrido de una entrada",
    replay: (at) => `Repetición ${at}`,
  },
  noPart:
    "No se pudo cargar esta parte de la página: tal vez el servidor sea más nuevo. Vuelva a cargar la página.",
  opening: "Abriendo",
};
