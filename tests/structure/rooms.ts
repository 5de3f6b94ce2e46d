/**
 * A part of the tree, and what it may import of the others.
 *
 * `levels` orders the part's rooms from top to bottom: main and what it puts together, adapters, ports, pure rules. A
 * room imports itself and rooms of lower levels. It imports no room beside it and none above it. A room is a folder
 * with all below it, or one file; the longest name that fits a path is its room.
 */
export interface TreePart {
  readonly name: string;
  /** Parts or rooms of others. */
  readonly imports: readonly string[];
  readonly levels: readonly (readonly string[])[];
}

/** What tests of a part may import besides. */
export const TEST_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  // What the server sends is held against what the page makes of it.
  "central/dashboard": ["central/dashboard/web/state"],
  "central/dashboard/web": ["infra/runtime/testing"],
};

const LIBRARY = ["schemas", "infra/runtime"];

/** A part that needs no order inside. */
function single(name: string, imports: readonly string[] = LIBRARY): TreePart {
  return { name, imports, levels: [[name]] };
}

/** Rooms of one part, each level under the part's own folder; "." is that folder itself. */
function part(name: string, imports: readonly string[], ...levels: readonly (readonly string[])[]): TreePart {
  const rooms = levels.map((level) => level.map((room) => (room === "." ? name : `${name}/${room}`)));
  return { name, imports, levels: rooms };
}

/** The one table of the import rules: where a thing stands, and what it may see. */
export const PARTS: readonly TreePart[] = [
  part("schemas", [], ["page"], ["avro", "wire"], ["."], ["avro/names.ts"], ["network"]),
  part(
    "infra/runtime",
    ["schemas"],
    ["registry", "postgres"],
    ["security"],
    ["service"],
    ["kafka/kafka.ts", "kafka/subscription.ts", "kafka/cluster-view.ts", "kafka/processor-probe.ts"],
    ["kafka/kafkajs", "http", "avro"],
    ["kafka/kafkajs/patches"],
    ["kafka/wire"],
    ["kafka/loop"],
    ["kafka"],
    ["."],
    ["text", "json"],
  ),
  part("infra/servers/rest-proxy", LIBRARY, ["."], ["http"], ["produce.ts"], ["core"], ["ports.ts"]),
  part("infra/servers/schema-registry", LIBRARY, ["."], ["http"], ["store.ts"], ["core"]),
  single("infra/servers/front-door"),
  part(
    "infra/servers/ksql",
    LIBRARY,
    ["."],
    ["rest"],
    ["service"],
    ["commands", "queries"],
    ["engine"],
    ["formats", "state"],
    ["isolation"],
    ["catalog/create.ts"],
    ["analysis"],
    ["catalog"],
    ["values"],
    ["sql"],
    ["errors.ts"],
  ),
  part("infra/operator", LIBRARY, ["bootstrap", "course", "partitions", "supply"], ["inspect", "postgres"]),
  part(
    "infra/launcher",
    [...LIBRARY, "infra/operator/postgres"],
    ["."],
    ["supervisor", "doctor"],
    ["supervisor/report"],
    ["supervisor/faults"],
    ["supervisor/status.ts"],
    ["supervisor/instances.ts"],
    ["supervisor/parts"],
    ["supervisor/addresses"],
    ["supervisor/summary-engine.ts"],
    ["supervisor/parts/kafka-cluster.ts"],
    ["supervisor/parts/kafka-storage.ts"],
    ["supervisor/parts/settings.ts"],
    ["supervisor/private-home.ts"],
    ["supervisor/process"],
    ["supervisor/supervise"],
    ["setup"],
    ["postgres"],
  ),
  single("infra/deploy", [...LIBRARY, "infra/launcher/setup"]),
  part(
    "firmware-sim",
    LIBRARY,
    ["."],
    ["report", "vehicles", "weather"],
    ["control"],
    ["faults/fault-board.ts"],
    ["devices"],
    ["line"],
    ["faults", "hosts", "city"],
    ["device"],
    ["options.ts", "state-file.ts"],
  ),
  part("edge", LIBRARY, ["."], ["serial", "uplink"], ["outbox"]),
  part(
    "gateway",
    LIBRARY,
    ["."],
    ["broker", "http", "instances"],
    ["access", "sessions"],
    ["bridge"],
    ["sink"],
  ),
  single("central", [
    ...LIBRARY,
    "central/audit",
    "central/dashboard",
    "central/dedup",
    "central/stations",
    "central/telemetry",
  ]),
  part("central/audit", LIBRARY, ["."], ["read"], ["core"], ["words.ts"]),
  part(
    "central/connect",
    LIBRARY,
    ["."],
    ["course"],
    ["commands.ts"],
    ["connectors.ts", "difference.ts", "heal.ts", "running.ts", "client.ts"],
    ["cause.ts", "slots.ts"],
    ["ports.ts"],
  ),
  part(
    "central/dashboard",
    [
      ...LIBRARY,
      "central/audit/evidence.ts",
      "central/audit/view.ts",
      "central/audit/words.ts",
      "central/records",
    ],
    ["."],
    ["server"],
    ["server/http", "server/live"],
    ["server/history"],
    ["server/experiments", "server/gtfs", "server/view"],
    ["server/incidents", "server/proof", "server/story"],
    ["server/incidents/rules", "server/story/bytes"],
    ["server/model"],
    ["server/fleet"],
  ),
  part(
    "central/dashboard/web",
    ["schemas", "infra/runtime/clock.ts"],
    ["."],
    ["incident"],
    ["lines/lines.tsx", "station", "pipeline", "header", "break", "parts", "replay", "story"],
    ["map", "headway"],
    ["lines", "fleet"],
    ["state"],
    ["rules"],
    ["texts"],
  ),
  part(
    "central/dedup",
    LIBRARY,
    ["."],
    ["dedup.ts"],
    ["metrics.ts"],
    ["task.ts"],
    ["clean-records.ts", "kept-sums.ts", "inspect.ts", "decode.ts", "station-topics.ts", "topics.ts"],
    ["station.ts"],
    ["device-boots.ts"],
    ["boot-page.ts"],
    ["boots.ts"],
    ["ranges.ts", "limits.ts"],
  ),
  part(
    "central/flink",
    LIBRARY,
    ["."],
    ["apply.ts"],
    ["jobs.ts", "texts.ts"],
    ["client.ts", "logins.ts", "checkpoints.ts", "foreign-rows.ts", "stopped.ts"],
    ["script.ts"],
  ),
  part("central/ksql", LIBRARY, ["main.ts"], ["shell"], ["."]),
  single("central/records", [...LIBRARY, "central/audit/core/ranges.ts", "central/audit/read/batch.ts"]),
  single("central/replay", [...LIBRARY, "central/audit/words.ts", "central/records"]),
  part(
    "central/stations",
    LIBRARY,
    ["."],
    ["stations.ts"],
    ["metrics.ts"],
    ["reconcile", "task.ts"],
    ["correction.ts", "state.ts"],
    ["table.ts"],
    ["row.ts"],
  ),
  part(
    "central/telemetry",
    LIBRARY,
    ["."],
    ["telemetry.ts"],
    ["database.ts"],
    ["insert.ts", "records.ts", "positions.ts", "lock-holders.ts", "dead-letters.ts"],
    ["conflicts.ts"],
    ["row.ts", "columns.ts", "rows.sql.ts", "splitting.ts", "write-counts.ts"],
  ),
];

