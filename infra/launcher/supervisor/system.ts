import { CodedError } from "../../../schemas/errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/logger.ts";
import { seededRandom } from "../../runtime/random.ts";
import { type Endpoints, writeEndpoints } from "../../runtime/service/endpoints.ts";
import { choosePorts, type PortChoice, reservePort } from "./addresses/ports.ts";
import { ReservedPorts } from "./addresses/reserved.ts";
import { addressesOf, runElsewhere, SERVERS } from "./addresses/servers.ts";
import { portWishes } from "./addresses/wishes.ts";
import { type StartOptions, simulatorArgs, watched } from "./options.ts";
import { catalogue, partNames } from "./parts/catalogue.ts";
import { expectsTrain, FIRST_TRAIN } from "./parts/first-train.ts";
import { FLINK_PARTS } from "./parts/flink-settings.ts";
import { type Brokers, brokerNames, brokersFor, counted } from "./parts/kafka-cluster.ts";
import type { NewTopics } from "./parts/kafka-settings.ts";
import { PROBED } from "./parts/programs.ts";
import { type HomeSecrets, loginsFor, tokenFile, withPostgresPassword } from "./private-home.ts";
import { toolchainOf } from "./process/jvm.ts";
import type { PartContext } from "./process/part-context.ts";
import type { Watchdog } from "./process/watchdog.ts";
import { summaryEngineFor } from "./summary-engine.ts";
import { checkNames, choose } from "./supervise/order.ts";
import type { Part } from "./supervise/part.ts";

export interface SystemContext {
  readonly root: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly watchdog: Watchdog;
  readonly logger: Logger;
  /** Of a private home; undefined: it is not. */
  readonly secrets?: HomeSecrets | undefined;
}

/** What a command is about. */
export interface Extent {
  /** Its parts; null: all. */
  readonly only: readonly string[] | null;
  /** The servers serve other people's topics, which Kafka makes so; left out: they serve our own system. */
  readonly platform?: NewTopics;
}

/** What a start will run, and where. */
export interface SystemPlan {
  readonly parts: readonly Part[];
  readonly addresses: Endpoints;
  /** Settings by which our programs log in at the servers that run here; empty unless the home is private. */
  readonly logins: Readonly<Record<string, string>>;
  /** Released one by one, as the parts start. */
  readonly ports: ReservedPorts;
  /** What its parts run with. */
  readonly context: PartContext;
  /** What a person should know before it starts. */
  readonly notes: readonly string[];
}

/**
 * Can these options ever be right? Asked before anything else: who misspells a part wants to hear of that, and not that
 * a system runs already.
 *
 * @throws {CodedError} USAGE, CONFIG_INVALID
 */
export function checkOptions(
  context: Pick<SystemContext, "env" | "home">,
  { only = [], without, brokers }: Pick<StartOptions, "only" | "without" | "brokers">,
): void {
  checkNames([...only, ...without], partNames(chooseBrokers(context, brokers)));
}

/**
 * Decide what runs here and on which ports.
 *
 * @throws {CodedError} USAGE, PORT_TAKEN
 */
export async function planSystem(
  context: SystemContext,
  options: StartOptions,
  extent: Extent,
): Promise<SystemPlan> {
  const { env, home, secrets } = context;
  const brokers = chooseBrokers(context, options.brokers);
  const names = brokerNames(brokers);
  const elsewhere = withFlink(withBrokers(runElsewhere(env), names));
  const wishes = portWishes(options, names, PROBED, env).filter((wish) => !elsewhere.includes(wish.name));
  const random = seededRandom(context.clock.now(), `ports ${process.pid}`);
  const choices = await choosePorts(wishes, reservePort, random);
  const ports = new ReservedPorts(choices, reservePort);
  const portOf = (name: string): number => ports.portOf(name);
  const usual = addressesOf(new Map(choices.map(({ name, port }) => [name, port])), brokers, env);
  const addresses = elsewhere.includes("postgres") ? usual : withOwnPassword(usual, secrets);
  // Gets the logins too, once it is known which servers run here.
  const inherited = childEnvironment(env, addresses, home);
  const partContext: PartContext = {
    root: context.root,
    home,
    clock: context.clock,
    watchdog: context.watchdog,
    toolchain: toolchainOf(context.root),
    env: inherited,
  };
  const everything = catalogue(partContext, {
    addresses,
    portOf,
    elsewhere,
    brokers,
    durable: options.durable,
    // A platform for other people's topics has ksql for other people's statements.
    engine: extent.platform ? "ksql" : summaryEngineFor(context),
    sources: options.sources,
    logger: context.logger,
    secrets,
    simulatorArgs: simulatorArgs(options),
    watched: watched(options),
    platform: extent.platform,
  });
  const only = options.only ?? extent.only;
  const wanted = only && withBrokers(only, names);
  const missing = everything.missing.filter(({ name }) => !wanted || wanted.includes(name));
  const found = wanted?.filter((name) => !missing.some((program) => program.name === name)) ?? null;
  const chosen = choose(everything.parts, found, withBrokers(options.without, names));
  const here = chosen.filter((part) => !elsewhere.includes(part.name));
  const trainComes = expectsTrain(namesOf(here), options);
  const parts = here.filter((part) => part.name !== FIRST_TRAIN || trainComes);
  const running = new Set(namesOf(parts));
  ports.keepOnly([...running, "supervisor"]);
  const logins = secrets ? loginsFor(servedHere(running), secrets) : {};
  Object.assign(inherited, logins);
  return {
    parts: parts.map((part) => releasingPorts(part, ports)),
    addresses,
    logins,
    ports,
    context: partContext,
    notes: [
      ...(secrets ? [`this home is private: every write asks for the token in ${tokenFile(home)}`] : []),
      ...missing.map(({ name, entry }) => `${name} is left out: there is no ${entry}`),
      ...(options.brokers === undefined && brokers > 1 && running.has("kafka")
        ? [`Kafka has ${counted(brokers)}: this home was made so`]
        : []),
      ...addressNotes({ env, addresses, running, choices }),
    ],
  };
}

