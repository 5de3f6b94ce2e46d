import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../../../runtime/defined.ts";
import { classDataFor } from "../process/class-data.ts";
import { startJava } from "../process/java.ts";
import { jvmCommand } from "../process/jvm.ts";
import { logOf, type PartContext } from "../process/part-context.ts";
import { launchAfter } from "../process/prepared.ts";
import { accepts } from "../process/probe.ts";
import type { OnProcess } from "../process/run.ts";
import type { Part } from "../supervise/part.ts";
import type { KafkaCluster } from "./kafka-cluster.ts";
import { brokerLogin } from "./kafka-login.ts";
import { endOldRegistration, REGISTRATION_LOGGER } from "./kafka-registration.ts";
import { type BrokerSettings, brokerSettings, type NewTopics } from "./kafka-settings.ts";
import { formatStorage } from "./kafka-storage.ts";
import { properties, writeOwnFile } from "./settings.ts";

/** One broker's share of what `kafkaPart` needs to know of all. */
export interface BrokerSpec {
  readonly name: string;
  /** From 1. */
  readonly node: number;
  readonly port: number;
}

/**
 * Apache Kafka: a broker in KRaft mode. Its port accepts connections only once the broker serves.
 *
 * @param controllerPorts - of all brokers, in the order of their node ids.
 */
export function kafkaPart(
  context: PartContext,
  { name, node, port }: BrokerSpec,
  controllerPorts: readonly number[],
  options: {
    readonly cluster: () => KafkaCluster;
    readonly durable?: boolean;
    readonly newTopics?: NewTopics;
    /** Of the one login that all clients and brokers share; absent: none is asked for. */
    readonly password?: string;
  },
): Part {
  const { password, durable = false } = options;
  const broker = { node, port, controllerPorts, durable, ...defined({ newTopics: options.newTopics }) };
  const folder = join(context.home, name);
  const [data, config] = [join(folder, "data"), join(folder, "server.properties")];
  const log = logOf(context.home, name);
  const prepare = async (onProcess: OnProcess): Promise<void> => {
    mkdirSync(folder, { recursive: true });
    writeSettings(config, { ...broker, dataFolder: data }, password);
    await formatStorage(data, config, { node, ...options.cluster() }, context, onProcess);
  };
  const untilServing = (over: AbortSignal): void => {
    const [controllerPort = 0, ...others] = controllerPorts;
    // Of several brokers, the others go on meanwhile.
    if (others.length > 0) return;
    void endOldRegistration({ node, controllerPort, log, ...defined({ password }) }, context.clock, over);
  };
  return {
    name,
    kind: "service",
    needs: [],
    feeds: [],
    url: `127.0.0.1:${port}`,
    log,
    holdsState: true,
    launch: () =>
      launchAfter(prepare, () => {
        const command = jvmCommand(
          {
            mainClass: "kafka.Kafka",
            args: [config],
            heapMb: 256,
            toolchain: context.toolchain,
            informs: [REGISTRATION_LOGGER],
            ...defined({ classData: classDataFor(context, "kafka", node === 1) }),
          },
          context.env,
        );
        const answers = (withinMs: number): Promise<boolean> => accepts(port, withinMs);
        return startJava(context, { command, folder, log, answers, port, untilServing });
      }),
  };
}

function writeSettings(file: string, broker: BrokerSettings, password: string | undefined): void {
  const settings = brokerSettings(broker);
  const login = password === undefined ? {} : brokerLogin(settings, password);
  writeOwnFile(file, properties({ ...settings, ...login }));
}
