import { once } from "node:events";
import { createConnection } from "node:net";
import { fileURLToPath } from "node:url";
import { forked } from "../../forked.ts";
import type { Contender } from "../../harness.ts";
import { spending } from "../mqtt-load/processes.ts";
import type { Listening } from "./messages.ts";
import { paced } from "./pace.ts";

const PER_SECOND = 200;
const BYTES = 64;

/** Two Node processes and one socket: each round trip wakes both of them once. */
export function roundTrips(seconds: number): Contender {
  return {
    name: `a round trip between two Node processes on loopback, ${PER_SECOND}/s`,
    async run() {
      const module = fileURLToPath(new URL("echo.child.ts", import.meta.url));
      const echo = forked<Listening, string>("the echo", module, []);
      try {
        const { port } = await echo.heard((message): message is Listening => "port" in message);
        const socket = createConnection(port, "127.0.0.1").setNoDelay();
        await once(socket, "connect");
        const own = process.cpuUsage();
        const theirs = spending({ echo: echo.pid });
        const trips = await paced(PER_SECOND, seconds, () => {
          socket.write(Buffer.alloc(BYTES));
          return once(socket, "data");
        });
        const { user, system } = process.cpuUsage(own);
        socket.destroy();
        return {
          "the asking process, with its timer, ms": (user + system) / 1_000 / trips,
          "the answering process, ms": (theirs.spent().echo * 1_000) / trips,
        };
      } finally {
        echo.end();
      }
    },
  };
}
