import { randomUUID } from "node:crypto";
import { avroType } from "../infra/runtime/avro/contracts.ts";
import type { Clock } from "../infra/runtime/clock.ts";
import type { ProbeAnswer } from "../infra/runtime/http/probes.ts";
import type { Kafka } from "../infra/runtime/kafka/ports.ts";
import type { Logger } from "../infra/runtime/logger.ts";
import type { Random } from "../infra/runtime/random.ts";
import { avroDecoder } from "../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../infra/runtime/registry/ports.ts";
import { untilAvailable } from "../infra/runtime/service/availability.ts";
import type { Running } from "../infra/runtime/service/lifecycle.ts";
import { SingleObjectCodec } from "../schemas/avro/single-object.ts";
import { LIMITS } from "../schemas/mqtt.ts";
import type { ReadingBatch } from "../schemas/readings.ts";
import type { Passwords } from "./access/credentials.ts";
import { Decider } from "./bridge/decision.ts";
import { PublishGate } from "./bridge/publish-gate.ts";
import { Wills } from "./bridge/wills.ts";
import { followRenewal } from "./broker/certificates.ts";
import { type Listeners, listen } from "./broker/listener.ts";
import { MqttBroker } from "./broker/mqtt-broker.ts";
import type { GatewayConfig } from "./config.ts";
import type { GatewayMeter } from "./metrics.ts";
import { find } from "./search.ts";
import { followSessions } from "./sessions/followed-sessions.ts";
import { SessionLog } from "./sessions/session-log.ts";
import { StationHolders } from "./sessions/station-holders.ts";
import { KafkaSink } from "./sink/kafka-sink.ts";

/** How often waiting packets are held against their bound, ms. */
const SWEEP_MS = 100;
/** What an orderly stop gives Kafka for the packets that were taken, and then for the wills, ms. */
const DRAIN_MS = 4_000;
/** A packet's longest topic and header, beside its payload. */
const PACKET_OVERHEAD = 1_024;

export type ServiceConfig = Pick<
  GatewayConfig,
  | "host"
  | "port"
  | "tls"
  | "webSocketPort"
  | "maxConnections"
  | "maxPayloadBytes"
  | "maxInFlight"
  | "maxWaitingBytes"
  | "patienceMs"
  | "connectMs"
  | "topicPrefix"
>;

export interface ServiceParts {
  readonly config: ServiceConfig;
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: GatewayMeter;
  readonly random: Random;
  /** Ends the search for Kafka and the registry. */
  readonly signal: AbortSignal | undefined;
}

export interface Gateway extends Running {
  /** Where MQTT is served. */
  readonly ports: Listeners["ports"];
  readonly probe: () => ProbeAnswer;
}

/**
 * The gateway, serving. Kafka, its topics and the registry are waited for as long as it takes: agents that find
 * no listener try again.
 *
 * @throws {CodedError} REGISTRY_INCOMPATIBLE, PORT_TAKEN, or DEPENDENCY_UNAVAILABLE when told to stop meanwhile.
 */
export async function startGateway(parts: ServiceParts): Promise<Gateway> {
  const { clock, meter } = parts;
  const found = await untilAvailable(() => find(parts), parts);
  const core = await openCore(parts, found);
  const { broker, sink, wills, log } = core;
  meter.sample("waiting_bytes", () => sink.waitingBytes);
  meter.sample("waiting_wills", () => wills.waiting);
  const stopSweeping = clock.every(SWEEP_MS, () => broker.sweep());
  let listeners: Listeners;
  try {
    listeners = await serveMqtt(parts, broker);
  } catch (error) {
    stopSweeping();
    await broker.close();
    await found.producer.close();
    throw error;
  }
  const stopFollowing = followCertificate(parts, listeners);
  const stopHearing = followSessions({
    ...{
      kafka: parts.kafka,
      topic: found.topics.devices,
      gateway: core.gateway,
      clock,
      logger: parts.logger,
    },
    decoder: avroDecoder(parts.registry, parts.logger),
    onHeard: (stationId, said) => broker.heard(stationId, said),
  });
  return {
    ports: listeners.ports,
    probe: gatewayProbe(parts, core, found.limit),
    async stop() {
      core.drain();
      stopFollowing?.();
      listeners.stop();
      await Promise.race([sink.idle(), clock.sleep(DRAIN_MS)]);
      await broker.close();
      await Promise.race([sink.idle(), clock.sleep(DRAIN_MS)]);
      log.stop();
      await Promise.race([stopHearing(), clock.sleep(DRAIN_MS)]);
      stopSweeping();
      found.limit.stop();
      await Promise.race([found.producer.close(), clock.sleep(1_000)]);
    },
  };
}

