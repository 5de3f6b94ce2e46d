import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { CodedError } from "../../../../schemas/errors.ts";
import { silentLogger } from "../../logger.ts";
import { kafkaContract } from "../kafka.contract.ts";
import { OFFSET_KEY, type Processor } from "../ports.ts";
import { type Counted, counterTask } from "../testing/contract-support.ts";
import { type MemoryKafka, memoryKafka } from "../testing/memory.ts";
import { HONEST, type Lies } from "../testing/memory-log.ts";

/*
 * The loop over a broker that lies in every way that was seen or can be thought of: what its readers see in the end is
 * each input once, in order, whatever was lost on the way.
 */
const TOPICS = { input: "in", output: "out", stateTopic: "state" } as const;
const ID = "group-in-0";

let lies: { -readonly [K in keyof Lies]: Lies[K] };
let kafka: MemoryKafka;
let counted: Counted;

beforeEach(async () => {
  lies = { ...HONEST };
  kafka = memoryKafka(() => 0, lies);
  counted = { failures: 0, restored: [], committed: 0, living: 0 };
  await makeTopics();
});

async function makeTopics(names: readonly string[] = Object.values(TOPICS)): Promise<void> {
  const admin = await kafka.admin();
  await admin.ensureTopics(names.map((topic) => ({ topic, partitions: 1 })));
}

function start(): Promise<Processor> {
  return kafka.processor({
    group: "group",
    inputs: [TOPICS.input],
    stateTopic: TOPICS.stateTopic,
    outputs: [TOPICS.output],
    task: (partition) => counterTask(TOPICS, partition, counted),
    maxRecords: 3,
  });
}

function write(...values: readonly string[]): void {
  kafka.append(values.map((value) => ({ topic: TOPICS.input, key: null, value: Buffer.from(value) })));
}

const outputs = (): readonly string[] => kafka.records(TOPICS.output).map(({ value }) => String(value));

