import { io, type Socket } from "socket.io-client";
import type { PageEvents, ServerEvents, Shown } from "../../../../schemas/page/page.ts";
import type { PageStore } from "./store.ts";

/** Waits between attempts, ms: the last one for ever. */
const RETRY_MS = [500, 1_000, 2_000, 3_000, 5_000];

/**
 * The line to the server. Attempts are made here and not by the library, so that the page can say when the next is.
 *
 * @returns a function that reports what the page has drawn.
 */
export function connect(store: PageStore, url?: string): (shown: Shown) => void {
  const socket: Socket<ServerEvents, PageEvents> = io(url ?? location.origin, {
    transports: ["websocket"],
    reconnection: false,
    autoConnect: false,
  });
  const { clock } = store;
  let attempts = 0;
  let heardAt = clock.now();
  let instance = "";
  let cancel: (() => void) | undefined;

  const open = (): void => {
    if (attempts > 0) store.link({ state: "lost", since: heardAt, retryAt: null });
    socket.connect();
  };
  const retry = (): void => {
    const wait = RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)] ?? 0;
    attempts++;
    store.link({ state: "lost", since: heardAt, retryAt: clock.now() + wait });
    cancel?.();
    cancel = clock.after(wait, open);
  };

  socket.on("connect_error", retry);
  socket.on("disconnect", retry);
  socket.on("snapshot", (snapshot) => {
    heardAt = clock.now();
    attempts = 0;
    instance = snapshot.instance;
    store.snapshot(snapshot, heardAt);
    store.link({ state: "open" });
  });
  socket.on("delta", (delta) => {
    heardAt = clock.now();
    if (!store.delta(delta, heardAt)) socket.emit("resync");
  });
  // A laptop that wakes up should not wait out its turn.
  window.addEventListener("online", () => {
    if (!socket.connected) open();
  });
  open();
  return (shown) => {
    if (socket.connected && instance !== "") socket.emit("shown", shown);
  };
}
