import { Socket } from "node:net";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import type { Clock } from "../../infra/runtime/clock.ts";
import { defined } from "../../infra/runtime/defined.ts";
import { afterListening } from "../../infra/runtime/listening-time.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import type { Connection, MqttConnect, MqttConnectOptions } from "./ports.ts";

export interface MqttSettings {
  readonly clock: Clock;
  /** Seconds. While a gateway holds PUBACKs back it answers no PINGREQ, so this exceeds its bound. */
  readonly keepaliveS: number;
  /** A station's password, by its id; none is sent where there is none. */
  readonly passwordOf?: (stationId: string) => string | undefined;
  /** PEM of the authority that signed the gateway's certificate, for `mqtts:`. */
  readonly ca?: Buffer | undefined;
  /** A station's own certificate, by its id, for gateways that ask for one. */
  readonly certificateOf?: (stationId: string) => { readonly cert: Buffer; readonly key: Buffer } | undefined;
}

/** How long a goodbye may take, ms. */
const GOODBYE_MS = 1_000;

/**
 * Connections by mqtt.js, which is used for its protocol only: no session (`clean`), no reconnect, no store that
 * outlives a connection, because what is in its store is not in the outbox's order.
 */
export function mqttConnections(settings: MqttSettings): MqttConnect {
  return (options) => {
    const { url, clientId, will, withinMs } = options;
    const certificate = settings.certificateOf?.(clientId);
    const client = mqtt.connect(
      url,
      defined({
        clientId,
        username: clientId,
        password: settings.passwordOf?.(clientId),
        ca: settings.ca,
        cert: certificate?.cert,
        key: certificate?.key,
        protocolVersion: 4,
        clean: true,
        reconnectPeriod: 0,
        resubscribe: false,
        // Ours is the limit: mqtt.js counts time in which this process stood still.
        connectTimeout: 10 * withinMs,
        keepalive: settings.keepaliveS,
        will: { ...will, qos: 1, retain: false },
      }) as IClientOptions,
    );
    return new MqttConnection(client, options, settings.clock).open(withinMs);
  };
}

class MqttConnection implements Connection {
  readonly #client: MqttClient;
  readonly #options: MqttConnectOptions;
  readonly #clock: Clock;
  /** mqtt.js may call a PUBLISH's callback twice, or never, when the connection ends: each is settled here, once. */
  readonly #unsettled = new Set<(error: CodedError) => void>();
  #state: "opening" | "open" | "ended" = "opening";

  constructor(client: MqttClient, options: MqttConnectOptions, clock: Clock) {
    this.#client = client;
    this.#options = options;
    this.#clock = clock;
  }

  open(limitMs: number): Promise<Connection> {
    const client = this.#client;
    return new Promise((resolve, reject) => {
      const fail = (error: CodedError): void => {
        cancel();
        if (this.#state === "open") this.#lost(error);
        else if (this.#state === "opening") {
          this.#end();
          reject(error);
        }
      };
      const cancel = afterListening(this.#clock, limitMs, () => fail(lost(`no answer within ${limitMs} ms`)));
      client.on("error", (error) => fail(refusedBy(error)));
      client.on("close", () => fail(lost("connection closed")));
      client.on("message", (topic, payload) => {
        if (this.#state === "open") this.#options.onMessage(topic, payload);
      });
      client.on("connect", () => {
        // Small packets both ways: Nagle's algorithm would hold each until the last one is acknowledged.
        if (client.stream instanceof Socket) client.stream.setNoDelay(true);
        client.subscribe(this.#options.subscribe, { qos: 1 }, (error) => {
          if (error) fail(refusedBy(error));
          if (this.#state !== "opening") return;
          cancel();
          this.#state = "open";
          resolve(this);
        });
      });
    });
  }

  publish(topic: string, payload: Buffer): Promise<void> {
    if (this.#state !== "open") return Promise.reject(lost("connection closed"));
    return new Promise((resolve, reject) => {
      this.#unsettled.add(reject);
      this.#client.publish(topic, payload, { qos: 1, retain: false }, (error) => {
        if (!this.#unsettled.delete(reject)) return;
        if (error) reject(lost(messageOf(error)));
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    if (this.#state === "ended") return Promise.resolve();
    this.#state = "ended";
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#end();
        resolve();
      };
      const cancel = this.#clock.after(GOODBYE_MS, done);
      this.#client.end(false, done);
    });
  }

  #lost(error: CodedError): void {
    this.#end();
    this.#options.onLost(error.message);
  }

  #end(): void {
    this.#state = "ended";
    this.#client.end(true);
    const error = lost("connection closed");
    for (const reject of this.#unsettled) reject(error);
    this.#unsettled.clear();
  }
}

function lost(message: string): CodedError {
  return new CodedError("UPLINK_LOST", { message, retryable: true });
}

/** What the gateway means by a CONNACK's return code (docs/mqtt-protocol.md, "What is refused"). */
const REFUSALS: Readonly<Record<number, string>> = {
  2: "another agent speaks for this station: stop one of the two",
  3: "too many logins of this station failed just now",
  4: "the password is not this station's: see MQTT_PASSWORDS_FILE and MQTT_PASSWORD",
};

/** A CONNACK with a return code is the gateway's refusal; anything else is a fault of the way. */
function refusedBy(error: Error): CodedError {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "number") return lost(messageOf(error));
  return new CodedError("GATEWAY_REFUSED", {
    message: `the gateway refuses the connection: ${REFUSALS[code] ?? messageOf(error)}`,
    retryable: true,
    context: { returnCode: code },
    cause: error,
  });
}
