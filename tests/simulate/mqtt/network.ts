import type { Connection, MqttConnect, MqttConnectOptions } from "../../../edge/uplink/ports.ts";
import type { Random } from "../../../infra/runtime/random.ts";
import { CodedError } from "../../../schemas/errors.ts";
import type { Life } from "../time/life.ts";
import type { World } from "../world.ts";
import type { Gateway } from "./gateway.ts";
import { CLEAR_LINK, type Link } from "./link.ts";
import type { AgentEnd, GatewayEnd, Sockets } from "./sockets.ts";

const CONNECT_MS = 5_000;
const KEEPALIVE_S = 20;
const HELD_MS = 50;

/** Between boxes and gateways: connections as TCP has them, in order, until one end or the way is gone. */
export class Network {
  readonly #world: World;
  readonly #random: Random;
  readonly #gateways: ReadonlyMap<string, Gateway>;
  readonly #links = new Map<string, Link>();
  readonly #wires = new Set<Wire>();
  #ports = 1_024;

  /** @param gateways - by their URLs. */
  constructor(world: World, gateways: ReadonlyMap<string, Gateway>) {
    this.#world = world;
    this.#random = world.random("network");
    this.#gateways = gateways;
  }

  /** Of a box, to every gateway. */
  link(box: string): Link {
    const link = this.#links.get(box) ?? { ...CLEAR_LINK };
    this.#links.set(box, link);
    return link;
  }

  /** Connections of a box are reset: its process died, or a device on the way forgot them. */
  reset(box: string): void {
    for (const wire of [...this.#wires]) if (wire.box === box) wire.break();
  }

  /** MQTT as an agent's process has it. */
  connector(life: Life): MqttConnect {
    return (options) =>
      life.asks<Connection>((answer, fail) => {
        const { scheduler } = this.#world;
        const link = this.link(life.name);
        let over = false;
        const once = (settle: () => void): void => {
          if (over) return;
          over = true;
          cancel();
          settle();
        };
        const cancel = scheduler.after(CONNECT_MS, () =>
          once(() => {
            wire.break();
            fail(lost("no answer"));
          }),
        );
        const wire: Wire = new Wire({
          ...{ world: this.#world, random: this.#random, link, life, options },
          address: `${life.name}:${++this.#ports}`,
          onOpen: () => once(() => answer(wire)),
          onRefused: (reason) => once(() => fail(refused(reason))),
          onBroken: () => once(() => fail(lost("reset"))),
          onGone: () => this.#wires.delete(wire),
        });
        this.#wires.add(wire);
        wire.dial(() => this.#gateways.get(options.url)?.sockets);
      });
  }
}

interface WireOptions {
  readonly world: World;
  readonly random: Random;
  readonly link: Link;
  readonly life: Life;
  readonly options: MqttConnectOptions;
  readonly address: string;
  readonly onOpen: () => void;
  readonly onRefused: (reason: string) => void;
  readonly onBroken: () => void;
  readonly onGone: () => void;
}

type Way = "up" | "down";

interface Packet {
  /** When it arrives, at the earliest. */
  readonly at: number;
  readonly arrive: () => void;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One connection: the agent's end, and the way of its packets. */
class Wire implements Connection, AgentEnd {
  readonly address: string;
  readonly #options: WireOptions;
  readonly #waiting = new Map<number, Waiting>();
  /** Packets on their way, in order. */
  readonly #lanes: Readonly<Record<Way, Packet[]>> = { up: [], down: [] };
  #gateway: GatewayEnd | undefined;
  #state: "dialling" | "open" | "ended" = "dialling";
  #packets = 0;
  #heardAt: number;
  #stopKeepalive = (): void => {};

  constructor(options: WireOptions) {
    this.#options = options;
    this.address = options.address;
    this.#heardAt = options.world.scheduler.now;
  }

  get box(): string {
    return this.#options.life.name;
  }

  dial(gateway: () => Sockets | undefined): void {
    const { options } = this.#options;
    this.#up(() => {
      const sockets = gateway();
      if (!sockets) {
        this.break();
        return;
      }
      const packet = {
        clientId: options.clientId,
        username: options.clientId,
        clean: true,
        keepalive: KEEPALIVE_S,
        will: { ...options.will, qos: 1, retain: false },
      };
      this.#gateway = sockets.accept(packet, this);
    });
  }

  publish(topic: string, payload: Buffer): Promise<void> {
    const { life } = this.#options;
    return life.asks<void>((done, reject) => {
      if (this.#state !== "open") {
        reject(lost("ended"));
        return;
      }
      const id = ++this.#packets;
      this.#waiting.set(id, { resolve: () => done(undefined), reject });
      this.#up(() => {
        this.#options.world.trace.add(`publish ${this.address} ${topic}`, payload);
        if (topic.endsWith("/readings")) this.#options.world.way?.published(this.address, payload);
        this.#gateway?.publish(id, topic, payload);
      });
    });
  }

  async close(): Promise<void> {
    this.#up(() => this.#gateway?.ended(true));
    this.#over("closed");
  }

  /** Gone for both ends. */
  break(): void {
    this.#gateway?.ended(false);
    this.#options.world.scheduler.after(0, () => this.#lose("reset"));
  }

  connack(refusal: string | undefined): void {
    this.#down(() => {
      if (this.#state !== "dialling") return;
      if (refusal) {
        this.#over(refusal);
        this.#options.onRefused(refusal);
        return;
      }
      this.#state = "open";
      this.#stopKeepalive = this.#keepAlive();
      this.#options.onOpen();
    });
  }

