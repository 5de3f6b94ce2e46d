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

  /** @param onId - is told the id, and each one that comes in its place; left out: nobody is. */
  note(subject: string, text: string, id: number, onId?: (id: number) => void): void {
    const key = `${subject} ${text}`;
    const entry = this.#entries.get(key) ?? { subject, text, id, onId: new Set() };
    this.#entries.set(key, entry);
    if (!onId) return;
    entry.onId.add(onId);
    onId(entry.id);
  }

  /** What the registry does not have under its id is registered again. Others may have done so for some of it. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const elsewhere: (readonly [Entry, number | undefined])[] = [];
      for (const entry of [...this.#entries.values()]) {
        const there = await this.#api.lookUp(entry.subject, entry.text);
        if (there !== entry.id) elsewhere.push([entry, there]);
      }
      const moves = elsewhere.map(([entry, there]) => this.#moved(entry, there));
      // One that cannot be registered keeps no other from it.
      await Promise.allSettled(moves);
      const schemas = await Promise.all(moves);
      if (schemas.length > 0)
        this.#logger.warn({ schemas }, "the registry had lost schemas: they are registered there again");
      this.#trouble = undefined;
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== this.#trouble) this.#logger.warn({ reason }, "it is not known what the registry has");
      this.#trouble = reason;
    } finally {
      this.#isLooking = false;
    }
  }

  /** @returns in words, where it is now. */
  async #moved(entry: Entry, there: number | undefined): Promise<string> {
    const before = entry.id;
    entry.id = there ?? (await this.#restored(entry));
    for (const tell of entry.onId) tell(entry.id);
    return `${entry.subject}: ${before} → ${entry.id}`;
  }

  /** Keys of compacted topics have the id in them: under another one they would be other keys. */
  async #restored({ subject, text, id }: Entry): Promise<number> {
    try {
      return await this.#api.restore(subject, text, id);
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
      if (type === undefined) registered.note(subject, schema, id);
      return id;
    },
  };
}
