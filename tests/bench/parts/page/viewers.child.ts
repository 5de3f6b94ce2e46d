import { io } from "socket.io-client";
import type { Delta } from "../../../../schemas/page/page.ts";
import { type FromViewers, MARKED } from "./messages.ts";

/** So many pages without a browser: they read what they are sent, and note when. */
const [url = "", count = "0"] = process.argv.slice(2);
const say = (message: FromViewers): void => void process.send?.(message);
const seen = new Map<number, number[]>();
let waiting = Number(count);
let deltas = 0;

for (let i = 0; i < Number(count); i++) {
  const socket = io(url, { transports: ["websocket"], forceNew: true });
  socket.once("snapshot", () => {
    waiting -= 1;
    if (waiting === 0) say({ ready: true });
  });
  socket.on("delta", ({ set }: Delta) => {
    deltas += 1;
    const entries = set.entries?.[MARKED];
    if (entries === undefined) return;
    const times = seen.get(entries);
    if (times) times.push(Date.now());
    else seen.set(entries, [Date.now()]);
  });
  // All at once would measure the accept queue.
  await new Promise((resolve) => setTimeout(resolve, 2));
}
process.on("message", () => say({ seen: [...seen], deltas }));
process.on("disconnect", () => process.exit(0));
