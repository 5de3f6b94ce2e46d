import { serve } from "../../../../central/dashboard/server/testing/served.ts";
import { BusyChicago } from "../../../browser/busy-chicago.ts";
import { type FromServer, MARKED } from "./messages.ts";

/** The dashboard's server alone in a process, over a busy morning: something changes for every tick. */
const BEAT_MS = 100;

const say = (message: FromServer): void => void process.send?.(message);
const busy = await BusyChicago.at(Date.now());
const dashboard = await serve(busy.city);
const written: [number, number][] = [];
setInterval(() => {
  busy.advance(Date.now());
  busy.city.press(MARKED, 1);
  written.push([busy.city.entriesOf(MARKED), Date.now()]);
}, BEAT_MS);
process.on("message", () => say({ written }));
process.on("disconnect", () => process.exit(0));
say({ url: dashboard.url });
