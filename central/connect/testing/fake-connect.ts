import { createServer } from "node:http";
import { closeServer, listen } from "../../../infra/runtime/http/listen.ts";

interface Connector {
  config: Record<string, string>;
  state: string;
  tasks: { id: number; state: string; trace?: string }[];
}

/** Kafka Connect's REST API as this project uses it, with what it answers in the test's hands. */
export interface FakeConnect {
  readonly url: string;
  readonly connectors: Map<string, Connector>;
  /** Class names of installed plugins. */
  plugins: string[];
  /** Errors that validation finds, by setting. */
  problems: Record<string, string[]>;
  /** How many requests are still answered with this status instead. */
  outage: { status: number; left: number };
  /** What becomes of a connector that is created, changed or restarted. */
  onStart: (connector: Connector) => void;
  /** `METHOD path`, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function fakeConnect(): Promise<FakeConnect> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      const path = (request.url ?? "").split("?", 1)[0] ?? "";
      fake.asked.push(`${request.method} ${path}`);
      const [status, answer] = answerTo(fake, request.method ?? "", path, body);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(answer === undefined ? undefined : JSON.stringify(answer));
    });
  });
  const { url } = await listen(server, 0);
  const fake: FakeConnect = {
    url,
    connectors: new Map(),
    plugins: ["io.debezium.connector.postgresql.PostgresConnector"],
    problems: {},
    outage: { status: 503, left: 0 },
    onStart(connector) {
      connector.tasks = [{ id: 0, state: "RUNNING" }];
    },
    asked: [],
    close: () => closeServer(server),
  };
  return fake;
}

type Answer = readonly [status: number, body?: unknown];

function answerTo(fake: FakeConnect, method: string, path: string, body: string): Answer {
  if (fake.outage.left > 0) {
    fake.outage.left--;
    return [fake.outage.status, { error_code: fake.outage.status, message: "not now" }];
  }
  const [kind, name = "", part] = path.slice(1).split("/").map(decodeURIComponent);
  if (path === "/connector-plugins")
    return [200, fake.plugins.map((plugin) => ({ class: plugin, type: "source" }))];
  if (kind === "connector-plugins")
    return [200, validation(fake, JSON.parse(body) as Record<string, string>)];
  if (path === "/connectors") return [200, [...fake.connectors.keys()]];
  if (method === "PUT") return put(fake, name, JSON.parse(body) as Record<string, string>);
  const connector = fake.connectors.get(name);
  if (!connector) return [404, { error_code: 404, message: `Connector ${name} not found` }];
  if (method === "DELETE") return [fake.connectors.delete(name) ? 204 : 404];
  if (part === "config") return [200, connector.config];
  if (part === "restart") {
    fake.onStart(connector);
    return [202, {}];
  }
  const { state, tasks } = connector;
  return [200, { name, connector: { state, worker_id: "w" }, tasks, type: "source" }];
}

function put(fake: FakeConnect, name: string, config: Record<string, string>): Answer {
  const known = fake.connectors.get(name);
  const connector = known ?? { config, state: "RUNNING", tasks: [] };
  connector.config = { ...config, name };
  fake.connectors.set(name, connector);
  fake.onStart(connector);
  return [known ? 200 : 201, { name, config, tasks: [] }];
}

function validation(fake: FakeConnect, config: Record<string, string>): unknown {
  const configs = Object.keys({ ...config, ...fake.problems }).map((setting) => ({
    value: { name: setting, value: config[setting] ?? null, errors: fake.problems[setting] ?? [] },
  }));
  return { name: config["connector.class"], error_count: Object.keys(fake.problems).length, configs };
}
