import { startServers, type TestServers } from "../../support/servers.ts";
import type { BenchmarkPart } from "../harness.ts";
import { pythonWithFaust } from "./transform/faust.ts";
import { ENTRIES, KEYS, ROWS, Transforms } from "./transform/transforms.ts";

const thousands = (n: number): string => n.toLocaleString("en-US");

let servers: TestServers | undefined;
let bench: Transforms | undefined;

/** The two transforms of Kafka's side against faust-streaming on the same broker, and a large table's restart. */
export const transformPart: BenchmarkPart = {
  name: "transform",
  about: `${thousands(ROWS)} rows through the stations transform and ${thousands(ENTRIES)} entries through the ksql count, against the same in faust-streaming, outputs compared; a count of ${thousands(KEYS)} keys started again`,
  async contenders({ note }) {
    const python = await pythonWithFaust(note);
    servers = await startServers(["kafka", "topics", "schema-registry"]);
    const made = new Transforms(servers.addresses, python);
    bench = made;
    await made.fill();
    return [
      { name: "stations transform", run: () => made.stations() },
      { name: "stations, faust-streaming", run: () => made.faust("stations") },
      { name: "ksql count", run: () => made.count() },
      { name: "count, faust-streaming", run: () => made.faust("count") },
      { name: "ksql count, a million entries", run: () => made.countMore() },
      { name: "ksql count, a million groups", run: () => made.countKeys() },
      { name: "ksql count started again", run: () => made.restart() },
    ];
  },
  async close() {
    bench?.close();
    await servers?.stop();
  },
};
