import { type AddressInfo, createServer } from "node:net";
import type { Listening } from "./messages.ts";

/** The other end of a round trip: it sends back what comes. */
const server = createServer((socket) => socket.setNoDelay().pipe(socket));
server.listen(0, "127.0.0.1", () => {
  const listening: Listening = { port: (server.address() as AddressInfo).port };
  process.send?.(listening);
});
process.on("disconnect", () => process.exit(0));
