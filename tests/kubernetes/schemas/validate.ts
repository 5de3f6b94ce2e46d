import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import type { Manifest } from "../manifests.ts";
import type { Schema } from "./strict.ts";

const FILES = ["kubernetes", "strimzi", "keda"];

/** Looks at one object. @returns what is wrong with it, nothing if it is as its kind's schema wants it. */
export type Validate = (object: Manifest) => readonly string[];

/** Each kind by the API's own schema, or by its definition's. */
export function validator(): Validate {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const folder = join(projectRoot(), "tests", "kubernetes", "schemas");
  const all = FILES.map(
    (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as { readonly $defs: Schema },
  );
  ajv.addSchema({ $id: "all", $defs: Object.assign({}, ...all.map(({ $defs }) => $defs)) as Schema });
  return (object) => {
    const kind = `${object.apiVersion}/${object.kind}`;
    const validate = ajv.getSchema(`all#/$defs/${kind.replaceAll("/", "~1")}`);
    if (!validate) return [`there is no schema of ${kind}`];
    validate(object);
    return (validate.errors ?? []).map(
      ({ instancePath, message = "", params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