type Found = Awaited<ReturnType<typeof find>>;

/** From the decision about a packet to its record in Kafka. */
interface Core {
  readonly broker: MqttBroker;
  readonly sink: KafkaSink;
  readonly wills: Wills;
  readonly log: SessionLog;
  /** Names this gateway to others. */
  readonly gateway: string;
  readonly draining: boolean;
  /** Take nothing more. */
  drain(): void;
}

async function openCore(parts: ServiceParts, { records, producer, limit }: Found): Promise<Core> {
  const { config, clock, logger, meter } = parts;
  let draining = false;
  const sink = new KafkaSink({
    producer,
    maxBytes: config.maxWaitingBytes,
    onRoom: () => broker.resume(),
  });
  const decider = new Decider({
    records,
    codec: new SingleObjectCodec<ReadingBatch>(avroType("reading-batch")),
    payloadBytes: config.maxPayloadBytes,
    kafkaBytes: () => limit.bytes,
    now: () => clock.now(),
  });
  const gate = new PublishGate({
    ...{ decider, sink, clock, logger, meter },
    maxInFlight: config.maxInFlight,
    onKafkaLimit: () => limit.look(),
  });
  const wills = new Wills({ decider, sink, clock, logger, onWritten: () => meter.willWritten() });
  const gateway = randomUUID();
  const log = new SessionLog({
    ...{ producer, gateway, clock, logger },
    recordOf: (state) => records.state(state),
  });
  const broker: MqttBroker = await MqttBroker.open({
    ...{ gate, wills, log, clock, logger, meter },
    holders: new StationHolders(),
    passwords: parts.passwords,
    maxPacketBytes: maxPacketBytes(config),
    patienceMs: config.patienceMs,
    connectMs: config.connectMs,
    full: () => draining || sink.full,
  });
  return {
    ...{ broker, sink, wills, log, gateway },
    get draining() {
      return draining;
    },
    drain() {
      draining = true;
    },
  };
}

/** A packet somewhat over the limit is read, so that its agent can be told which batch is too large. */
function maxPacketBytes({ maxPayloadBytes }: ServiceConfig): number {
  return Math.max(LIMITS.recordBytes, maxPayloadBytes) + PACKET_OVERHEAD;
}

async function serveMqtt(
  { config, clock, logger, meter, passwords }: ServiceParts,
  broker: MqttBroker,
): Promise<Listeners> {
  const listeners = await listen({
    ...config,
    maxPacketBytes: maxPacketBytes(config),
    open: passwords.open,
    clock,
    logger,
    onConnection: (socket, client) => broker.handle(socket, client),
    onRefused: (reason) => meter.connectRefused(reason),
  });
  const { ports } = listeners;
  logger.info({ host: config.host, port: ports.mqtt, ports }, "MQTT is served");
  return listeners;
}

/** A renewed certificate is shown without a start. @returns what ends the watch; undefined without TLS. */
function followCertificate(parts: ServiceParts, listeners: Listeners): (() => void) | undefined {
  const { config, meter } = parts;
  let certificate = config.tls?.certificates.own;
  meter.sample("certificate_expiry_timestamp_seconds", () => (certificate?.validTo ?? 0) / 1000);
  return (
    config.tls &&
    followRenewal(config.tls.files, parts, (renewed) => {
      listeners.renew(renewed);
      certificate = renewed.own;
    })
  );
}

function gatewayProbe({ clock, meter }: ServiceParts, core: Core, limit: Found["limit"]): () => ProbeAnswer {
  const rate = new Rate(clock, () => meter.readings);
  return () => ({
    ready: !core.draining,
    detail: {
      connections: core.broker.connections,
      readings: meter.readings,
      readingsPerSecond: rate.perSecond(),
      waitingBytes: core.sink.waitingBytes,
      ...(limit.fitsBatches ? {} : { kafkaTakesBytes: limit.bytes }),
    },
  });
}

/** A steadily growing count as a rate, over the time since it was last asked for. */
class Rate {
  readonly #clock: Clock;
  readonly #count: () => number;
  #last: { readonly at: number; readonly count: number };

  constructor(clock: Clock, count: () => number) {
    this.#clock = clock;
    this.#count = count;
    this.#last = { at: clock.monotonic(), count: count() };
  }

  perSecond(): number {
    const now = { at: this.#clock.monotonic(), count: this.#count() };
    const seconds = (now.at - this.#last.at) / 1000;
    const rate = seconds > 0 ? (now.count - this.#last.count) / seconds : 0;
    this.#last = now;
    return Math.round(rate * 10) / 10;
  }
}
