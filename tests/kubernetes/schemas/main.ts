import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { EXIT } from "../../../schemas/errors.ts";
import { KEDA, KUBERNETES, STRIMZI } from "./sources.ts";
import { needed, type Schema, shared, strictSchema } from "./strict.ts";

const HELP = `Writes tests/kubernetes/schemas/*.json again, from Go modules and Maven artifacts; needed where sources.ts changes.
It asks for Go, Maven and Java 21. JAVA names another Java than the PATH's.

Example:
  JAVA=/opt/java-21/bin/java node --import tsx tests/kubernetes/schemas/main.ts
`;

const asked = process.argv.slice(2);
if (asked.length > 0) {
  const isHelp = asked.some((word) => ["--help", "-h"].includes(word));
  (isHelp ? process.stdout : process.stderr).write(HELP);
  process.exit(isHelp ? EXIT.ok : EXIT.usage);
}

const java = process.env["JAVA"] ?? "java";
/** Strimzi's generator is compiled for it. */
const JAVA_VERSION = 21;

/** Of `java -version`, which it writes to stderr; 0: there is none. */
function javaVersion(): number {
  const { stderr } = spawnSync(java, ["-version"], { encoding: "utf8" });
  return Number(/version "(\d+)/.exec(stderr ?? "")?.[1] ?? 0);
}
if (javaVersion() < JAVA_VERSION) {
  process.stderr.write(
    `${java} is not Java ${JAVA_VERSION}, which Strimzi's generator needs: name one as JAVA\n`,
  );
  process.exit(EXIT.failure);
}

const here = join(projectRoot(), "tests", "kubernetes", "schemas");
const work = mkdtempSync(join(tmpdir(), "schemas-"));

const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, {
    cwd: work,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "inherit"],
  });

/** A Go module's folder. */
function goModule(module: string, version: string): string {
  return (
    JSON.parse(run("go", ["mod", "download", "-json", `${module}@${version}`])) as { readonly Dir: string }
  ).Dir;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly storage: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/** The schemas of CustomResourceDefinitions, by `group/version/kind`. */
function custom(texts: readonly string[]): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    texts.flatMap((text) => {
      const { spec } = parse(text) as Definition;
      return spec.versions
        .filter(({ storage }) => storage)
        .map(({ name, schema }) => [
          `${spec.group}/${name}/${spec.names.kind}`,
          strictSchema(schema.openAPIV3Schema),
        ]);
    }),
  );
}

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function kubernetes(): Readonly<Record<string, Schema>> {
  const folder = join(goModule(KUBERNETES.module, KUBERNETES.version), "api", "openapi-spec", "v3");
  const texts = KUBERNETES.documents.map((name) =>
    readFileSync(join(folder, `${name}_openapi.json`), "utf8"),
  );
  const all = Object.assign(
    {},
    ...texts.map((text) => (JSON.parse(text) as OpenApi).components.schemas),
  ) as OpenApi["components"]["schemas"];
  const strict = Object.fromEntries(
    Object.entries(all).map(([name, schema]) => [name, strictSchema(schema)]),
  );
  const kinds = Object.entries(all).flatMap(([name, schema]) => {
    const [own] = (schema["x-kubernetes-group-version-kind"] ?? []) as readonly GroupVersionKind[];
    if (!own || !(KUBERNETES.kinds as readonly string[]).includes(own.kind)) return [];
    return [[[own.group, own.version, own.kind].filter((part) => part !== "").join("/"), name] as const];
  });
  const used = needed(
    kinds.map(([, name]) => name),
    strict,
  );
  return {
    ...Object.fromEntries(used.map((name) => [name, strict[name] ?? {}])),
    ...Object.fromEntries(kinds.map(([kind, name]) => [kind, { $ref: `#/$defs/${name}` }])),
  };
}

function strimzi(): readonly string[] {
  const artifacts = ["api", "crd-generator"].map((name) => `${STRIMZI.group}:${name}:${STRIMZI.version}`);
  for (const artifact of artifacts)
    run("mvn", [
      "-B",
      "-q",
      "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy",
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${work}`,
    ]);
  const files = STRIMZI.classes.map((name) => join(work, `${name}.yaml`));
  const versions = ["--crd-api-version", "v1", "--api-versions", "v1", "--storage-version", "v1"];
  const classes = STRIMZI.classes.map((name, at) => `io.strimzi.api.kafka.model.${name}=${files[at]}`);
  run(java, [
    "-cp",
    join(work, "*"),
    "io.strimzi.crdgenerator.CrdGenerator",
    "--target-kube",
    "1.16+",
    ...versions,
    "--yaml",
    ...classes,
  ]);
  return files.map((file) => readFileSync(file, "utf8"));
}

function keda(): readonly string[] {
  const folder = join(goModule(KEDA.module, KEDA.version), "config", "crd", "bases");
  return KEDA.files.map((name) => readFileSync(join(folder, name), "utf8"));
}

function write(name: string, source: string, schemas: Readonly<Record<string, Schema>>): void {
  const $comment = `Made from ${source} (Apache-2.0) by tests/kubernetes/schemas/main.ts: texts left out, unknown fields refused.`;
  const lines = Object.entries(shared(schemas).$defs).map(
    ([key, schema]) => `${JSON.stringify(key)}:${JSON.stringify(schema)}`,
  );
  const text = `{"$comment":${JSON.stringify($comment)},"$defs":{\n${lines.join(",\n")}\n}}\n`;
  writeFileSync(join(here, `${name}.json`), text);
  process.stdout.write(`${name}.json: ${lines.length} definitions, ${Math.ceil(text.length / 1024)} KiB\n`);
}

try {
  write("kubernetes", `${KUBERNETES.module} ${KUBERNETES.version}`, kubernetes());
  write("strimzi", `${STRIMZI.group}:api ${STRIMZI.version}`, custom(strimzi()));
  write("keda", `${KEDA.module} ${KEDA.version}`, custom(keda()));
} finally {
  rmSync(work, { recursive: true });
}