async function quiet(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A producer of this id begins a transaction, writes, and is killed. @returns its epoch. */
function begins(id: string, ...values: readonly string[]): number {
  const { producerEpoch } = kafka.coordinator.fence(id);
  kafka.coordinator.begin(id, producerEpoch, [{ topic: TOPICS.output, partition: 0 }]);
  const records = values.map((value) => ({ topic: TOPICS.output, key: null, value: Buffer.from(value) }));
  kafka.coordinator.write(id, producerEpoch, records);
  return producerEpoch;
}

describe("a marker that is never written", () => {
  test("of a fenced predecessor: what it wrote is not counted with what its successor commits", async () => {
    begins(ID, "half done");
    lies.writesMarker = (place, outcome) => place.topic !== TOPICS.output || outcome === "commit";
    write("a", "b");
    lies.writesMarker = forgets(TOPICS.output, 1);
    const processor = await start();
    await quiet();
    expect(outputs()).toEqual(["0:1:a", "0:2:b"]);
    await processor.stop();
  });

  test("of a commit, then the death of its producer: what it committed is not lost", async () => {
    const first = await start();
    write("a");
    await quiet();
    lies.writesMarker = forgets(TOPICS.output, 1);
    // Dead before it could see that a partition has no marker.
    const producerEpoch = begins(ID, "0:2:b");
    kafka.coordinator.end(ID, producerEpoch, "commit");
    expect(outputs()).toEqual(["0:1:a"]);
    await first.stop();
    const second = await start();
    await quiet();
    expect(outputs()).toEqual(["0:1:a", "0:2:b"]);
    await second.stop();
  });

  test("of a commit, and its producer lives: it is written before anything else is", async () => {
    const processor = await start();
    lies.writesMarker = forgets(TOPICS.output, 1);
    write("a");
    await quiet();
    expect(outputs()).toEqual(["0:1:a"]);
    counted.failures = 1;
    write("b");
    await quiet();
    expect(outputs()).toEqual(["0:1:a", "0:2:b"]);
    await processor.stop();
  });
});

describe("a transaction of another producer that hangs in an output", () => {
  const hang = (): void => {
    begins("stranger", "never ended");
    lies.writesMarker = forgets(TOPICS.output, 1);
    kafka.coordinator.fence("stranger");
  };

  test("is ended before the first record is written", async () => {
    hang();
    write("a");
    const processor = await start();
    await quiet();
    expect(outputs()).toEqual(["0:1:a"]);
    expect(processor.troubles).toEqual([]);
    await processor.stop();
  });

  test("stops the task where it may not be ended, by name, and lets it go on afterwards", async () => {
    hang();
    lies.refusesMarkers = () => true;
    write("a");
    const processor = await start();
    await quiet();
    expect(kafka.log.end({ topic: TOPICS.output, partition: 0 })).toBe(1);
    write("b");
    await quiet();
    expect(processor.troubles).toEqual([
      {
        partition: 0,
        code: "KAFKA_HANGING_TRANSACTION",
        message: expect.stringMatching(
          /kafka-transactions.sh abort --topic out --partition 0 --start-offset 0/,
        ),
      },
    ]);
    lies.refusesMarkers = () => false;
    write("c");
    await quiet();
    expect(outputs()).toEqual(["0:1:a", "0:2:b", "0:3:c"]);
    expect(processor.troubles).toEqual([]);
    await processor.stop();
  });

  test("that it has committed is its own to finish, and not aborted by a neighbour that starts", async () => {
    const producerEpoch = begins("stranger", "committed");
    lies.writesMarker = forgets(TOPICS.output, 1);
    kafka.coordinator.end("stranger", producerEpoch, "commit");
    write("a");
    const processor = await start();
    await quiet();
    const [open] = kafka.log.open({ topic: TOPICS.output, partition: 0 });
    if (open) kafka.log.mark(open, open.producerId, "commit");
    expect(outputs()).toEqual(["committed", "0:1:a"]);
    await processor.stop();
  });

  test("while its coordinator still knows it, is neither waited for nor ended", async () => {
    const producerEpoch = begins("stranger", "still at work");
    write("a");
    const processor = await start();
    await quiet();
    kafka.coordinator.end("stranger", producerEpoch, "commit");
    await quiet();
    expect(outputs()).toEqual(["still at work", "0:1:a"]);
    await processor.stop();
  });
});

describe("a topic of the same name", () => {
  const again = async (...values: readonly string[]): Promise<void> => {
    kafka.log.remove(TOPICS.input);
    await makeTopics([TOPICS.input]);
    write(...values);
  };

  test("that is another one and has grown past the position is read from its start", async () => {
    const first = await start();
    write("a", "b");
    await quiet();
    await first.stop();
    await again("c", "d", "e", "f");
    const second = await start();
    await quiet();
    expect(outputs()).toEqual(["0:1:a", "0:2:b", "0:3:c", "0:4:d", "0:5:e", "0:6:f"]);
    await second.stop();
  });

  test("that is made while the loop runs is read from its start, without a gap", async () => {
    const processor = await start();
    write("a", "b");
    await quiet();
    await again("c", "d", "e", "f");
    await quiet();
    expect(outputs()).toEqual(["0:1:a", "0:2:b", "0:3:c", "0:4:d", "0:5:e", "0:6:f"]);
    await processor.stop();
  });

  test("of a home whose positions say nothing of their topic is taken for the old one, its counts kept", async () => {
    write("a", "b", "c");
    kafka.append([
      { topic: TOPICS.stateTopic, key: Buffer.from("n"), value: Buffer.from("2") },
      {
        topic: TOPICS.stateTopic,
        key: Buffer.from(`${OFFSET_KEY}${TOPICS.input}`, "latin1"),
        value: Buffer.from("2"),
      },
    ]);
    const processor = await start();
    await quiet();
    expect(outputs()).toEqual(["0:3:c"]);
    await processor.stop();
  });
});

describe("an input that no longer has the position, while the loop runs", () => {
  const input = { topic: TOPICS.input, partition: 0 };
  let said: { readonly fields: unknown; readonly message: unknown }[];
  beforeEach(async () => {
    said = [];
    const error = (fields: unknown, message: unknown): void => {
      said.push({ fields, message });
    };
    kafka = memoryKafka(() => 0, lies, { ...silentLogger, error: error as typeof silentLogger.error });
    await makeTopics();
  });

  test("because retention was ahead of it: the task ends, its successor names what is gone and goes on", async () => {
    const processor = await start();
    write("a", "b", "c", "gone", "gone", "f");
    kafka.log.deleteBefore(input, 5);
    await quiet();
    expect(outputs()).toEqual(["0:1:a", "0:2:b", "0:3:c", "0:4:f"]);
    expect(said).toMatchObject([
      {
        fields: { ...input, next: 5, was: { next: 3 }, bounds: { first: 5, end: 6 } },
        message: "in-0: records were deleted before they were processed",
      },
    ]);
    await processor.stop();
  });

  test("because its end was cut off: that is named, and what comes then is counted", async () => {
    const processor = await start();
    write("a", "b", "c");
    await quiet();
    kafka.log.cutOff(input, 1);
    write("d");
    await quiet();
    write("e");
    await quiet();
    expect(outputs()).toEqual(["0:1:a", "0:2:b", "0:3:c", "0:4:e"]);
    expect(said).toMatchObject([
      {
        fields: { ...input, next: 2, was: { next: 3 } },
        message: "in-0: the topic has lost records that were processed: it is read from its end",
      },
    ]);
    await processor.stop();
  });

  test("a gap that aborted records leave is none of that", async () => {
    const processor = await start();
    const { producerEpoch } = kafka.coordinator.fence("stranger");
    kafka.coordinator.begin("stranger", producerEpoch, [input]);
    kafka.coordinator.write("stranger", producerEpoch, [{ ...input, key: null, value: Buffer.from("no") }]);
    kafka.coordinator.end("stranger", producerEpoch, "abort");
    write("a");
    await quiet();
    expect(outputs()).toEqual(["0:1:a"]);
    expect(said).toEqual([]);
    await processor.stop();
  });
});

describe("what the broker refuses for ever", () => {
  test.each(["INVALID_TIMESTAMP", "MESSAGE_TOO_LARGE"])(
    "%s: is not tried for ever, and says so",
    async (broker) => {
      let asked = 0;
      lies.refuses = (record) => {
        if (record.topic !== TOPICS.output) return undefined;
        asked++;
        return new CodedError("KAFKA_RECORD_REFUSED", {
          message: broker,
          retryable: false,
          context: { broker },
        });
      };
      const processor = await start();
      write("a");
      await quiet();
      await quiet();
      expect(asked).toBe(3);
      expect(processor.troubles).toMatchObject([{ partition: 0, code: "KAFKA_RECORD_REFUSED" }]);
      lies.refuses = HONEST.refuses;
      write("b");
      await quiet();
      expect(outputs()).toEqual(["0:1:a", "0:2:b"]);
      expect(processor.troubles).toEqual([]);
      await processor.stop();
    },
  );
});

/** The coordinator forgets the next `count` markers of this topic. */
function forgets(topic: string, count: number): Lies["writesMarker"] {
  let left = count;
  return (place) => place.topic !== topic || left-- <= 0;
}

/** Lies at random, but not for ever: `odds` in a hundred, until so many were told. */
function liar(seed: number, odds: number, until: number): Lies {
  let state = seed >>> 0;
  let told = 0;
  const lie = (): boolean => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    if (told >= until || (state >>> 8) % 100 >= odds) return false;
    told++;
    return true;
  };
  return {
    ...HONEST,
    writesMarker: () => !lie(),
    losesEnd: lie,
    losesReply: lie,
  };
}