/** What crosses parts stands here, and may import all of them. */
export const ACROSS = "tests";

/** Rooms of pure rules: no I/O of their own or of what they import. */
export const PURE: readonly string[] = [
  "central/audit/core",
  "central/connect/difference.ts",
  "central/dashboard/server/gtfs",
  "central/dashboard/server/incidents/rules",
  "central/dashboard/server/model",
  "central/dashboard/server/proof/findings.ts",
  "central/dashboard/server/proof/proof-view.ts",
  "central/dashboard/server/story/bytes",
  "central/dashboard/server/story/progress.ts",
  "central/dashboard/server/view",
  "central/dashboard/web/rules",
  "central/dashboard/web/texts",
  "central/dedup/ranges.ts",
  "central/flink/jobs.ts",
  "central/telemetry/splitting.ts",
  "edge/serial/step.ts",
  "edge/uplink/batch.ts",
  "edge/uplink/poison-search.ts",
  "edge/uplink/window.ts",
  "firmware-sim/city",
  "firmware-sim/device/ring.ts",
  "gateway/access/rules.ts",
  "gateway/bridge",
  "infra/runtime/kafka/loop/start.ts",
  "infra/runtime/text",
  "infra/servers/ksql/analysis",
  "infra/servers/ksql/catalog",
  "infra/servers/ksql/sql",
  "infra/servers/ksql/values",
  "infra/servers/schema-registry/core",
  "schemas/network",
  "schemas/page",
  "schemas/wire",
];

/** Modules of Node that only compute. */
export const COMPUTING: readonly string[] = [
  "node:buffer",
  "node:crypto",
  "node:events",
  "node:path",
  "node:util",
  "node:zlib",
];

