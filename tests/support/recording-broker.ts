import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Aedes, type Client } from "aedes";

/** A PUBLISH as the broker got it, in order of arrival. Wills are here too. */
export interface Recorded {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  /** The MQTT client id; null for a will whose connection is gone. */
  readonly clientId: string | null;
  /** Did the PUBACK leave? */
  acknowledged: boolean;
}

/**
 * What becomes of a PUBLISH.
 *
 * - `ack`: recorded and acknowledged.
 * - `withhold`: recorded; the PUBACK waits until `release()`.
 * - `lose`: recorded; the PUBACK is lost, and the connection goes on.
 * - `refuse`: recorded; the connection is closed without a PUBACK.
 */
export type Treatment = "ack" | "withhold" | "lose" | "refuse";

/** A real Aedes that records, and fails in the ways a gateway may. */
export interface RecordingBroker {
  readonly port: number;
  readonly url: string;
  readonly publishes: readonly Recorded[];
  /** Client ids connected now. */
  readonly clients: readonly string[];
  /** From now on; a function decides for each. Default: `ack` all. */
  treat(treatment: Treatment | ((packet: Recorded, index: number) => Treatment)): void;
  /** Let the withheld PUBACKs go, in order, and acknowledge what comes. */
  release(): void;
  /** Answer CONNECT with this MQTT 3.1.1 return code (5: not authorized); 0 welcomes again. */
  refuseConnections(returnCode: number): void;
  /** Send a message to every client that subscribed to `topic`. */
  send(topic: string, payload: string | Buffer): Promise<void>;
  /** Resolves once `done` holds for what was recorded so far. */
  until(done: (publishes: readonly Recorded[]) => boolean): Promise<void>;
  /** As SIGKILL would: every socket reset, the port closed, nothing said. The recording stays readable. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** @param port - 0 takes a free one; give a killed broker's port to come back in its place. */
export async function startRecordingBroker(port = 0): Promise<RecordingBroker> {
  const publishes: Recorded[] = [];
  const withheld: (() => void)[] = [];
  const watchers = new Set<() => void>();
  const clients = new Map<Client, string>();
  let decide: (packet: Recorded, index: number) => Treatment = () => "ack";
  let connackCode = 0;

  const broker = await Aedes.createBroker({
    authenticate: (_client, _user, _password, done) => {
      if (connackCode === 0) done(null, true);
      else done(Object.assign(new Error("refused by the test"), { returnCode: connackCode }), false);
    },
    authorizePublish: (client, packet, done) => {
      const record: Recorded = {
        topic: packet.topic,
        payload: Buffer.from(packet.payload),
        qos: packet.qos,
        retain: packet.retain,
        dup: packet.dup,
        clientId: client?.closed ? null : (client?.id ?? null),
        acknowledged: false,
      };
      publishes.push(record);
      const acknowledge = (): void => {
        record.acknowledged = true;
        done(null);
      };
      const treatment = decide(record, publishes.length - 1);
      if (treatment === "ack") acknowledge();
      else if (treatment === "withhold") withheld.push(acknowledge);
      else if (treatment === "refuse") done(new Error("refused by the test"));
      else {
        // Aedes sends no PUBACK for QoS 0 and then reads on.
        packet.qos = 0;
        done(null);
      }
      for (const watcher of [...watchers]) watcher();
    },
  });
  broker.on("client", (client) => clients.set(client, client.id));
  broker.on("clientDisconnect", (client) => clients.delete(client));

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    broker.handle(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const actual = (server.address() as AddressInfo).port;

  return {
    port: actual,
    url: `mqtt://127.0.0.1:${actual}`,
    publishes,
    get clients() {
      return [...clients.values()];
    },
    treat(treatment) {
      decide = typeof treatment === "function" ? treatment : () => treatment;
    },
    release() {
      decide = () => "ack";
      for (const acknowledge of withheld.splice(0)) acknowledge();
    },
    refuseConnections(returnCode) {
      connackCode = returnCode;
    },
    send: (topic, payload) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false } as const;
        broker.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
    until: (done) =>
      new Promise((resolve) => {
        const watcher = (): void => {
          if (!done(publishes)) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
      }),
    async kill() {
      for (const socket of sockets) socket.resetAndDestroy();
      await closed(server);
      await new Promise<void>((resolve) => broker.close(resolve));
    },
    async close() {
      await new Promise<void>((resolve) => broker.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed(server);
    },
  };
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, "close");
}
