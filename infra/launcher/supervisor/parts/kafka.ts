import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../../../runtime/defined.ts";
import { startChild } from "../process/child.ts";
import { classDataFor } from "../process/class-data.ts";
import { jvmCommand, jvmEnvironment } from "../process/jvm.ts";
import { listensItself } from "../process/listener.ts";
import { logOf, type PartContext } from "../process/part-context.ts";
import { launchAfter } from "../process/prepared.ts";
import { accepts, untilYes } from "../process/probe.ts";
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
  const served = async (ended: AbortSignal, pid: number): Promise<void> => {
    const up = new AbortController();
    const [controllerPort = 0] = controllerPorts;
    // Of several brokers, the others go on meanwhile.
    if (controllerPorts.length === 1) {
      const over = AbortSignal.any([ended, up.signal]);
      void endOldRegistration({ node, controllerPort, log, ...defined({ password }) }, context.clock, over);
    }
    const answers = async (withinMs: number) => (await accepts(port, withinMs)) && listensItself(pid, port);
    await untilYes(answers, context.clock, ended);
    up.abort();
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
        return startChild(
          {
            ...command,
            cwd: folder,
            env: jvmEnvironment(context.env),
            log,
            stopSignal: "SIGTERM",
            tie: "signal",
          },
          context.watchdog,
          served,
        );
      }),
  };
}

function writeSettings(file: string, broker: BrokerSettings, password: string | undefined): void {
  const settings = brokerSettings(broker);
  const login = password === undefined ? {} : brokerLogin(settings, password);
  writeOwnFile(file, properties({ ...settings, ...login }));
}
