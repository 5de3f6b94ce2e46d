import { Gauge, type Registry } from "prom-client";
import type { Ward } from "../isolation/ward.ts";
import type { StateSpace } from "./state-space.ts";

/** How much the tables of the server's queries take, and where. */
export function stateMetrics(registry: Registry, space: StateSpace, ward: Ward): void {
  new Gauge({
    name: "ksql_queries_left_out",
    help: "Persistent queries that do not run because they made the server hang or end.",
    registers: [registry],
    collect() {
      this.set(ward.isolated.size);
    },
  });
  new Gauge({
    name: "ksql_state_memory_rows",
    help: "Rows of tables in memory.",
    registers: [registry],
    collect() {
      this.set(space.inMemory);
    },
  });
  new Gauge({
    name: "ksql_state_disk_bytes",
    help: "Bytes on disk of tables that outgrew memory.",
    registers: [registry],
    collect() {
      this.set(space.diskBytes);
    },
  });
}
