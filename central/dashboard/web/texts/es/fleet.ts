import type { fleet as en } from "../en/fleet.ts";
import { ago, count, figure } from "./formats.ts";

export const fleet: typeof en = {
  table: "Vehículos, una tabla",
  vehicle: "Vehículo",
  speed: "km/h",
  heading: "Rumbo",
  battery: "Batería",
  seen: "Señal",
  compass: ["N", "NE", "E", "SE", "S", "SO", "O", "NO"],
  vehicles: (n) => count(n, "vehículo", "vehículos"),
  silent: (n) => `, ${figure(n)} sin señal`,
  firstShown: (n) => `; se muestran los primeros ${figure(n)}`,
  refused: (id, n) =>
    `${id}: ${count(n, "evento no se guardó", "eventos no se guardaron")}, porque la tabla tiene otros con esos números. Un vehículo que vuelve a contar desde 1 necesita un arranque nuevo.`,
  old: (ms) => `de ${ago(ms)}`,
  oldTitle: "Envía lo que estaba en espera, o su reloj está mal",
  mark: (id, speed, heard) => `${id}: ${figure(speed)} km/h, última señal a las ${heard}`,
  heardAgo: (id, ms) => `${id}, ${ago(ms)}`,
  rateTitle: "Eventos de vehículos: de Kafka a PostgreSQL",
  rate: "Vehículos",
  rows: "filas/s,",
  writerSilent: "el escritor no responde",
  wait: (n) => `${figure(n)} en espera`,
};
