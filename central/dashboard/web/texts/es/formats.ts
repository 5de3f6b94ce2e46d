import { formatsOf } from "../formats.ts";

export const formats = formatsOf("es-US", { noData: "sin datos", ago: (span) => `hace ${span}` });
export const { ago, choose, count, delay, figure, span, wall } = formats;