/** Each package, and where it may be imported: one adapter each for those that speak to the world. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  ajv: ["infra/servers/rest-proxy/core"],
  "@lydell/node-pty": ["firmware-sim/hosts"],
  "@serialport/bindings-cpp": ["edge/serial", "firmware-sim/hosts"],
  aedes: ["gateway/broker"],
  avsc: [
    "schemas/avro",
    "infra/runtime/avro",
    "infra/runtime/registry",
    "infra/servers",
    "edge/outbox",
    "central/dedup",
  ],
  commander: ["infra", "firmware-sim", "edge", "gateway", "central"],
  express: ["central/dashboard/server"],
  "fastest-levenshtein": ["infra/runtime/text"],
  fflate: ["central/dashboard/server/gtfs"],
  "find-my-way": ["infra/runtime/http"],
  fzstd: ["infra/runtime/kafka/wire"],
  kafkajs: ["infra/runtime/kafka/kafkajs"],
  lmdb: ["edge/outbox", "infra/servers/ksql/state"],
  lz4js: ["infra/runtime/kafka/wire"],
  mqtt: ["edge/uplink"],
  "ordered-binary": ["edge/outbox/damage"],
  "node-fetch": ["firmware-sim"],
  pbf: ["central/dashboard/server/gtfs"],
  pg: [
    "infra/runtime/postgres",
    "infra/operator/postgres",
    "infra/launcher/supervisor/parts",
    "central/connect",
    "central/audit/fleet",
    "central/stations/reconcile",
    "central/telemetry",
    "firmware-sim/vehicles",
  ],
  pino: ["infra/runtime/logger.ts"],
  "pino-pretty": ["infra/runtime/logger.ts"],
  preact: ["central/dashboard/web"],
  "prom-client": ["infra", "firmware-sim", "edge", "gateway", "central"],
  protobufjs: ["infra/servers/schema-registry/core/protobuf"],
  re2js: [
    "infra/servers/ksql/values",
    "infra/servers/schema-registry/core/json-schema",
    "infra/servers/rest-proxy/core",
  ],
  semver: ["infra/operator/supply"],
  serialport: ["edge/serial", "firmware-sim/hosts"],
  snappyjs: ["infra/runtime/kafka/wire"],
  "socket.io": ["central/dashboard/server/live"],
  "socket.io-client": ["central/dashboard/web/state"],
  vite: ["central/dashboard/web/vite.config.ts"],
  ws: ["gateway/broker"],
  zod: ["schemas", "infra", "firmware-sim", "edge", "gateway", "central"],
};

/** Packages that only compute. */
export const COMPUTING_PACKAGES: readonly string[] = [
  "ajv",
  "avsc",
  "fastest-levenshtein",
  "fflate",
  "pbf",
  "protobufjs",
  "re2js",
  "zod",
];

/** Where the wall clock, timers and chance are: everything else is given a `Clock` and a `Random`. */
export const TIME_AND_CHANCE: readonly string[] = [
  "infra/runtime/clock.ts",
  "infra/runtime/random.ts",
  // These run before anything is built.
  "infra/launcher/doctor",
  "infra/launcher/setup",
];

/** Besides every `main.ts` and `config.ts`: where the environment is read. */
export const ENVIRONMENT: readonly string[] = ["infra/launcher"];

/**
 * Unit and integration tests that wait for a time, each with its reason. All others wait for a condition, by `eventually`
 * or `expect.poll`: a machine that is slower than the sleep makes a test fail, a faster one makes it wait in vain.
 */
export const SLEEPING_TESTS: Readonly<Record<string, string>> = {
  "central/ksql/apply.integration.test.ts": "between two questions to a server",
  "edge/kills-lose-nothing.integration.test.ts": "kills at random moments",
  "edge/outages-lose-nothing.integration.test.ts": "a line that is never silent",
  "infra/launcher/setup/progress.test.ts": "a step that takes long by a clock that is moved by hand",
  "infra/launcher/supervisor/infra.integration.test.ts": "between two questions to a server",
  "infra/runtime/testing/manual-clock.test.ts": "a sleep is what it tests",
  "infra/servers/ksql/ksql.integration.test.ts": "between two questions to a server",
  "tests/faults/answered-is-durable.integration.test.ts": "a client's pause after an error",
  "tests/faults/kafka-outage-loses-nothing.integration.test.ts": "an outage of a given length",
};

/** Lines of one function, its comments included. */
export const FUNCTION_LINES = 70;

/** The folders that hold sources. */
export const FOLDERS: readonly string[] = [
  "schemas",
  "infra",
  "firmware-sim",
  "edge",
  "gateway",
  "central",
  ACROSS,
];
