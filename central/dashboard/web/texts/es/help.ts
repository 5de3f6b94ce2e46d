import type { help as en } from "../en/help.ts";

export const help: typeof en = {
  title: "Cómo leer y usar esta página",
  follow: "Seguir una entrada",
  followMore: "del torniquete a esta página, byte por byte: cómo funciona todo.",
  wordsTitle: "Palabras",
  marksTitle: "Signos",
  marks:
    "Un tren lleno acaba de verse en su parada. Uno hueco va en camino: su lugar se calcula con el ritmo habitual de su línea y nunca pasa de la próxima parada. Uno rayado no se ve desde hace mucho. Uno con “!” está averiado o fuera de servicio.",
  bars: "Las barras bajo una línea son las entradas de sus estaciones. Un círculo punteado indica que un equipo de ahí no da señal.",
  keyNames: { slider: "Espacio, Av/Re Pág", open: "Intro" },
  keys: {
    along: "a lo largo de una línea, o por el mapa",
    across: "a la línea de arriba o de abajo",
    trains: "a los trenes; las flechas van de uno al siguiente",
    incidents: "a los incidentes",
    open: "abrir la estación o el tren",
    close: "cerrar",
    find: "buscar una estación",
    slider: "en una repetición, sobre su control: reproducir o pausar, un minuto adelante o atrás",
    help: "esta ayuda",
  },
  words: {
    emulated: ["Simulación", "no hay trenes reales: equipos simulados envían lo que enviarían los reales"],
    speed: [
      "60× tiempo real",
      "la hora de servicio corre así de rápido: un minuto de servicio dura un segundo",
    ],
    minute: [
      "minuto de servicio",
      "un minuto de la hora de servicio; en ellos se dan los intervalos y las próximas paradas",
    ],
    turnstiles: ["en torniquetes", "entradas que los torniquetes numeraron"],
    transit: ["en tránsito", "numeradas y en camino por los agentes, la pasarela y Kafka"],
    once: [
      "recibidas una vez",
      "en el tema limpio de Kafka, donde cada entrada está exactamente una vez (de eso se ocupa dedup)",
    ],
    totalled: ["totalizadas", "sumadas por ksql al total de su estación"],
    screen: ["en su pantalla", "la suma de lo que esta página ha dibujado"],
    replay: [
      "repetición",
      "la página como era: se rehace con lo que Kafka conserva, mientras el presente sigue sin verse",
    ],
    health: [
      "con retraso, sin señal, desconocido",
      "un equipo que tarda en informar; uno que no informa; uno cuyo agente no está",
    ],
    headway: ["intervalo", "el tiempo entre dos trenes seguidos"],
    gaps: ["muy juntos, intervalo largo", "menos de la mitad, o más de 1¾, del intervalo parejo"],
    p95: ["p95", "95 de cada 100 lecturas tardan menos"],
    frames: ["tramas", "mensajes en la línea serie de un equipo"],
    numbered: ["numeradas", "lecturas a las que un equipo dio un número, para que se note si falta una"],
    incident: ["incidente", "lo que requirió atención por más de un momento, desde su inicio hasta su fin"],
    deadLetters: ["registros ilegibles", "los que no se pueden leer; se apartan con el motivo"],
  },
};
