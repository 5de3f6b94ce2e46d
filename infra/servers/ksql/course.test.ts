import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../runtime/project-root.ts";
import { openHarness } from "./testing/harness.ts";

test("the statements of the course's page count entries, and give values as the page shows them", async () => {
  const page = readFileSync(join(projectRoot(), "docs", "course.md"), "utf8");
  const [, statements = ""] = /```sql\n([^`]+)```/.exec(page) ?? [];
  const h = await openHarness();
  await h.topics("org.chicago.cta.turnstiles.v1");
  await h.ksql(statements.replace("VALUE_FORMAT='AVRO'", "VALUE_FORMAT='JSON'"));
  const entry = { STATION_ID: 40380, STATION_NAME: "Clark/Lake", LINE: "blue" };
  h.put("org.chicago.cta.turnstiles.v1", ["a record of its own", entry], [null, entry]);
  const values = (await h.written("TURNSTILE_SUMMARY", 2)).map(({ value }) => value);
  expect(values).toEqual(['{"STATION_ID":40380,"COUNT":1}', '{"STATION_ID":40380,"COUNT":2}']);
  const [, shown = ""] = /Each value is `([^`]+)`/.exec(page) ?? [];
  expect(Object.keys(JSON.parse(shown) as object)).toEqual(
    Object.keys(JSON.parse(values[0] ?? "") as object),
  );
  await h.close();
});
