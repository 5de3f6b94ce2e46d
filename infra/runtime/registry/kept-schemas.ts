import { messageOf } from "../../../schemas/errors.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { RegistryApi } from "./ports.ts";

const LOOK_MS = 10_000;

interface Entry {
  readonly subject: string;
  /** The schema's. */
  readonly text: string;
  id: number;
  readonly onId: Set<(id: number) => void>;
}

/**
 * What a process has registered, and keeps registered. A registry that was set up again knows nothing of it: whoever
 * reads today's records later would look for their schemas in vain. So everything is registered again, and
 * is written under the ids that it has then: the same ones, where the registry gives them.
 */
export class KeptSchemas {
  readonly #api: Pick<RegistryApi, "register" | "restore" | "lookUp">;
  readonly #logger: Logger;
  readonly #entries = new Map<string, Entry>();
  #isLooking = false;
  #trouble: string | undefined;

  constructor(api: Pick<RegistryApi, "register" | "restore" | "lookUp">, logger: Logger) {
    this.#api = api;
    this.#logger = logger;
  }

  /** @param onId - is told the id, and each one that comes in its place. */
  note(subject: string, text: string, id: number, onId: (id: number) => void): void {
    const key = `${subject} ${text}`;
    const entry = this.#entries.get(key) ?? { subject, text, id, onId: new Set() };
    this.#entries.set(key, entry);
    entry.onId.add(onId);
    onId(entry.id);
  }

  /** Does the registry still have what was registered first? It loses all or nothing. */
  async look(): Promise<void> {
    const [first] = this.#entries.values();
    if (!first || this.#isLooking) return;
    this.#isLooking = true;
    try {
      if ((await this.#api.lookUp(first.subject, first.text)) !== first.id) await this.#again();
      this.#trouble = undefined;
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== this.#trouble) this.#logger.warn({ reason }, "it is not known what the registry has");
      this.#trouble = reason;
    } finally {
      this.#isLooking = false;
    }
  }

  async #again(): Promise<void> {
    const moved: string[] = [];
    // The first one last: it is what shows that all the others are there.
    for (const entry of [...this.#entries.values()].reverse()) {
      const id = await this.#restored(entry);
      if (id !== entry.id) moved.push(`${entry.subject}: ${entry.id} → ${id}`);
      entry.id = id;
      for (const tell of entry.onId) tell(id);
    }
    this.#logger.warn(
      { schemas: this.#entries.size, moved },
      "the registry was set up again: what this process writes is registered there again",
    );
  }

  /** Keys of compacted topics have the id in them: under another one they would be other keys. */
  async #restored({ subject, text, id }: Entry): Promise<number> {
    try {
      const there = await this.#api.lookUp(subject, text);
      return there ?? (await this.#api.restore(subject, text, id));
    } catch (error) {
      this.#logger.info({ subject, id, reason: messageOf(error) }, "the registry does not give the old id");
      return this.#api.register(subject, text);
    }
  }
}

/** Look now and then, until the signal aborts. */
export function lookingAt(registered: KeptSchemas, clock: Pick<Clock, "every">, until: AbortSignal): void {
  if (until.aborted) return;
  const stop = clock.every(LOOK_MS, () => void registered.look());
  until.addEventListener("abort", stop, { once: true });
}

/** The API, with all that is registered by it kept registered. Whoever writes under an id goes on with that one. */
export function keptRegistered(
  api: RegistryApi,
  around: { readonly logger: Logger; readonly clock: Pick<Clock, "every">; readonly signal: AbortSignal },
): RegistryApi {
  const registered = new KeptSchemas(api, around.logger);
  lookingAt(registered, around.clock, around.signal);
  return {
    ...api,
    async register(subject, schema, type) {
      const id = await api.register(subject, schema, type);
      if (type === undefined) registered.note(subject, schema, id, () => {});
      return id;
    },
  };
}