  puback(id: number): void {
    this.#down(() => {
      this.#heardAt = this.#options.world.scheduler.now;
      this.#options.world.trace.add(`puback ${this.address} ${id}`);
      this.#waiting.get(id)?.resolve();
      this.#waiting.delete(id);
    });
  }

  message(topic: string, payload: Buffer): void {
    const { life, options } = this.#options;
    this.#down(life.gated(() => options.onMessage(topic, payload)));
  }

  closed(): void {
    this.#down(() => this.#lose("closed by the gateway"));
  }

  #lose(reason: string): void {
    if (this.#state === "ended") return;
    const was = this.#state;
    this.#over(reason);
    const { life, options, onBroken } = this.#options;
    if (was === "dialling") onBroken();
    else life.gated(() => options.onLost(reason))();
  }

  #over(reason: string): void {
    this.#state = "ended";
    this.#stopKeepalive();
    for (const { reject } of this.#waiting.values()) reject(lost(reason));
    this.#waiting.clear();
    this.#options.onGone();
  }

  /** A ping now and then; without an answer for one and a half of the interval it is lost. */
  #keepAlive(): () => void {
    const { life } = this.#options;
    const every = KEEPALIVE_S * 1000;
    return life.clock.every(every / 4, () => {
      const now = this.#options.world.scheduler.now;
      if (now - this.#heardAt > every * 1.5) {
        this.#gateway?.ended(false);
        this.#lose("keepalive");
      } else if (now - this.#heardAt > every / 2) {
        this.#up(() => {
          this.#gateway?.ping();
          this.#down(() => {
            this.#heardAt = this.#options.world.scheduler.now;
          });
        });
      }
    });
  }

  #up(arrive: () => void): void {
    this.#carry("up", arrive);
  }

  #down(arrive: () => void): void {
    this.#carry("down", arrive);
  }

  /** In order, and not while the way is cut. */
  #carry(way: Way, arrive: () => void): void {
    const { world, random, link } = this.#options;
    const lane = this.#lanes[way];
    lane.push({ at: world.scheduler.now + 0.3 + random() + link.delayMs, arrive });
    if (lane.length === 1) this.#next(way);
  }

  #next(way: Way): void {
    const { world, link } = this.#options;
    const [first] = this.#lanes[way];
    if (!first) return;
    const tryNow = (): void => {
      if (way === "up" ? link.upCut : link.downCut) {
        world.scheduler.after(HELD_MS, tryNow);
        return;
      }
      this.#lanes[way].shift();
      if (way === "up" || this.#state !== "ended") first.arrive();
      this.#next(way);
    };
    world.scheduler.after(first.at - world.scheduler.now, tryNow);
  }
}

function lost(reason: string): CodedError {
  return new CodedError("UPLINK_LOST", { message: `the connection is lost: ${reason}`, retryable: true });
}

function refused(reason: string): CodedError {
  return new CodedError("GATEWAY_REFUSED", { message: `the gateway refuses: ${reason}`, retryable: true });
}
