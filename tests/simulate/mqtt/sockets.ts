import type { Publication } from "../../../gateway/bridge/decision.ts";
import type { PublishGate } from "../../../gateway/bridge/publish-gate.ts";
import type { Wills } from "../../../gateway/bridge/wills.ts";
import type { Admission } from "../../../gateway/broker/admission.ts";
import type { ConnectPacket } from "../../../gateway/broker/connect-packet.ts";
import type { Life } from "../time/life.ts";
import type { World } from "../world.ts";

type Client = Parameters<Admission["claim"]>[0];

/** The agent's end of a connection, as the gateway's end reaches it. */
export interface AgentEnd {
  readonly address: string;
  connack(refused: string | undefined): void;
  puback(id: number): void;
  message(topic: string, payload: Buffer): void;
  closed(): void;
}

/** The gateway's end, as the agent's end reaches it. */
export interface GatewayEnd {
  publish(id: number, topic: string, payload: Buffer): void;
  ping(): void;
  /** DISCONNECT, or an end without a word. */
  ended(goodbye: boolean): void;
}

export interface SocketsOptions {
  readonly world: World;
  readonly life: Life;
  readonly name: string;
  readonly admission: Admission;
  readonly gate: PublishGate;
  readonly wills: Wills;
}

/** Of the keepalive, before a connection without a packet is closed [MQTT-3.1.2-24]. */
const KEEPALIVE_SHARE = 1.5;

/** A gateway's connections: where Aedes would be. Packets in, admission and gate asked, packets out, wills executed. */
export class Sockets {
  readonly #options: SocketsOptions;
  readonly #open = new Set<Socket>();

  constructor(options: SocketsOptions) {
    this.#options = options;
  }

  /** A CONNECT has arrived. */
  accept(packet: ConnectPacket, agent: AgentEnd): GatewayEnd {
    const socket: Socket = new Socket(this.#options, packet, agent, {
      onAccepted: () => this.#takeOver(socket),
      onClosed: () => this.#open.delete(socket),
    });
    this.#open.add(socket);
    const { life } = this.#options;
    life.gated(() => void socket.open())();
    return {
      publish: life.gated((id: number, topic: string, payload: Buffer) => socket.publish(id, topic, payload)),
      ping: life.gated(() => socket.ping()),
      ended: life.gated((goodbye: boolean) => socket.ended(goodbye)),
    };
  }

  /** The one before of the same client id is closed [MQTT-3.1.4-2]. */
  #takeOver(socket: Socket): void {
    for (const other of [...this.#open])
      if (other !== socket && other.clientId === socket.clientId) other.ended(false);
  }

  /** The process died: its connections are reset. */
  broken(): void {
    for (const { agent } of this.#open) agent.closed();
    this.#open.clear();
  }
}

interface SocketEvents {
  readonly onAccepted: () => void;
  readonly onClosed: () => void;
}

class Socket implements GatewayEnd {
  readonly agent: AgentEnd;
  readonly #options: SocketsOptions;
  readonly #packet: ConnectPacket;
  readonly #client: FakeClient;
  readonly #events: SocketEvents;
  readonly #cancelKeepalive: () => void;
  #heardAt: number;
  #goodbye = false;

  constructor(options: SocketsOptions, packet: ConnectPacket, agent: AgentEnd, events: SocketEvents) {
    this.#options = options;
    this.#packet = packet;
    this.agent = agent;
    this.#events = events;
    this.#client = new FakeClient(packet.clientId, agent, () => this.#close());
    const { clock } = options.life;
    this.#heardAt = clock.monotonic();
    const longest = (packet.keepalive ?? 0) * 1000 * KEEPALIVE_SHARE;
    this.#cancelKeepalive = clock.every(5_000, () => {
      if (clock.monotonic() - this.#heardAt > longest) this.#client.conn.destroy();
    });
  }

  get clientId(): string {
    return this.#packet.clientId;
  }

  async open(): Promise<void> {
    const { admission } = this.#options;
    const client = this.#client as unknown as Client;
    admission.claim(client, this.#packet, { address: this.agent.address });
    const fault = await admission.authenticate(client, undefined, undefined);
    if (this.#client.closed) return;
    if (!fault) this.#events.onAccepted();
    this.agent.connack(fault);
    if (fault) this.#client.conn.destroy();
  }

  publish(id: number, topic: string, payload: Buffer): void {
    this.#heardAt = this.#options.life.clock.monotonic();
    const { admission, gate } = this.#options;
    const session = admission.sessionOf(this.#client as unknown as Client);
    if (!session?.queue || this.#client.closed) return;
    const publication: Publication = { topic, payload, qos: 1, retain: false };
    gate.accept(session.queue, publication, () => this.agent.puback(id));
  }

  ping(): void {
    this.#heardAt = this.#options.life.clock.monotonic();
  }

  ended(goodbye: boolean): void {
    this.#goodbye = goodbye;
    this.#client.conn.destroy();
  }

  #close(): void {
    this.#cancelKeepalive();
    this.#events.onClosed();
    this.agent.closed();
    const { admission, wills } = this.#options;
    const session = admission.sessionOf(this.#client as unknown as Client);
    const { will } = this.#packet;
    if (this.#goodbye || !session || !will || !session.takeWill(will)) return;
    const { topic } = will;
    const payload = Buffer.from(will.payload);
    void admission.executeWill(session).then((generation) => {
      if (generation === undefined) return;
      const { stationId, address } = session;
      wills.execute({ stationId, generation, address }, { topic, payload, qos: 1, retain: false });
    });
  }
}

/** As much of a client of Aedes as the admission and its sessions touch. */
class FakeClient {
  readonly id: string;
  closed = false;
  readonly conn: {
    readonly destroy: () => void;
    readonly end: () => void;
    readonly once: (event: string, listener: () => void) => void;
    readonly writableLength: number;
  };
  readonly #agent: AgentEnd;

  constructor(id: string, agent: AgentEnd, onClosed: () => void) {
    this.id = id;
    this.#agent = agent;
    const listeners: (() => void)[] = [];
    const destroy = (): void => {
      if (this.closed) return;
      this.closed = true;
      for (const listener of listeners) listener();
      onClosed();
    };
    this.conn = {
      destroy,
      end: destroy,
      once: (event, listener) => {
        if (event === "close") listeners.push(listener);
      },
      writableLength: 0,
    };
  }

  publish({ topic, payload }: { topic: string; payload: string | Buffer }, done: () => void): void {
    this.#agent.message(topic, Buffer.from(payload));
    done();
  }
}
