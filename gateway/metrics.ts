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
  const meters = instruments(registers);
  const publishesOf = { forward: meters.publishes.labels("forward"), dead: meters.publishes.labels("dead") };
  let readingsSoFar = 0;

  return {
    published(kind, n) {
      publishesOf[kind].inc();
      meters.readings.inc(n);
      readingsSoFar += n;
    },
    waited: (ms) => meters.wait.observe(ms / 1000),
    delayed(ms) {
      if (ms < 0) meters.negative.inc();
      else meters.delay.observe(ms / 1000);
    },
    serialDelayed(ms) {
      if (ms < 0) meters.serialNegative.inc();
      else meters.serialDelay.observe(ms / 1000);
    },
    deadLetter: (code) => meters.deadLetters.inc({ code }),
    connections: (now) => meters.connections.set(now),
    connectRefused: (reason) => meters.refused.inc({ reason }),
    dismissed: (reason) => meters.closed.inc({ reason }),
    subscriptionRefused: () => meters.subscriptions.inc(),
    faulted: () => meters.faults.inc(),
    passedBy: () => meters.passedBy.inc(),
    takenOver: () => meters.takeovers.inc(),
    loginDelayed: () => meters.delayed.inc(),
    willWritten: () => meters.wills.inc(),
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

  return {
    publishes: counter("publishes_total", "PUBLISHes acknowledged because Kafka has them.", ["kind"]),
    readings: counter("readings_total", "Readings in those PUBLISHes."),
    deadLetters: counter("dead_letters_total", "PUBLISHes whose content can never pass.", ["code"]),
    wait: histogram("wait_seconds", "From a PUBLISH's arrival to Kafka's acknowledgement."),
    delay: histogram("edge_delay_seconds", "From the agent's disk to the gateway, by their own clocks."),
    negative: counter("edge_delay_negative_total", "Such delays below zero: the clocks disagree."),
    serialDelay: histogram(
      "serial_delay_seconds",
      "From the device to its agent's disk, of each batch's last reading, by their own clocks.",
    ),
    serialNegative: counter("serial_delay_negative_total", "Such delays below zero: the clocks disagree."),
    closed: counter("connections_closed_total", "Connections closed by the gateway.", ["reason"]),
    refused: counter("connections_refused_total", "Connections refused before a CONNECT was accepted.", [
      "reason",
    ]),
    subscriptions: counter("subscriptions_refused_total", "Subscriptions to what is not the client's."),
    faults: counter("connections_faulted_total", "Connections lost by a fault of protocol or network."),
    passedBy: counter("observer_messages_dropped_total", "Messages that slow observers missed."),
    takeovers: counter("takeovers_total", "Connections that their own client id took over."),
    delayed: counter("logins_delayed_total", "Logins that waited because earlier ones had failed."),
    wills: counter("wills_total", "Wills of vanished agents in Kafka."),
    connections: new Gauge({ name: "gateway_connections", help: "MQTT connections open.", registers }),
  };
}
