import type { Type } from "avsc";
import { parseAvroSchema } from "../../../../runtime/avro/type.ts";
import type { ParsedSchema, ResolvedReference, Roles } from "../parsed.ts";
import { canonicalText } from "./canonical.ts";
import type { Problem } from "./problems.ts";
import { readProblems } from "./resolution.ts";

class AvroSchema implements ParsedSchema {
  readonly schemaType = "AVRO";
  readonly canonical: string;
  readonly type: Type;

  constructor(canonical: string, type: Type) {
    this.canonical = canonical;
    this.type = type;
  }

  get normalized(): string {
    return this.canonical;
  }

  problems(writer: ParsedSchema, roles: Roles): readonly string[] {
    if (!(writer instanceof AvroSchema)) return [];
    return readProblems(this.type, writer.type).map((problem) => sentence(problem, roles));
  }
}

/** @throws {CodedError} AVRO_INVALID */
export function parseAvro(text: string, references: readonly ResolvedReference[]): ParsedSchema {
  const { json, type } = parseAvroSchema(
    text,
    references.map(({ schema }) => schema),
  );
  return new AvroSchema(canonicalText(json), type);
}

function sentence(problem: Problem, { reader, writer }: Roles): string {
  const text = problem.text
    .replaceAll("%reader", `${reader} schema`)
    .replaceAll("%writer", `${writer} schema`);
  return `{errorType:'${problem.kind}', description:'${text}', additionalInfo:'${problem.detail}'}`;
}
