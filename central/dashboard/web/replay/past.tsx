import type { Clock } from "../../../../infra/runtime/clock.ts";
import type { Past } from "../state/past.ts";
import { PastBar } from "./bar.tsx";
import { Player } from "./player.ts";
import { Recount } from "./recount.tsx";
import "./replay.css";
import { serverSource } from "./source.ts";

/**
 * Look at the past. Resolves when its first moment is there, or it is known why not.
 *
 * @param clock - the browser's.
 * @param at - epoch ms; NaN: what was asked for is no moment, and the server says so.
 */
export async function openPast(clock: Clock, at: number): Promise<Past> {
  const player = new Player(clock, serverSource, Number.isNaN(at) ? 0 : at);
  await player.ready;
  return {
    store: player.store,
    Bar: () => <PastBar player={player} />,
    Recount: () => <Recount player={player} source={serverSource} />,
    stop: () => player.stop(),
  };
}
