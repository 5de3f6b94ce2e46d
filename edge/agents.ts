import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { Gauge, type Registry } from "prom-client";
import { avroType } from "../infra/runtime/avro/contracts.ts";
import type { Clock } from "../infra/runtime/clock.ts";
import type { ProbeAnswer } from "../infra/runtime/http/probes.ts";
import { isAlive, thisProcess } from "../infra/runtime/process-identity.ts";
import type { Random } from "../infra/runtime/random.ts";
import type { ServiceContext } from "../infra/runtime/service/serve.ts";
import type { RunningService } from "../infra/runtime/service/service-set.ts";
import { SingleObjectCodec } from "../schemas/avro/single-object.ts";
import type { Station } from "../schemas/network/network.ts";
import type { ReadingBatch } from "../schemas/readings.ts";
import { Agent, type AgentFacts, type AgentOptions } from "./agent.ts";
import { type EdgeConfig, edgeConfig } from "./config.ts";
import type { StartLook } from "./outbox/damage/examine.ts";
import { mendOutbox } from "./outbox/damage/mend.ts";
import { mapBytes, openOutbox } from "./outbox/open.ts";
import type { Outbox } from "./outbox/ports.ts";
import { serialLines } from "./serial/serialport-line.ts";
import { tcpLines } from "./serial/tcp-line.ts";
import { watchTcpLines } from "./serial/tcp-watcher.ts";
import { watchLines } from "./serial/watcher.ts";
import { mqttConnections } from "./uplink/mqtt-connection.ts";

/** Agents are started this far apart, ms, so that 92 do not greet, connect and tick in step. */
const STAGGER_MS = 7;
/** Without a gateway, or a device over TCP, for so long after the start, a person is told, ms. */
const NOTICE_MS = 5_000;
/** Above the gateway's bound for held PUBACKs. */
const KEEPALIVE_S = 20;

/**
 * Run the agents of `stations` in this process, over the home's one outbox, which another process looks at before.
 *
 * @throws {CodedError} ALREADY_RUNNING when one of the stations has an agent elsewhere; none is started then.
 * EDGE_OUTBOX_DAMAGED when agents of other stations still use a damaged outbox.
 */
export async function startAgents(
  stations: readonly Station[],
  context: ServiceContext,
  startLook: StartLook,
): Promise<RunningService> {
  const { clock, random, logger, signal } = context;
  const config = edgeConfig(context.env, stations, clock.now());
  setMaxListeners(0);
  const { outboxFolder: folder, outboxLimitBytes: limitBytes } = config;
  const owner = thisProcess();
  await mendOutbox({ folder, mapBytes: mapBytes(limitBytes), startLook, owner, isAlive, clock, logger });
  // Killed, not ended in order: whoever waits for the disk would wait for ever, and what is stored is stored.
  const onStuck = (): void => void process.kill(process.pid, "SIGKILL");
  const outbox = openOutbox({ folder, limitBytes, clock, logger, onStuck });
  const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));
  const lines = linesOf(config, clock, random);
  const connect = mqttConnections({ clock, keepaliveS: KEEPALIVE_S, ...config.mqtt });
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
        clock,
        random,
        logger,
      }),
  );
  agentMetrics(context.metrics, agents, outbox);
  const started = (async () => {
    for (const agent of agents) {
      if (signal.aborted) return;
      agent.start();
      await clock.sleep(STAGGER_MS, signal);
    }
    logger.info({ stations: stations.length, home: config.home }, "agents run");
  })();
  const cancelNotice = clock.after(NOTICE_MS, () => {
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
    probe: () => probeOf(agents, outbox),
    async stop() {
      cancelNotice();
      await started;
      await Promise.all(agents.map((agent) => agent.stop()));
      await outbox.close();
    },
  };
}

/** Where the devices are: at a serial device server, or in the home's serial folder. */
function linesOf(config: EdgeConfig, clock: Clock, random: Random): Pick<AgentOptions, "openLine" | "watch"> {
  const { link, home, baudRate } = config;
  if (link) {
    return {
      openLine: tcpLines(clock),
      watch: (stationId, plugs) => watchTcpLines({ address: link, stationId, clock, random }, plugs),
    };
  }
  return {
    openLine: serialLines({ clock, baudRate }),
    watch: (stationId, plugs) => watchLines(join(home, "serial", String(stationId)), clock, plugs),
  };
}

function agentMetrics(registry: Registry, agents: readonly Agent[], outbox: Outbox): void {
  const gauges = {
    devices_online: () => sum(agents, ({ online }) => online),
    agents_connected: () => sum(agents, ({ connected }) => Number(connected)),
    readings_waiting: () => sum(agents, ({ waiting }) => waiting),
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
}

function probeOf(agents: readonly Agent[], outbox: Outbox): ProbeAnswer {
  return {
    ready: true,
    detail: {
      stations: agents.length,
      connected: sum(agents, ({ connected }) => Number(connected)),
      devices: sum(agents, ({ devices }) => devices),
      online: sum(agents, ({ online }) => online),
      waiting: sum(agents, ({ waiting }) => waiting),
      outbox: outbox.size(),
    },
  };
}

function sum(agents: readonly Agent[], of: (facts: AgentFacts) => number): number {
  return agents.reduce((n, agent) => n + of(agent.facts()), 0);
}