function namesOf(parts: readonly Part[]): readonly string[] {
  return parts.map((part) => part.name);
}

const FLINK_IS_OPEN =
  "Flink asks nobody for a login: other users of this machine can run programs as you by its ports";

/** What is not as usual: servers elsewhere, and who may reach them. */
function addressNotes(plan: {
  readonly env: NodeJS.ProcessEnv;
  readonly addresses: Endpoints;
  readonly running: ReadonlySet<string>;
  readonly choices: readonly PortChoice[];
}): readonly string[] {
  const { env, addresses, running, choices } = plan;
  return [
    ...(running.has("flink-jobmanager") ? [FLINK_IS_OPEN] : []),
    ...runElsewhere(env).map((name) => `${name} runs elsewhere: ${addressOf(name, addresses)}`),
    ...movedPorts(choices)
      .filter(({ name }) => running.has(name))
      .map(({ note }) => note),
  ];
}

/** Its ports are held until it starts. */
function releasingPorts(part: Part, ports: ReservedPorts): Part {
  return {
    ...part,
    launch() {
      ports.release(part.name);
      return part.launch();
    },
  };
}

/**
 * @throws {CodedError} CONFIG_INVALID when the home has another number of brokers, USAGE when they are the user's own
 */
function chooseBrokers(
  { env, home }: Pick<SystemContext, "env" | "home">,
  brokers: Brokers | undefined,
): Brokers {
  if (!env["KAFKA_BROKERS"]) return brokersFor(home, brokers);
  if (brokers === undefined) return 1;
  throw new CodedError("USAGE", {
    message:
      "--brokers is about the built-in Kafka, and KAFKA_BROKERS names another one: leave out one of the two",
    retryable: false,
  });
}

/** Who names a broker means all: alone it is no Kafka. */
function withBrokers(parts: readonly string[], brokers: readonly string[]): readonly string[] {
  return parts.some((part) => brokers.includes(part)) ? [...new Set([...parts, ...brokers])] : parts;
}

/** Who names a SQL gateway has a cluster behind it. */
function withFlink(parts: readonly string[]): readonly string[] {
  return parts.includes("flink-gateway") ? [...new Set([...parts, ...FLINK_PARTS])] : parts;
}

/** Addresses of what runs here and of what the user named: a server that is not there is not named. */
export function publishEndpoints(home: string, plan: SystemPlan, env: NodeJS.ProcessEnv): void {
  writeEndpoints(home, Object.fromEntries(known(plan, runElsewhere(env))), plan.logins);
}

/** Where the servers that run here listen. */
export function servedAddresses(plan: SystemPlan): readonly string[] {
  // Without the login that a database's address holds.
  return known(plan, []).map(([, address]) => address.replace(/\/\/[^@/]*@/, "//"));
}

function known(
  { parts, addresses }: SystemPlan,
  elsewhere: readonly string[],
): readonly (readonly [name: keyof Endpoints, address: string])[] {
  const names = new Set([...parts.map((part) => part.name), ...elsewhere]);
  return servedHere(names).map((endpoint) => [endpoint, addresses[endpoint]]);
}

/** The settings of the addresses of these parts, and of the supervisor. */
function servedHere(names: ReadonlySet<string>): readonly (keyof Endpoints)[] {
  return SERVERS.filter(({ part }) => part === "supervisor" || names.has(part)).map(
    ({ endpoint }) => endpoint,
  );
}

function withOwnPassword(addresses: Endpoints, secrets: HomeSecrets | undefined): Endpoints {
  if (!secrets) return addresses;
  return { ...addresses, POSTGRES_URL: withPostgresPassword(addresses.POSTGRES_URL, secrets) };
}

function addressOf(part: string, addresses: Endpoints): string {
  const server = SERVERS.find((each) => each.part === part);
  // A database's address holds its password.
  return server ? addresses[server.endpoint].replace(/\/\/[^@/]*@/, "//") : "";
}

function movedPorts(choices: readonly PortChoice[]): readonly { name: string; note: string }[] {
  return choices.flatMap(({ name, port, insteadOf }) =>
    insteadOf === null ? [] : [{ name, note: `port ${insteadOf} is in use: ${name} takes ${port}` }],
  );
}

/** What our own children inherit: the user's settings, every address, and nothing of the npm that ran us. */
function childEnvironment(env: NodeJS.ProcessEnv, addresses: Endpoints, home: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(env).filter(([name]) => !/^npm_|^PROBE_(PORT|HOST)$/.test(name));
  return { ...Object.fromEntries(inherited), ...addresses, ELEVATED_HOME: home };
}
