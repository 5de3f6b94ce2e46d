import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { DEFAULT_ENDPOINTS } from "../../runtime/service/endpoints.ts";
import { report } from "./finding.mjs";
import { clockFinding, diskFinding, filesFinding, memoryFinding, ptyFinding } from "./machine.mjs";
import { listening } from "./ports.mjs";
import { portOf, SERVICES } from "./services.mjs";
import { sourceFindings } from "./source.mjs";
import { transactionFindings } from "./transactions.mjs";

const MB = 1024 * 1024;

test("every address of a system is asked, at the ports of the defaults", () => {
  const known = Object.fromEntries(SERVICES.map(({ variable, usual }) => [variable, portOf(usual)]));
  const wanted = Object.entries(DEFAULT_ENDPOINTS).map(([name, address]) => [name, portOf(address)]);
  expect(known).toEqual(Object.fromEntries(wanted));
});

test("a table of stations that does not follow PostgreSQL is a problem, with what to do", () => {
  const source = { differing: 0, slots: [{ name: "s", retainedBytes: 48e6 }], problems: [] };
  expect(sourceFindings({ stations: { source } })).toMatchObject([
    { level: "ok", says: "as PostgreSQL has them; s keeps 48 MB" },
  ]);
  expect(sourceFindings({ stations: { source: { ...source, differing: 2 } } })).toMatchObject([
    { level: "note" },
  ]);
  const lost = { ...source, problems: ["the replication slot s is lost"] };
  expect(sourceFindings({ stations: { source: lost } })).toMatchObject([
    {
      level: "problem",
      says: "the replication slot s is lost",
      fix: expect.stringContaining("connect -- status"),
    },
  ]);
  expect(sourceFindings({ ready: true })).toEqual([]);
});

test("a transaction that hangs, and a part that Kafka refuses for good, are problems, with what the log says", () => {
  const well = new Map([
    ["audit", { ready: true, audit: { hanging: [] } }],
    ["central", { ready: true, dedup: { partitions: [0, 1] } }],
  ]);
  expect(transactionFindings(well)).toMatchObject([{ level: "ok" }]);
  expect(transactionFindings(new Map())).toEqual([]);
  const standing = [
    { partition: 1, code: "KAFKA_RECORD_REFUSED", message: "is this machine's clock right?" },
  ];
  const ill = new Map([
    ["audit", { ready: true, audit: { hanging: ["A transaction of producer 7 hangs in t-0."] } }],
    ["central", { ready: false, dedup: { partitions: [0], standing } }],
  ]);
  expect(transactionFindings(ill)).toMatchObject([
    { level: "problem", says: "A transaction of producer 7 hangs in t-0." },
    {
      level: "problem",
      says: expect.stringMatching(/^dedup writes nothing to partition 1: is this machine's clock/),
    },
  ]);
});

test("a disk that is nearly full is a problem, one with space is none", () => {
  expect(diskFinding(tmpdir(), () => 100 * MB)).toMatchObject({ level: "problem", says: /^100 MB free/ });
  expect(diskFinding(`${tmpdir()}/not/there`, () => 9_000 * MB)).toMatchObject({ level: "ok" });
});

test("memory is what the machine has, or what a control group leaves", () => {
  const meminfo = "MemTotal: 8000000 kB\nMemAvailable:    4096000 kB\n";
  expect(memoryFinding(meminfo)).toMatchObject({ level: "ok", says: "4000 MB available" });
  expect(memoryFinding(meminfo, { max: "max\n", current: "1" })).toMatchObject({ level: "ok" });
  const small = memoryFinding(meminfo, { max: String(1_000 * MB), current: String(500 * MB) });
  expect(small).toMatchObject({ level: "problem", says: /^500 MB/ });
  expect(memoryFinding(null)).toMatchObject({ level: "note" });
});

test("limits of open files and of terminals", () => {
  expect(filesFinding("Max open files            1024                 4096 files")).toMatchObject({
    level: "problem",
    fix: expect.stringContaining("ulimit -n"),
  });
  expect(filesFinding("Max open files            unlimited            unlimited files").level).toBe("ok");
  expect(ptyFinding({ max: "4096\n", used: "10\n", device: true }).level).toBe("ok");
  expect(ptyFinding({ max: "100\n", used: "10\n", device: true })).toMatchObject({
    level: "problem",
    says: /^90/,
  });
  expect(ptyFinding({ max: "4096", used: "0", device: false }).level).toBe("problem");
});

test("a clock is wrong when it is past, or apart from a server's", () => {
  const now = Date.UTC(2026, 0, 1, 12);
  const says = (date: string) => clockFinding(now, [{ server: "ksqlDB", date }]);
  expect(says("Thu, 01 Jan 2026 12:00:10 GMT").level).toBe("ok");
  expect(says("Thu, 01 Jan 2026 14:00:00 GMT")).toMatchObject({
    level: "problem",
    says: "ksqlDB's clock is 7200 s ahead",
  });
  expect(clockFinding(0).level).toBe("problem");
});

test("who listens is read from the kernel's table, and who only speaks there is not", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:22B8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0
   1: 0100007F:22B8 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0`;
  expect(listening(table, 8888)).toEqual(["socket:[4711]"]);
  expect(listening(table, 8889)).toEqual([]);
});

test("a report ends with how much there is to mend", () => {
  expect(report([{ check: "Java", level: "problem", says: "missing", fix: "install it" }])).toMatch(
    /✗ Java +missing\n +→ install it\n\n1 to mend/,
  );
});
