import { correlationIdOf, Frames, headOf, type KafkaApi, readvertise } from "./kafka-frames.ts";
import { type Filters, startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** A TCP proxy before a Kafka broker whose clients stay on it, and which can treat one kind of request by itself. */
export interface KafkaProxy extends TcpProxy {
  /** From now on replies to such requests are thrown away, and all else passes; null: none any more. */
  loseReplies(api: KafkaApi | null): void;
  /** From now on such requests are kept here, and all else passes. @param naming - only those that hold this text. */
  withhold(api: KafkaApi, naming?: string): void;
  /** From now on replies to such requests are what this makes of them, as long as they were; null: as they came. */
  alter(api: KafkaApi, change: ((reply: Buffer) => Buffer) | null): void;
  /** What is kept goes to Kafka now, in order, and nothing is kept any more. */
  release(): void;
  /** What is kept is thrown away, and nothing is kept any more. */
  forget(): void;
  /** Replies thrown away so far. */
  readonly lost: number;
  /** Requests kept now. */
  readonly withheld: number;
}

/** @param broker - `host:port` as the broker advertises itself. */
export async function startKafkaProxy(broker: string): Promise<KafkaProxy> {
  const [host = "", brokerPort = "0"] = broker.split(":");
  let losing: KafkaApi | null = null;
  let withholding: { readonly api: KafkaApi; readonly naming: string } | null = null;
  const altering = new Map<KafkaApi, (reply: Buffer) => Buffer>();
  let lost = 0;
  let kept: (() => void)[] = [];

  const filters = (port: number): Filters => {
    const requests = new Frames();
    const replies = new Frames();
    const asked = new Map<number, KafkaApi>();
    return {
      requests(chunk, pass) {
        const through = requests.take(chunk).filter((frame) => {
          const { api, correlationId } = headOf(frame);
          if (api === undefined) return true;
          asked.set(correlationId, api);
          if (api !== withholding?.api || !frame.includes(withholding.naming)) return true;
          const request = Buffer.from(frame);
          kept.push(() => pass(request));
          return false;
        });
        return Buffer.concat(through);
      },
      replies(chunk) {
        const through = replies.take(chunk).flatMap((frame) => {
          const id = correlationIdOf(frame);
          const api = asked.get(id);
          asked.delete(id);
          if (api !== undefined && api === losing) {
            lost++;
            return [];
          }
          readvertise(frame, { host, from: Number(brokerPort), to: port });
          const change = api === undefined ? undefined : altering.get(api);
          return [change ? change(Buffer.from(frame)) : frame];
        });
        return Buffer.concat(through);
      },
    };
  };
  const proxy = await startTcpProxy(broker, filters);
  const letGo = (): (() => void)[] => {
    const all = kept;
    kept = [];
    withholding = null;
    return all;
  };
  return {
    port: proxy.port,
    address: proxy.address,
    seen: proxy.seen,
    get connections() {
      return proxy.connections;
    },
    get accepted() {
      return proxy.accepted;
    },
    rule: proxy.rule,
    hang: proxy.hang,
    heal: proxy.heal,
    cut: proxy.cut,
    refuse: proxy.refuse,
    close: proxy.close,
    loseReplies(api) {
      losing = api;
    },
    withhold(api, naming = "") {
      withholding = { api, naming };
    },
    alter(api, change) {
      if (change) altering.set(api, change);
      else altering.delete(api);
    },
    release() {
      for (const pass of letGo()) pass();
    },
    forget: () => void letGo(),
    get lost() {
      return lost;
    },
    get withheld() {
      return kept.length;
    },
  };
}
