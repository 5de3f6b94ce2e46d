import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import type { AuditView } from "../../central/audit/view.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import type { Finding, FindingKind } from "../../schemas/audit.ts";
import { fleetRecord } from "../../schemas/testing/fleet-events.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { FleetSystem } from "./fleet-system.ts";

/* The auditor on real servers: the writer's rows are held against Kafka, and what is done to them has a name. */
let servers: TestServers;
let fleet: FleetSystem;
let view: AuditView;

beforeAll(async () => {
  servers = await startServers(["postgres"]);
});
beforeEach(async () => {
  const broker = inject("kafka");
  fleet = await FleetSystem.begin(servers.addresses.POSTGRES_URL, broker);
  const admin = await createKafka({
    brokers: [broker],
    clientId: "audited",
    logger: silentLogger,
    clock: systemClock,
  }).admin();
  await fleet.makeTopics(admin);
  await admin.close();
});
afterEach(() => fleet?.close());
afterAll(() => servers?.stop());

const LONG = { timeout: 90_000 };
/** Longer than a look, and one around the table. */
const NAMED_MS = 30_000;

const byKind = (x: Finding, y: Finding): number => (x.kind < y.kind ? -1 : 1);

/** @param expected - in order of their kinds. */
async function named(...expected: readonly [FindingKind, sequence: string][]): Promise<void> {
  await eventually(
    () =>
      expect(
        view.findings
          .toSorted(byKind)
          .map(({ kind, hop, deviceId, bootId, ranges }) => [
            kind,
            hop,
            deviceId,
            bootId,
            ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(" "),
          ]),
      ).toEqual(expected.map(([kind, sequence]) => [kind, "table", "V-1", 1, sequence])),
    NAMED_MS,
  );
}

test(
  "each record is a row, a repetition or a dead letter; a row that goes or changes is named, also after a restart",
  LONG,
  async () => {
    await fleet.writer();
    const first = fleet.auditor();
    view = await fleet.audit();
    await fleet.send(20);
    const twice = JSON.stringify(
      fleetRecord({
        sequence: 21,
        time: "2026-01-01T12:00:00.1234567+02:00",
        speed: 0.1,
        metadata: { b: 1e-7, a: "ä", "": -0 },
      }),
    );
    const conflict = twice.replace('"battery":80', '"battery":81');
    await fleet.sendBytes([twice, twice, "{", conflict].map((text) => Buffer.from(text)));
    await eventually(
      () =>
        expect(view.verdict?.fleet).toMatchObject({
          state: "holds",
          waiting: 0,
          audited: 24,
          rows: 21,
          repeated: 1,
          deadLetters: 2,
        }),
      NAMED_MS,
    );
    expect(view.findings).toEqual([]);

    const diag = "av_telemetry.diag";
    await fleet.client.query(`DELETE FROM ${diag} WHERE sequence BETWEEN 5 AND 7`);
    await fleet.client.query(`UPDATE ${diag} SET speed = 99 WHERE sequence = 9`);
    await named(["altered", "9"], ["lost", "5-7"]);
    expect(view.verdict?.fleet?.state).toBe("broken");

    await first.stop();
    await fleet.client.query(
      `INSERT INTO ${diag} SELECT (jsonb_populate_record(d, '{"sequence": 1000}')).* FROM ${diag} AS d WHERE sequence = 10`,
    );
    fleet.auditor();
    await named(["altered", "9"], ["lost", "5-7"], ["unexpected", "1000"]);
    const lost = view.findings.find(({ kind }) => kind === "lost");
    expect(lost?.evidence).toEqual([{ topic: fleet.topic, partition: 0, offset: 4 }]);
  },
);
