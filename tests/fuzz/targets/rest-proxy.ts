import { parseAvroSchema } from "../../../infra/runtime/avro/type.ts";
import { RestError } from "../../../infra/runtime/http/errors.ts";
import { AvroJsonError, encodeAvroJson } from "../../../infra/servers/rest-proxy/core/avro-json.ts";
import { binaryBytes, jsonBytes } from "../../../infra/servers/rest-proxy/core/embedded.ts";
import { parseProduceRequest } from "../../../infra/servers/rest-proxy/core/request.ts";
import { isCoded } from "../../../schemas/errors.ts";
import { refusing, type Target } from "../target.ts";
import { repeated, texts } from "./texts.ts";

const SCHEMA = JSON.stringify({
  type: "record",
  name: "R",
  fields: [
    { name: "t", type: "int" },
    { name: "l", type: ["null", "long", "string", { type: "enum", name: "E", symbols: ["A", "B"] }] },
    { name: "m", type: { type: "map", values: { type: "array", items: "double" } } },
    { name: "f", type: { type: "fixed", name: "F", size: 2 } },
    { name: "b", type: "bytes" },
  ],
});
const DATUM = '{"t":1,"l":{"long":9007199254740993},"m":{"a":[1.5,2]},"f":"ab","b":"\\u00ff"}';
const request = (records: string, schema = SCHEMA): string =>
  `{"value_schema":${JSON.stringify(schema)},"records":[${records}]}`;

export const restProxy: Target = {
  name: "rest-proxy",
  about: "produce requests: JSON, Base64, Avro's JSON encoding",
  maxBytes: 4 * 1024 * 1024,
  corpus: texts(
    request(`{"key":null,"value":${DATUM},"partition":0}`),
    request('{"value":{"t":1,"l":null,"m":{},"f":"ab","b":""}}'),
    '{"records":[{"key":"AQID","value":"AA=="},{"value":{"a":[1,2,{"b":null}]}}],"value_schema_id":7}',
  ),
  families: {
    "n records": (n) => Buffer.from(request(repeated(n, () => `{"value":${DATUM}}`))),
    "n branches": (n) =>
      Buffer.from(
        request(
          repeated(n, () => `{"value":{"S${n - 1}":{}}}`),
          `[${repeated(n, (i) => `{"type":"record","name":"S${i}","fields":[]}`)}]`,
        ),
      ),
    "n symbols": (n) =>
      Buffer.from(
        request(
          repeated(n, () => `{"value":"A${n - 1}"}`),
          `{"type":"enum","name":"E","symbols":[${repeated(n, (i) => `"A${i}"`)}]}`,
        ),
      ),
    "n symbols, none of them": (n) =>
      Buffer.from(
        request(
          repeated(n, () => `{"value":"B"}`),
          `{"type":"enum","name":"E","symbols":[${repeated(n, (i) => `"A${i}"`)}]}`,
        ),
      ),
    "n arrays in each other": (n) => {
      const depth = Math.min(n, 400);
      const type = `${'{"type":"array","items":'.repeat(depth)}"int"${"}".repeat(depth)}`;
      return Buffer.from(request(`{"value":${"[".repeat(depth)}"x"${"]".repeat(depth)}}`, type));
    },
    "an integer of n digits": (n) => Buffer.from(request(`{"value":${"9".repeat(n)}}`, '"long"')),
    "padding of n": (n) => Buffer.from(`{"records":[{"value":"AA${"=".repeat(n)}!"}]}`),
  },
  take: (input) => {
    let parsed: ReturnType<typeof parseProduceRequest> | undefined;
    const taken = refusing(
      () => {
        parsed = parseProduceRequest(input.toString());
      },
      (error) => error instanceof RestError,
    );
    if (!parsed) return taken;
    const { records, valueSchema } = parsed;
    const convert = [binaryBytes, jsonBytes].map((by) =>
      refusing(
        () => records.map(({ value }) => by(value)),
        (e) => e instanceof RestError,
      ),
    );
    const { text } = valueSchema;
    if (text === undefined) return convert.includes(true);
    return refusing(
      () => {
        const { type } = parseAvroSchema(text);
        for (const { value } of records) encodeAvroJson(type, value);
      },
      (error) => error instanceof AvroJsonError || isCoded(error, "AVRO_INVALID"),
    );
  },
};
