import { Command, InvalidArgumentError } from "commander";
import { EXIT } from "../../../schemas/errors.ts";
import { HARMLESS_OUTPUT } from "../../runtime/service/commands.ts";
import { DAY_OPTIONS } from "../../runtime/service/day-options.ts";
import type { Brokers } from "./parts/kafka-cluster.ts";

/** What a start was asked for. */
export interface StartOptions {
  /** These parts and what they need; absent: all that the command is about. */
  readonly only?: readonly string[];
  readonly without: readonly string[];
  /** The page's port, exactly. */
  readonly port?: number;
  readonly home?: string;
  readonly quiet: boolean;
  readonly json: boolean;
  /** Run TypeScript sources instead of what set-up built. */
  readonly sources: boolean;
  /** Take free ports everywhere. */
  readonly freePorts: boolean;
  /** Kafka's brokers; absent: as the home was made, or one. */
  readonly brokers?: Brokers;
  /** Kafka writes each message through to the disk. */
  readonly durable: boolean;
  /** Other users of this machine may not use its servers; absent: as the home is. */
  readonly private?: boolean;
  /** Of `infra`'s Kafka: `num.partitions` and `auto.create.topics.enable`; absent: Kafka's own. */
  readonly partitions?: number;
  readonly autoCreate?: boolean;
  /** Passed on to the simulator; `traffic: false` is its `--no-traffic`. */
  readonly speed?: string;
  readonly seed?: string;
  readonly from?: string;
  readonly lines?: string;
  readonly stations?: string;
  readonly rate?: string;
  readonly traffic?: boolean;
  readonly weather?: boolean;
}

export interface StatusOptions {
  readonly home?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** The commands of the supervisor; what they do is the caller's. */
export interface Actions {
  start(options: StartOptions): Promise<void>;
  infra(options: StartOptions): Promise<void>;
  status(options: StatusOptions): Promise<void>;
}

export function commandLine(actions: Actions): Command {
  const program = new Command("elevated")
    .configureOutput(HARMLESS_OUTPUT)
    .description("The whole system, or parts of it, on this machine.")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage));
  startOptions(program.command("start"))
    .description("Start every part, show how they come up, then one line of figures.")
    .option("--speed <factor>", "service time per wall time (simulator; default 60)", as(DAY_OPTIONS.speed))
    .option("--seed <n>", "the simulated day (simulator)", as(DAY_OPTIONS.seed))
    .option(
      "--from <time>",
      "the city's clock begins here (simulator; default: where it stopped)",
      as(DAY_OPTIONS.from),
    )
    .option("--lines <list>", "red,blue,green (simulator; default all)", as(DAY_OPTIONS.lines))
    .option("--stations <ids>", "only the devices of these (simulator)", as(DAY_OPTIONS.stations))
    .option("--rate <n>", "no city: so many readings per second and device (simulator)", as(DAY_OPTIONS.rate))
    .option("--no-traffic", "devices are up, but nothing happens that is not ordered (simulator)")
    .option("--no-weather", "no weather box (simulator)")
    .addHelpText(
      "after",
      `
Examples:
  npm start                                        everything, page on http://localhost:8888
  npm start -- --port 9000 --speed 120             the page elsewhere, twice the usual speed
  npm start -- --without firmware-sim,edge         a system that waits for your own devices
  npm start -- --only kafka,schema-registry        some servers and what they need
  npm start -- --brokers 3 --home /tmp/three       three Kafka brokers: kill -9 any one of them
  npm start -- --private                           a machine of several users: only you may write
  KAFKA_BROKERS=k1:9092 npm start                  your own Kafka instead of the built-in one`,
    )
    .action(actions.start);
  startOptions(program.command("infra"))
    .description(
      "Start only the servers: Kafka, Connect, the registry, the REST Proxy, ksqlDB, PostgreSQL.\n\n" +
        "A platform for programs of your own: Kafka is empty and makes topics as its own defaults say. " +
        "PostgreSQL has the stations.",
    )
    .option("--partitions <n>", "of topics made without a number (num.partitions; default: 1)", positive)
    .option("--no-auto-create", "no topic appears by itself (auto.create.topics.enable=false)")
    .addHelpText(
      "after",
      `
Examples:
  npm run infra                                    all of them, until Ctrl+C
  npm run infra -- --only kafka,schema-registry    two of them and what they need
  npm run infra -- --partitions 3 --no-auto-create  topics only by order, of three partitions
  npm run infra -- --brokers 3 --home /tmp/three   three Kafka brokers: kill -9 any one of them
  POSTGRES_URL=postgresql://… npm run infra        your own PostgreSQL instead of the built-in one

Your own solution of the Kafka course: docs/course.md. Parts of this project by hand: npm run bootstrap first.`,
    )
    .action(actions.infra);
  program
    .command("status")
    .description("The running system: its processes, rates, backlogs and the proof.")
    .option("--home <folder>", "the system's state folder (default: ELEVATED_HOME or .elevated)")
    .option("--watch", "again every two seconds, until Ctrl+C")
    .option("--json", "as JSON; with --watch one line each time")
    .addHelpText(
      "after",
      `
Examples:
  npm run status                                   processes, memory, rates, backlogs, the proof
  npm run status -- --watch                        the same, always as it is now
  npm run -s status -- --json | jq .proof.state    for programs`,
    )
    .action(actions.status);
  return program;
}

function startOptions(command: Command): Command {
  return command
    .option("--only <parts>", "only these parts and what they need, separated by commas", list)
    .option("--without <parts>", "not these parts", list, [])
    .option("--port <port>", "the page's port", portNumber)
    .option("--home <folder>", "where state lives (default: ELEVATED_HOME or .elevated)")
    .option("--free-ports", "take free ports instead of the usual ones", false)
    .option("--brokers <n>", "Kafka's brokers, 1 or 3: of three, any one may be gone (default: 1)", brokers)
    .option("--durable", "Kafka flushes every message to the disk: proof against power cuts, slower", false)
    .option(
      "--private",
      "for a machine of several users: every write asks for a token or a password; it stays so",
    )
    .option("--no-private", "end that: as by default, every user of this machine may use the servers")
    .option("--sources", "run the TypeScript sources instead of the built files", false)
    .option("--quiet", "print problems only", false)
    .option("--json", "print each part's changes as JSON lines", false);
}

function brokers(text: string): Brokers {
  if (text === "1" || text === "3") return Number(text) as Brokers;
  throw new InvalidArgumentError("give 1 or 3: of two, none could be missed");
}

function list(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** What the simulator would refuse is refused before anything starts; it gets the words as they were given. */
function as(parse: (text: string) => unknown): (text: string) => string {
  return (text) => {
    parse(text);
    return text;
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("give a whole number, 1 or more");
}

function portNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  throw new InvalidArgumentError("give a port from 1 to 65535");
}

/** The simulator's share of the options. */
export function simulatorArgs(options: StartOptions): readonly string[] {
  const values = (["speed", "seed", "from", "lines", "stations", "rate"] as const).flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${name}`, value];
  });
  const switches = (["traffic", "weather"] as const).flatMap((name) =>
    options[name] === false ? [`--no-${name}`] : [],
  );
  return [...values, ...switches];
}

/** The page's share of them: what does not run is not missing. */
export function watched({ lines, stations }: StartOptions): Readonly<Record<string, string>> {
  return {
    ...(lines === undefined ? {} : { DASHBOARD_LINES: lines }),
    ...(stations === undefined ? {} : { DASHBOARD_STATIONS: stations }),
  };
}
