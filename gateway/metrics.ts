import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { PublishGateMeter } from "./bridge/publish-gate.ts";
import type { BrokerMeter } from "./broker/mqtt-broker.ts";

/** Seconds: from a broker on the same machine to one that is being restarted. */
const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const SAMPLES = {
  waiting_bytes: "Bytes on their way to Kafka.",
  waiting_wills: "Wills not yet in Kafka.",
  certificate_expiry_timestamp_seconds:
    "When the gateway's own certificate ends, epoch seconds; 0: it has none.",
} as const;

/** What the gateway counts, and the figures of its status line. */
export interface GatewayMeter extends PublishGateMeter, BrokerMeter {
  willWritten(): void;
  /** Sampled when metrics are read. */
  sample(name: keyof typeof SAMPLES, read: () => number): void;
  /** Readings in Kafka since the start. */
  readonly readings: number;
}

export function gatewayMeter(registry: Registry): GatewayMeter {
  const registers = [registry];
  const {
    publishes,
    readings,
    deadLetters,
    wait,
    delay,
    negative,
    serialDelay,
    serialNegative,
    closed,
    refused,
    subscriptions,
    faults,
    passedBy,
    takeovers,
    delayed,
    wills,
    connections,
  } = instruments(registers);
  const publishesOf = { forward: publishes.labels("forward"), dead: publishes.labels("dead") };
  let readingsSoFar = 0;

  return {
    published(kind, n) {
      publishesOf[kind].inc();
      readings.inc(n);
      readingsSoFar += n;
    },
    waited: (ms) => wait.observe(ms / 1000),
    delayed(ms) {
      if (ms < 0) negative.inc();
      else delay.observe(ms / 1000);
    },
    serialDelayed(ms) {
      if (ms < 0) serialNegative.inc();
      else serialDelay.observe(ms / 1000);
    },
    deadLetter: (code) => deadLetters.inc({ code }),
    connections: (now) => connections.set(now),
    connectRefused: (reason) => refused.inc({ reason }),
    dismissed: (reason) => closed.inc({ reason }),
    subscriptionRefused: () => subscriptions.inc(),
    faulted: () => faults.inc(),
    passedBy: () => passedBy.inc(),
    takenOver: () => takeovers.inc(),
    loginDelayed: () => delayed.inc(),
    willWritten: () => wills.inc(),
    sample(name, read) {
      new Gauge({
        name: `gateway_${name}`,
        help: SAMPLES[name],
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    get readings() {
      return readingsSoFar;
    },
  };
}

/** Each counter, histogram and gauge of the gateway, by what it counts. */
function instruments(registers: Registry[]) {
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `gateway_${name}`, help, labelNames: [...labelNames], registers });
  const histogram = (name: string, help: string): Histogram =>
    new Histogram({ name: `gateway_${name}`, help, buckets: BUCKETS, registers });

  const publishes = counter("publishes_total", "PUBLISHes acknowledged because Kafka has them.", ["kind"]);
  const readings = counter("readings_total", "Readings in those PUBLISHes.");
  const deadLetters = counter("dead_letters_total", "PUBLISHes whose content can never pass.", ["code"]);
  const wait = histogram("wait_seconds", "From a PUBLISH's arrival to Kafka's acknowledgement.");
  const delay = histogram("edge_delay_seconds", "From the agent's disk to the gateway, by their own clocks.");
  const negative = counter("edge_delay_negative_total", "Such delays below zero: the clocks disagree.");
  const serialDelay = histogram(
    "serial_delay_seconds",
    "From the device to its agent's disk, of each batch's last reading, by their own clocks.",
  );
  const serialNegative = counter(
    "serial_delay_negative_total",
    "Such delays below zero: the clocks disagree.",
  );
  const closed = counter("connections_closed_total", "Connections closed by the gateway.", ["reason"]);
  const refused = counter("connections_refused_total", "Connections refused before a CONNECT was accepted.", [
    "reason",
  ]);
  const subscriptions = counter("subscriptions_refused_total", "Subscriptions to what is not the client's.");
  const faults = counter("connections_faulted_total", "Connections lost by a fault of protocol or network.");
  const passedBy = counter("observer_messages_dropped_total", "Messages that slow observers missed.");
  const takeovers = counter("takeovers_total", "Connections that their own client id took over.");
  const delayed = counter("logins_delayed_total", "Logins that waited because earlier ones had failed.");
  const wills = counter("wills_total", "Wills of vanished agents in Kafka.");
  const connections = new Gauge({ name: "gateway_connections", help: "MQTT connections open.", registers });
  return {
    publishes,
    readings,
    deadLetters,
    wait,
    delay,
    negative,
    serialDelay,
    serialNegative,
    closed,
    refused,
    subscriptions,
    faults,
    passedBy,
    takeovers,
    delayed,
    wills,
    connections,
  };
}
