import type { headway as en } from "../en/headway.ts";
import { figure } from "./formats.ts";

export const headway: typeof en = {
  title: "Intervalos",
  unit: "en min de servicio",
  notes: "Notas",
  noTrain: "Aún no se ha visto ningún tren.",
  to: "hacia ",
  longGap: (minutes, first, second) => `Intervalo largo: ${figure(minutes)} min entre ${first} y ${second}`,
  bunched: (minutes, first, second) => `Muy juntos: ${first} y ${second}, a ${figure(minutes)} min`,
  cause: {
    "broken-down": (train) => `${train} está averiado`,
    unseen: (train) => `hace rato que no se ve el ${train}: puede estar ahí sin que se vea`,
    "silent-sensor": (station) => `un sensor de ${station} no da señal: puede haber un tren sin ver`,
  },
};
