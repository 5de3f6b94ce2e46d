import type { TopicSettings } from "../../../../schemas/topic-settings.ts";

/** Of a partition that says nothing itself. */
const RETENTION_BYTES = 1024 ** 3;
/** Of Kafka's own two topics: offsets of groups, states of transactions. */
const INTERNAL_PARTITIONS = 4;
const INTERNAL_SEGMENT_BYTES = 16 * 1024 * 1024;

/**
 * For how long a controller waits for a broker's heartbeat before it takes the partitions away from it.
 *
 * A sole broker has no other to leave them to: taken away for being slow, it makes every topic unusable, and transactions
 * hang (KAFKA-20734). 2 s did so five times in 20 minutes on a starved machine, 30 s once at a load of 90. What a long
 * session costs, the wait of a killed broker for its own old one, `endOldRegistration` spares.
 */
const SOLE_SESSION = { "broker.session.timeout.ms": 120_000, "broker.heartbeat.interval.ms": 2_000 };
/** Of several: the others take over after so long. */
const SHARED_SESSION = { "broker.session.timeout.ms": 2_000, "broker.heartbeat.interval.ms": 500 };

export interface BrokerSettings {
  readonly dataFolder: string;
  /** From 1. */
  readonly node: number;
  readonly port: number;
  /** The controllers' ports of all brokers, in the order of their node ids. */
  readonly controllerPorts: readonly number[];
  /** Write every message through to the disk before it is acknowledged. */
  readonly durable: boolean;
  /** Topics that appear when they are written to or asked for; left out: none does. */
  readonly newTopics?: NewTopics;
}

/** What becomes of a topic that does not exist. */
export interface NewTopics {
  /** It is made as soon as a client writes to it or asks for it (`auto.create.topics.enable`). */
  readonly automatic: boolean;
  /** Of topics that are made without a number (`num.partitions`). */
  readonly partitions: number;
}

/** As in an Apache Kafka that nothing was set in. */
export const KAFKA_DEFAULTS: NewTopics = { automatic: true, partitions: 1 };
/** Our own topics have a fixed number of partitions: one that appears by itself would have another. */
const NONE_BY_ITSELF: NewTopics = { automatic: false, partitions: 2 };

/**
 * A broker that is also a controller, on loopback: alone, or one of three.
 *
 * Of three, each holds a copy of everything, and a message is acknowledged once two have it: any one of
 * them may be gone.
 *
 * The sessions and transaction times are those of delivery rule 5: a reader goes on within seconds of a kill, and a
 * killed broker does not wait out its own registration. The rest keeps one machine's share small.
 */
export function brokerSettings(broker: BrokerSettings): Record<string, string | number | boolean> {
  const { dataFolder, node, port, controllerPorts, durable, newTopics = NONE_BY_ITSELF } = broker;
  const copies = controllerPorts.length;
  const needed = Math.max(1, copies - 1);
  return {
    "process.roles": "broker,controller",
    "node.id": node,
    "controller.quorum.voters": controllerPorts.map((at, n) => `${n + 1}@127.0.0.1:${at}`).join(","),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPorts[node - 1]}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "log.dirs": dataFolder,
    "num.partitions": newTopics.partitions,
    "default.replication.factor": copies,
    "min.insync.replicas": needed,
    "auto.create.topics.enable": newTopics.automatic,

    "offsets.topic.replication.factor": copies,
    "offsets.topic.num.partitions": INTERNAL_PARTITIONS,
    "offsets.topic.segment.bytes": INTERNAL_SEGMENT_BYTES,
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": needed,
    "transaction.state.log.num.partitions": INTERNAL_PARTITIONS,
    "transaction.state.log.segment.bytes": INTERNAL_SEGMENT_BYTES,
    "share.coordinator.state.topic.replication.factor": copies,
    "share.coordinator.state.topic.min.isr": needed,

    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1_000,
    ...(copies === 1 ? SOLE_SESSION : SHARED_SESSION),
    // A start on a slow machine is waited for while it works, which the supervisor sees; the default is a minute.
    "initial.broker.registration.timeout.ms": 600_000,

    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    // By default one for each processor or more: each wakes up some forty times a second.
    "group.coordinator.threads": 1,
    "share.coordinator.threads": 1,
    "num.recovery.threads.per.data.dir": 4,
    // By size, not by age: what people write while trying things out often carries event times of long ago, and would be
    // deleted by the next look at ages, 30 s after the start and then every 5 minutes. Our own topics say what they keep.
    "log.retention.ms": -1,
    "log.retention.bytes": RETENTION_BYTES,
    "log.cleaner.threads": 1,
    "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
    ...(durable ? { "log.flush.interval.messages": 1 } : {}),
  };
}

/**
 * Kafka's own topics as it would make them itself when the first client asks for a coordinator. Made beforehand,
 * because at a start a dozen clients ask at once and then wait out each other's attempts.
 */
export const INTERNAL_TOPICS: readonly TopicSettings[] = [
  {
    topic: "__consumer_offsets",
    partitions: INTERNAL_PARTITIONS,
    config: {
      "cleanup.policy": "compact",
      "compression.type": "producer",
      "segment.bytes": String(INTERNAL_SEGMENT_BYTES),
    },
  },
  {
    topic: "__transaction_state",
    partitions: INTERNAL_PARTITIONS,
    config: {
      "cleanup.policy": "compact",
      "compression.type": "uncompressed",
      "segment.bytes": String(INTERNAL_SEGMENT_BYTES),
      "unclean.leader.election.enable": "false",
    },
  },
];
