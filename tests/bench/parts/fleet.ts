import { startServers } from "../../support/servers.ts";
import type { BenchmarkPart } from "../harness.ts";
import { postedPerSecond } from "./fleet/posts.ts";
import { connectionPerRowRate, copyRate, fillTopic, writerRate } from "./fleet/writers.ts";

const POSTING_S = 5;
const ROWS = 200_000;
const ROWS_ONE_BY_ONE = 2_000;

/** The vehicles' half: what the ingest acknowledges, and what the writer brings into PostgreSQL. */
export const fleetPart: BenchmarkPart = {
  name: "fleet",
  about:
    "events acknowledged over 64 keep-alive connections; rows written, against one connection per row and psql's COPY",
  contenders: () => [
    {
      name: "fleet",
      async run() {
        const servers = await startServers([
          "kafka",
          "topics",
          "schema-registry",
          "postgres",
          "database",
          "fleet-ingest",
        ]);
        try {
          const { addresses } = servers;
          const single = await postedPerSecond(addresses.FLEET_URL, 1, POSTING_S);
          const batched = await postedPerSecond(addresses.FLEET_URL, 100, POSTING_S);
          await fillTopic(addresses, "bench.", ROWS);
          const writer = await writerRate(addresses, "bench.", ROWS);
          const oneByOne = await connectionPerRowRate(addresses, ROWS_ONE_BY_ONE);
          const copy = await copyRate(addresses, ROWS);
          return {
            "acknowledged, one event a POST, events/s": single,
            "acknowledged, 100 events a POST, events/s": batched,
            "writer, rows/s": writer,
            "one connection per row, rows/s": oneByOne,
            "COPY by psql, rows/s": copy,
            "writer / one connection per row": writer / oneByOne,
            "writer / COPY, %": (100 * writer) / copy,
          };
        } finally {
          await servers.stop();
        }
      },
    },
  ],
};
