import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "../process/child.ts";
import { jvmCommand } from "../process/jvm.ts";
import { launchAfter } from "../process/prepared.ts";
import { accepts, untilYes } from "../process/probe.ts";
import type { Part } from "../supervise/part.ts";
import { brokerSettings } from "./kafka-settings.ts";
import { formatStorage } from "./kafka-storage.ts";
import { properties } from "./settings.ts";
import { logOf, type Surroundings } from "./surroundings.ts";

/** Apache Kafka: one broker in KRaft mode. Its port accepts connections only once the broker serves. */
export function kafkaPart(
  around: Surroundings,
  ports: { readonly broker: number; readonly controller: number },
  options: { readonly durable?: boolean; readonly training?: boolean } = {},
): Part {
  const folder = join(around.home, "kafka");
  const data = join(folder, "data");
  const config = join(folder, "server.properties");
  const log = logOf(around.home, "kafka");
  const prepare = async (): Promise<void> => {
    mkdirSync(folder, { recursive: true });
    const settings = brokerSettings({
      dataFolder: data,
      port: ports.broker,
      controllerPort: ports.controller,
      durable: options.durable ?? false,
    });
    writeFileSync(config, properties(settings));
    await formatStorage(data, config, around.toolchain, around.env);
  };
  return {
    name: "kafka",
    kind: "service",
    needs: [],
    feeds: [],
    url: `127.0.0.1:${ports.broker}`,
    log,
    readyWithinMs: 60_000,
    holdsState: true,
    launch: () =>
      launchAfter(prepare(), () => {
        const command = jvmCommand(
          {
            mainClass: "kafka.Kafka",
            args: [config],
            heapMb: 256,
            toolchain: around.toolchain,
            archive: "kafka",
            training: options.training ?? false,
          },
          around.env,
        );
        return startChild(
          { ...command, cwd: folder, env: around.env, log, stopSignal: "SIGTERM", tie: "signal" },
          around.watchdog,
          (ended) => untilYes(() => accepts(ports.broker), around.clock, ended),
        );
      }),
  };
}
