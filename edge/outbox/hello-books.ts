import { type HelloFrame, MAX_PENDING_BOOTS } from "../../schemas/wire/frame.ts";
import { countsOf, type EarlierMemory, type Ledger, MAX_MEMORIES, NOTHING, named } from "./ledger.ts";
import { markOf, newMark, withMark } from "./marks.ts";

/** A boot whose readings up to `stored` this outbox will never be given, because the device has them no more. */
export interface Base {
  readonly bootId: number;
  readonly stored: number;
}

/**
 * Where the boots named in a HELLO begin, if that is beyond what is stored of them. A HELLO that names as many boots
 * as fit may hide others, so only then nothing is said of a boot it does not name.
 */
export function basesOf(hello: HelloFrame, storedOf: (bootId: number) => number): readonly Base[] {
  const named: Base[] = hello.pending.map((p) => ({ bootId: p.bootId, stored: p.first - 1 }));
  const complete = hello.pending.length < MAX_PENDING_BOOTS;
  if (complete && !hello.pending.some((p) => p.bootId === hello.bootId)) {
    named.push({ bootId: hello.bootId, stored: hello.seq });
  }
  return named.filter((base) => base.stored > storedOf(base.bootId));
}

/** Earlier boots of this memory of which the device holds nothing any more, and this outbox not all. */
function endsOf(hello: HelloFrame, ledger: Ledger): readonly Base[] {
  if (hello.pending.length >= MAX_PENDING_BOOTS) return [];
  const waits = new Set([hello.bootId, ...hello.pending.map(({ bootId }) => bootId)]);
  return ledger.boots
    .filter((mark) => mark.memoryBootId === hello.memoryBootId && !waits.has(mark.bootId))
    .filter((mark) => mark.numbered > mark.stored)
    .map(({ bootId, numbered }) => ({ bootId, stored: numbered }));
}

/**
 * Take over what a HELLO says: the device's memory, its numbers, and where its boots begin.
 *
 * What the device numbered and neither holds nor has given to this outbox is counted as forgotten, and as stored and
 * published too, because nothing waits for it any more.
 */
export function adopt(before: Ledger, hello: HelloFrame): Ledger {
  let ledger = before.memoryBootId === hello.memoryBootId ? before : switched(before, hello.memoryBootId);
  const storedOf = (bootId: number): number => markOf(ledger.boots, bootId)?.stored ?? 0;
  const memory = hello.memoryBootId;
  for (const { bootId, last, nonce = null } of hello.pending) {
    const mark = markOf(ledger.boots, bootId) ?? newMark(bootId, memory);
    const numbered = Math.max(mark.numbered, last);
    const heard = { ...mark, nonce: mark.nonce ?? nonce, memoryBootId: memory, numbered };
    ledger = { ...ledger, boots: withMark(ledger.boots, heard) };
  }
  for (const { bootId, stored } of [...basesOf(hello, storedOf), ...endsOf(hello, ledger)]) {
    const mark = markOf(ledger.boots, bootId) ?? newMark(bootId, memory);
    // Of a boot of which it has nothing the outbox begins here; of another it has a hole.
    const begins = mark.stored === 0 ? { first: stored + 1 } : {};
    const isDrained = mark.stored === 0 || mark.published === mark.stored;
    const published = isDrained ? stored : mark.published;
    ledger = named(ledger, "vanished-outbox", bootId, mark.stored + 1, stored);
    ledger = { ...ledger, boots: withMark(ledger.boots, { ...mark, ...begins, stored, published }) };
  }
  const current = markOf(ledger.boots, hello.bootId) ?? newMark(hello.bootId, memory);
  const boots = withMark(ledger.boots, { ...current, nonce: hello.bootNonce, memoryBootId: memory });
  ledger = hear({ ...ledger, boots }, hello);
  if (hello.pending.length >= MAX_PENDING_BOOTS) return ledger;
  const missing = hello.pending.reduce(
    (n, p) => n + Math.max(0, p.last - Math.max(storedOf(p.bootId), p.first - 1)),
    0,
  );
  const settled = hello.priorNumbered + hello.seq - missing;
  const forgotten = Math.max(0, settled - ledger.stored);
  return {
    ...ledger,
    stored: ledger.stored + forgotten,
    published: ledger.published + forgotten,
    forgotten: ledger.forgotten + forgotten,
  };
}

/**
 * Another memory is on the line: a HELLO says so, whatever its boot ids are. What the one before had numbered and not
 * given is gone with it, unless that memory comes back.
 */
function switched(before: Ledger, memoryBootId: number): Ledger {
  // A device's first, or the first since its ledger was made again from its queue.
  if (before.memoryBootId === null) return { ...before, memoryBootId };
  const back = before.earlier.find((memory) => memory.memoryBootId === memoryBootId);
  const { numbered, happened, stored, published, quarantined, forgotten } = back ?? NOTHING;
  let ledger: Ledger = {
    ...before,
    memoryBootId,
    bootId: back?.bootId ?? null,
    ...{ numbered, happened, stored, published, quarantined, forgotten },
    memoryFrom: before.head,
    earlier: before.earlier.filter((memory) => memory !== back),
  };
  if (back) ledger = foundAgain(ledger);
  const gone: EarlierMemory = {
    memoryBootId: before.memoryBootId,
    bootId: before.bootId,
    ...countsOf(before),
  };
  ledger = { ...ledger, earlier: [...ledger.earlier, gone].slice(-MAX_MEMORIES) };
  for (const mark of before.boots) {
    if (mark.memoryBootId !== before.memoryBootId || mark.numbered <= mark.stored) continue;
    ledger = named(ledger, "erased-memory", mark.bootId, mark.stored + 1, mark.numbered);
    ledger = { ...ledger, erased: ledger.erased + mark.numbered - mark.stored };
  }
  return ledger;
}

/** The present memory was given up for gone and is back: what it holds is not lost. */
function foundAgain(ledger: Ledger): Ledger {
  const own = new Set(
    ledger.boots.filter((mark) => mark.memoryBootId === ledger.memoryBootId).map((mark) => mark.bootId),
  );
  const back = ledger.losses.filter((loss) => loss.reason === "erased-memory" && own.has(loss.bootId));
  const readings = back.reduce((n, loss) => n + loss.to - loss.from + 1, 0);
  return {
    ...ledger,
    erased: Math.max(0, ledger.erased - readings),
    losses: ledger.losses.filter((loss) => !back.includes(loss)),
  };
}

/** What a HELLO and a HEARTBEAT have in common. */
export type HelloPosition = Pick<
  HelloFrame,
  "bootId" | "memoryBootId" | "priorNumbered" | "priorHappened" | "seq" | "total"
>;

/** The numbers of a HELLO or HEARTBEAT. They only rise within a memory; another memory's are left alone. */
export function hear(ledger: Ledger, said: HelloPosition): Ledger {
  if (ledger.memoryBootId !== said.memoryBootId) return ledger;
  const numbered = said.priorNumbered + said.seq;
  const happened = said.priorHappened + said.total;
  const fresh = ledger.bootId === null || said.bootId > ledger.bootId || numbered >= ledger.numbered;
  if (!fresh) return ledger;
  const mark = markOf(ledger.boots, said.bootId);
  const boots = mark
    ? withMark(ledger.boots, {
        ...mark,
        numbered: Math.max(mark.numbered, said.seq),
        happened: Math.max(mark.happened, said.total),
      })
    : ledger.boots;
  return { ...ledger, bootId: said.bootId, numbered, happened, boots };
}
