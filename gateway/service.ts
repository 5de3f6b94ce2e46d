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
 * nobody listening try again.
 *
 * @throws {CodedError} REGISTRY_INCOMPATIBLE, PORT_TAKEN, or DEPENDENCY_UNAVAILABLE when told to stop meanwhile.
 */
export async function startGateway(parts: ServiceParts): Promise<Gateway> {
  const { config, clock, logger, meter } = parts;
  const { records, producer, topics, limit } = await untilAvailable(() => find(parts), parts);
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
  // A packet somewhat over the limit is read, so that its agent can be told which batch is too large.
  const maxPacketBytes = Math.max(LIMITS.recordBytes, config.maxPayloadBytes) + PACKET_OVERHEAD;
  const wills = new Wills({ decider, sink, clock, logger, onWritten: () => meter.willWritten() });
  const gateway = randomUUID();
  const log = new SessionLog({
    ...{ producer, gateway, clock, logger },
    recordOf: (state) => records.state(state),
  });
  const broker: MqttBroker = await MqttBroker.open({
    gate,
    wills,
    log,
    holders: new StationHolders(),
    passwords: parts.passwords,
    clock,
    logger,
    meter,
    maxPacketBytes,
    patienceMs: config.patienceMs,
    connectMs: config.connectMs,
    full: () => draining || sink.full,
  });
  meter.sample("waiting_bytes", () => sink.waitingBytes);
  meter.sample("waiting_wills", () => wills.waiting);
  const stopSweeping = clock.every(SWEEP_MS, () => broker.sweep());
  let listeners: Listeners;
  try {
    listeners = await listen({
      ...config,
      maxPacketBytes,
      open: parts.passwords.open,
      clock,
      logger,
      onConnection: (socket, client) => broker.handle(socket, client),
      onRefused: (reason) => meter.connectRefused(reason),
    });
  } catch (error) {
    stopSweeping();
    await broker.close();
    await producer.close();
    throw error;
  }
  const { ports } = listeners;
  logger.info({ host: config.host, port: ports.mqtt, ports }, "MQTT is served");
  let certificate = config.tls?.certificates.own;
  meter.sample("certificate_expiry_timestamp_seconds", () => (certificate?.validTo ?? 0) / 1000);
  const stopFollowing =
    config.tls &&
    followRenewal(config.tls.files, parts, (renewed) => {
      listeners.renew(renewed);
      certificate = renewed.own;
    });
  const stopHearing = followSessions({
    ...{ kafka: parts.kafka, topic: topics.devices, gateway, clock, logger },
    decoder: avroDecoder(parts.registry, logger),
    onHeard: (stationId, said) => broker.heard(stationId, said),
  });
  const rate = new Rate(clock, () => meter.readings);
  return {
    ports,
    probe: () => ({
      ready: !draining,
      detail: {
        connections: broker.connections,
        readings: meter.readings,
        readingsPerSecond: rate.perSecond(),
        waitingBytes: sink.waitingBytes,
        ...(limit.fitsBatches ? {} : { kafkaTakesBytes: limit.bytes }),
      },
    }),
    async stop() {
      draining = true;
      stopFollowing?.();
      listeners.stop();
      await Promise.race([sink.idle(), clock.sleep(DRAIN_MS)]);
      await broker.close();
      await Promise.race([sink.idle(), clock.sleep(DRAIN_MS)]);
      log.stop();
      await Promise.race([stopHearing(), clock.sleep(DRAIN_MS)]);
      stopSweeping();
      limit.stop();
      await Promise.race([producer.close(), clock.sleep(1_000)]);
    },
  };
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
