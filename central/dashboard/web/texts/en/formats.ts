import { formatsOf } from "../formats.ts";

export const formats = formatsOf("en-US", { noData: "no data", ago: (span) => `${span} ago` });
export const { ago, choose, count, delay, figure, span, wall } = formats;
