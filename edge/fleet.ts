import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { Gauge } from "prom-client";
import { avroType } from "../infra/runtime/avro/contracts.ts";
import { systemClock } from "../infra/runtime/clock.ts";
import type { ProbeAnswer } from "../infra/runtime/http/probes.ts";
import type { Logger } from "../infra/runtime/logger.ts";
import type { ProbeSettings } from "../infra/runtime/service/config.ts";
import type { Running } from "../infra/runtime/service/lifecycle.ts";
import { createMetrics, type ProbeServer, serveProbes } from "../infra/runtime/service/metrics.ts";
import { SingleObjectCodec } from "../schemas/avro/single-object.ts";
import type { Station } from "../schemas/network/network.ts";
import type { ReadingBatch } from "../schemas/readings.ts";
import { Agent, type AgentOptions } from "./agent.ts";
import type { EdgeConfig } from "./config.ts";
import { openOutbox } from "./outbox/open.ts";
import type { Outbox } from "./outbox/ports.ts";
import { thisProcess } from "./outbox/process.ts";
import { serialLines } from "./serial/serialport-line.ts";
import { tcpLines } from "./serial/tcp-line.ts";
import { watchTcpLines } from "./serial/tcp-watcher.ts";
import { watchLines } from "./serial/watcher.ts";
import { mqttConnections } from "./uplink/mqtt-connection.ts";

/** Agents are started this far apart, ms, so that 92 do not greet, connect and tick in step. */
const STAGGER_MS = 7;
const CONNECT_MS = 5_000;
/** Without a gateway, or a device over TCP, for so long after the start, a person is told, ms. */
const NOTICE_MS = 5_000;
/** Above the gateway's bound for held PUBACKs. */
const KEEPALIVE_S = 20;

/**
 * Run the agents of `stations` in this process, over the home's one outbox.
 *
 * @throws {CodedError} ALREADY_RUNNING when one of the stations has an agent elsewhere; none is started then.
 */
export async function startFleet(options: {
  readonly stations: readonly Station[];
  readonly config: EdgeConfig;
  readonly logger: Logger;
}): Promise<Running> {
  const { stations, config, logger } = options;
  setMaxListeners(0);
  const outbox = openOutbox({
    folder: config.outboxFolder,
    limitBytes: config.outboxLimitBytes,
    clock: systemClock,
    logger,
  });
  const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));
  const lines = linesOf(config);
  const connect = mqttConnections({ connectMs: CONNECT_MS, keepaliveS: KEEPALIVE_S, ...config.mqtt });
  const owner = thisProcess();
  const agents = stations.map(
    (station) =>
      new Agent({
        station,
        turnstiles: config.turnstiles,
        ...lines,
        owner,
        outbox,
        connect,
        urls: config.gateways,
        encode: (batch) => codec.encode(batch),
        clock: systemClock,
        random: Math.random,
        logger,
      }),
  );
  const probes = await probeServer(config.probes, agents, outbox, logger);
  for (const agent of agents) {
    agent.start();
    await systemClock.sleep(STAGGER_MS);
  }
  logger.info({ stations: stations.length, home: config.home }, "agents run");
  const cancelNotice = systemClock.after(NOTICE_MS, () => {
    const facts = agents.map((agent) => agent.facts());
    if (!facts.some(({ connected }) => connected)) {
      logger.warn({ urls: config.gateways() }, "no gateway answers yet: readings wait in the outbox");
    }
    if (config.link && !facts.some(({ online }) => online > 0)) {
      const { link } = config;
      logger.warn(
        { link },
        "no device is heard yet at SERIAL_LINK: does its server run, and is the address right?",
      );
    }
  });
  return {
    async stop() {
      cancelNotice();
      await Promise.all(agents.map((agent) => agent.stop()));
      await outbox.close();
      await probes?.close();
    },
  };
}

/** Where the devices are: at a serial device server, or in the home's serial folder. */
function linesOf(config: EdgeConfig): Pick<AgentOptions, "openLine" | "watch"> {
  const { link, home, baudRate } = config;
  if (link) {
    return {
      openLine: tcpLines(systemClock),
      watch: (stationId, plugs) =>
        watchTcpLines({ address: link, stationId, clock: systemClock, random: Math.random }, plugs),
    };
  }
  return {
    openLine: serialLines({ clock: systemClock, baudRate }),
    watch: (stationId, plugs) => watchLines(join(home, "serial", String(stationId)), systemClock, plugs),
  };
}

async function probeServer(
  settings: ProbeSettings,
  agents: readonly Agent[],
  outbox: Outbox,
  logger: Logger,
): Promise<ProbeServer | undefined> {
  const registry = createMetrics("edge");
  const sum = (of: (agent: Agent) => number): number => agents.reduce((n, agent) => n + of(agent), 0);
  const gauges = {
    devices_online: () => sum((a) => a.facts().online),
    agents_connected: () => sum((a) => Number(a.facts().connected)),
    readings_waiting: () => sum((a) => a.facts().waiting),
    outbox_bytes: () => outbox.size().bytes,
  };
  for (const [name, read] of Object.entries(gauges)) {
    new Gauge({
      name: `edge_${name}`,
      help: name.replaceAll("_", " "),
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
  const probe = (): ProbeAnswer => ({
    ready: true,
    detail: {
      stations: agents.length,
      connected: gauges.agents_connected(),
      devices: sum((a) => a.facts().devices),
      online: gauges.devices_online(),
      waiting: gauges.readings_waiting(),
      outbox: outbox.size(),
    },
  });
  return serveProbes(registry, settings, logger, probe);
}
