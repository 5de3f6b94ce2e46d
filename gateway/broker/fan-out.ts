/** A message on its way to those who subscribed; Aedes gives it more members than are needed here. */
export interface Message {
  readonly topic: string;
}

export type Subscriber = (message: Message, done: () => void) => void;

/**
 * Brings messages to subscribers, in place of Aedes' own emitter, which makes a publisher wait until the slowest of
 * its subscribers has taken the message. Here no publisher waits: an observer must never slow an agent.
 */
export class FanOut {
  readonly #exact = new Map<string, Set<Subscriber>>();
  readonly #patterns = new Map<string, Pattern>();

  on(filter: string, subscriber: Subscriber, done?: () => void): this {
    if (!/[+#]/.test(filter)) {
      const subscribers = this.#exact.get(filter) ?? new Set();
      this.#exact.set(filter, subscribers.add(subscriber));
    } else {
      const pattern = this.#patterns.get(filter) ?? patternOf(filter);
      pattern.subscribers.add(subscriber);
      this.#patterns.set(filter, pattern);
    }
    if (done) setImmediate(done);
    return this;
  }

  removeListener(filter: string, subscriber: Subscriber, done?: () => void): this {
    this.#exact.get(filter)?.delete(subscriber);
    if (this.#exact.get(filter)?.size === 0) this.#exact.delete(filter);
    const pattern = this.#patterns.get(filter);
    pattern?.subscribers.delete(subscriber);
    if (pattern?.subscribers.size === 0) this.#patterns.delete(filter);
    if (done) setImmediate(done);
    return this;
  }

  emit(message: Message, done?: () => void): this {
    for (const subscriber of this.#exact.get(message.topic) ?? []) subscriber(message, ignore);
    for (const { subscribers } of this.#matching(message.topic)) {
      for (const subscriber of subscribers) subscriber(message, ignore);
    }
    done?.();
    return this;
  }

  /** Would anybody get a message of this topic? */
  hears(topic: string): boolean {
    return this.#exact.has(topic) || this.#matching(topic).length > 0;
  }

  #matching(topic: string): readonly Pattern[] {
    let levels: readonly string[] | undefined;
    let found: Pattern[] | undefined;
    for (const pattern of this.#patterns.values()) {
      // Most fail here: a topic is taken apart only for those that may match.
      if (!topic.startsWith(pattern.prefix)) continue;
      levels ??= topic.split("/");
      if (matches(pattern.levels, levels)) found = [...(found ?? []), pattern];
    }
    return found ?? NONE;
  }

  close(done?: () => void): void {
    this.#exact.clear();
    this.#patterns.clear();
    done?.();
  }
}

interface Pattern {
  /** All that matches begins so. */
  readonly prefix: string;
  readonly levels: readonly string[];
  readonly subscribers: Set<Subscriber>;
}

const NONE: readonly Pattern[] = [];

function patternOf(filter: string): Pattern {
  // Without the slash before a wildcard: `a/#` is also `a`.
  const prefix = filter.slice(0, filter.search(/\/?[+#]/));
  return { prefix, levels: filter.split("/"), subscribers: new Set() };
}

/** MQTT 3.1.1, 4.7: `+` is one level, `#` the rest, its parent included. */
export function matches(filter: readonly string[], topic: readonly string[]): boolean {
  for (const [i, level] of filter.entries()) {
    if (level === "#") return true;
    if (i >= topic.length || (level !== "+" && level !== topic[i])) return false;
  }
  return filter.length === topic.length;
}

function ignore(): void {}