test("whatever is lost, in whatever order, each input is counted once and in its order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.constantFrom("write", "fail", "restart", "wait"), { minLength: 5, maxLength: 40 }),
      async (seed, odds, steps) => {
        kafka = memoryKafka(() => 0, liar(seed, odds, 60));
        counted = { failures: 0, restored: [], committed: 0, living: 0 };
        await makeTopics();
        let processor = await start();
        let written = 0;
        for (const step of steps) {
          if (step === "write") write(String(++written));
          else if (step === "fail") counted.failures++;
          else if (step === "wait") await new Promise((resolve) => setImmediate(resolve));
          else {
            await processor.stop();
            processor = await start();
          }
        }
        counted.failures = 0;
        for (let turn = 0; turn < 50 && outputs().length < written; turn++) {
          await quiet();
          kafka.append([]);
        }
        await processor.stop();
        expect(outputs()).toEqual(Array.from({ length: written }, (_, n) => `0:${n + 1}:${n + 1}`));
      },
    ),
    { numRuns: 100 },
  );
});

let seed = 1;
kafkaContract("a lying broker in memory", async () => {
  // A task is not told of a commit whose reply was lost, and the contract counts what it was told.
  const liarsKafka = memoryKafka(() => 0, { ...liar(seed++, 30, 200), losesReply: () => false });
  // What hangs in spite of all is tried again when somebody appends, as on a real broker after a while.
  const again = setInterval(() => liarsKafka.append([]), 5);
  return { kafka: liarsKafka, prefix: "t.", close: async () => clearInterval(again) };
});
