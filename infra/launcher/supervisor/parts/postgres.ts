import { exitCodeOf, isCoded } from "../../../../schemas/errors.ts";
import { defined } from "../../../runtime/defined.ts";
import { ADMINISTRATOR, adminPassword } from "../../../runtime/security/postgres-admin.ts";
import { onPath, startChild } from "../process/child.ts";
import { logOf, type PartContext } from "../process/part-context.ts";
import { launchAfter, launchWork } from "../process/prepared.ts";
import { untilYes } from "../process/probe.ts";
import type { OnProcess } from "../process/run.ts";
import type { Part } from "../supervise/part.ts";
import { postgresEnvironment, preparePostgres } from "./postgres-files.ts";
import { FIRST } from "./programs.ts";

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
export function postgresPart(context: PartContext, url: string): Part {
  const { port } = new URL(url);
  const log = logOf(context.home, "postgres");
  return {
    name: "postgres",
    kind: "service",
    needs: [],
    feeds: [],
    yieldsTo: FIRST,
    url: url.replace(/\/\/[^@]*@/, "//"),
    log,
    holdsState: true,
    launch() {
      const admin = { user: ADMINISTRATOR, password: adminPassword(context.home) };
      const prepare = (onProcess: OnProcess) => preparePostgres(context.root, context.home, admin, onProcess);
      return launchAfter(prepare, (prepared) => {
        const settings = { ...SETTINGS, hba_file: prepared.hosts, "elevated.home": context.home };
        const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
        // Becoming another user clears the tie to the parent, so it is set behind that. Nor may it win back any right.
        const tie = onPath("setpriv") ? ["setpriv", "--pdeathsig", "INT", "--no-new-privs"] : [];
        const command = [...prepared.prefix, ...tie, prepared.postgres, "-D", prepared.data, "-p", port];
        const [program = prepared.postgres, ...args] = command;
        return startChild(
          {
            program,
            args: [...args, ...flags],
            cwd: prepared.cwd,
            env: postgresEnvironment(context.env),
            ...defined({ account: prepared.account }),
            log,
            // SIGTERM would wait until every client has gone.
            stopSignal: "SIGINT",
            tie: "none",
          },
          context.watchdog,
          async (ended) => {
            const { answersSql } = await import("./postgres-probe.ts");
            await untilYes((withinMs) => answersSql(url, withinMs), context.clock, ended);
            const { administer } = await import("../../../operator/postgres/administer.ts");
            const administered = async (): Promise<boolean> => {
              await administer({ connectionString: url }, admin.password);
              return true;
            };
            await untilYes(administered, context.clock, ended, isFinal);
          },
        );
      });
    },
  };
}

/** An answer that came too late may come in time at the next question; a wrong password stays wrong. */
function isFinal(error: unknown): boolean {
  return !(isCoded(error) && error.retryable);
}

/**
 * Tables and seeds.
 *
 * @param env - says where PostgreSQL is, and how to reach it.
 * @param home - where the password of the built-in one's administrator is; undefined: PostgreSQL is the user's own.
 */
export function databasePart(env: NodeJS.ProcessEnv, home: string | undefined): Part {
  return {
    name: "database",
    kind: "task",
    needs: ["postgres"],
    feeds: [],
    url: null,
    log: null,
    holdsState: false,
    launch: () =>
      launchWork(async () => {
        const [{ migrate }, { classroomMigrations, migrations }, { postgresAccessOf }] = await Promise.all([
          import("../../../operator/postgres/migrate.ts"),
          import("../../../operator/postgres/migrations.ts"),
          import("../../../runtime/security/postgres.ts"),
        ]);
        const access = postgresAccessOf(env);
        const { lendPublications, takePublications } = await import(
          "../../../operator/postgres/administer.ts"
        );
        const password = home === undefined ? undefined : adminPassword(home);
        if (password !== undefined) await lendPublications(access, password);
        await migrate(access, migrations());
        if (password !== undefined) await takePublications(access, password);
        const classroom = new URL(access.connectionString);
        classroom.pathname = "/classroom";
        await migrate({ ...access, connectionString: classroom.href }, classroomMigrations());
      }, exitCodeOf),
  };
}
