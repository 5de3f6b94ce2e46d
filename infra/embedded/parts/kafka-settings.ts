export interface BrokerSettings {
  readonly dataFolder: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Write every message through to the disk before it is acknowledged. */
  readonly durable: boolean;
}

/**
 * One broker that is its own controller, on loopback.
 *
 * The sessions and transaction times are those of design §5.5: a reader goes on within seconds of a kill, and a
 * killed broker does not wait out its own registration. The rest keeps one machine's share small.
 */
export function brokerSettings(broker: BrokerSettings): Record<string, string | number | boolean> {
  const { dataFolder, port, controllerPort, durable } = broker;
  return {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "log.dirs": dataFolder,
    "num.partitions": 2,
    "default.replication.factor": 1,
    "auto.create.topics.enable": false,

    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "offsets.topic.segment.bytes": 16 * 1024 * 1024,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "transaction.state.log.segment.bytes": 16 * 1024 * 1024,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,

    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1_000,
    "broker.session.timeout.ms": 2_000,
    "broker.heartbeat.interval.ms": 500,

    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "num.recovery.threads.per.data.dir": 4,
    "log.cleaner.threads": 1,
    "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
    ...(durable ? { "log.flush.interval.messages": 1 } : {}),
  };
}
