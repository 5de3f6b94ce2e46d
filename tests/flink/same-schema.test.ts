import { expect, test } from "vitest";
import { SUMMARY_SCHEMA } from "../../central/flink/texts.ts";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { avroSchema } from "../../infra/servers/ksql/formats/avro-schema.ts";
import { BIGINT } from "../../infra/servers/ksql/sql/types.ts";

test("Flink's values have the schema that ksql registers, which the contract's reads", () => {
  expect(JSON.parse(avroSchema([{ name: "COUNT", type: BIGINT }], true, false))).toEqual(SUMMARY_SCHEMA);
  const bytes = avroType("turnstile-summary").toBuffer({ COUNT: 7 });
  expect(bytes).toEqual(Buffer.from([2, 14]));
});
