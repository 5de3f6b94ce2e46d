import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../../schemas/errors.ts";
import type { Logger } from "../../../runtime/logger.ts";
import { type Death, deathsAfter, isolated } from "./deaths.ts";
import { MarkFile, markIn, NO_MARK, type WorkMark } from "./mark-file.ts";

/**
 * Keeps one query from taking the others down: a query at whose work this server ended three times in a row, killed
 * because it hung or out of memory, is left out from then on.
 */
export interface Ward {
  readonly mark: WorkMark;
  /** Queries that are left out. */
  readonly isolated: ReadonlyMap<string, Death>;
  /** The query was terminated. */
  forget(query: string): void;
}

/** For servers whose state is in memory only. */
export const NO_WARD: Ward = { mark: NO_MARK, isolated: new Map(), forget() {} };

/**
 * @param folder - of this server's state; made where it is missing.
 * @param name - of this server among those that share the folder.
 */
export function openWard(folder: string, name: string, logger: Logger): Ward {
  const marked = join(folder, `${name}-at-work.json`);
  const died = join(folder, `${name}-deaths.json`);
  try {
    mkdirSync(folder, { recursive: true });
    let deaths = deathsAfter(deathsIn(died), markIn(marked));
    save(died, deaths);
    const out = new Map(isolated(deaths));
    for (const { query, topic, partition, offset, times } of out.values()) {
      logger.error(
        { query, topic, partition, offset },
        `${query} is left out: this server hung or ended ${times} times while it worked on the same record. TERMINATE it, or remove ${died} and start the server again to let it try once more`,
      );
    }
    return {
      mark: new MarkFile(marked),
      isolated: out,
      forget(query) {
        if (!deaths.some((death) => death.query === query)) return;
        deaths = deaths.filter((death) => death.query !== query);
        out.delete(query);
        save(died, deaths);
      },
    };
  } catch (error) {
    logger.warn(
      { reason: messageOf(error) },
      `queries that hang will not be left out: ${folder} cannot be used`,
    );
    return NO_WARD;
  }
}

function deathsIn(path: string): readonly Death[] {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as readonly Death[];
  } catch {
    return [];
  }
}

function save(path: string, deaths: readonly Death[]): void {
  writeFileSync(`${path}.new`, JSON.stringify(deaths), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
