import { describe, expect, test } from "vitest";
import { chooseStanding, type Situation } from "./standing.mjs";

const NOBODY = { name: "nobody", uid: 65534, gid: 65533 };
const POSTGRES = { name: "postgres", uid: 101, gid: 104 };
const ALICE = { name: "alice", uid: 1000, gid: 1000 };
const line = ({ name, uid, gid }: typeof NOBODY): string => `${name}:x:${uid}:${gid}::/:/bin/sh\n`;
const ROOT = "root:x:0:0:root:/root:/bin/sh\n";

/** A root that may do everything, on a machine with all the usual accounts. */
const choose = (change: Partial<Situation> = {}) =>
  chooseStanding({
    uid: 0,
    named: true,
    passwd: ROOT + [NOBODY, POSTGRES, ALICE].map(line).join(""),
    owner: undefined,
    canBecome: () => true,
    canMap: () => true,
    ...change,
  });

describe("PostgreSQL, which refuses to run as root,", () => {
  test("runs as the user that starts it where that is not root", () => {
    expect(choose({ uid: 1000 })).toEqual({ kind: "self" });
  });

  test("runs as its own account for root, or as nobody where there is no other", () => {
    expect(choose()).toEqual({ kind: "account", account: POSTGRES });
    expect(choose({ passwd: ROOT + line(NOBODY) })).toEqual({ kind: "account", account: NOBODY });
    const cannotBePostgres = ({ uid }: { readonly uid: number }): boolean => uid !== POSTGRES.uid;
    expect(choose({ canBecome: cannotBePostgres })).toEqual({ kind: "account", account: NOBODY });
  });

  test("goes on as the account that made its data, whatever came to the system since", () => {
    expect(choose({ owner: NOBODY })).toEqual({ kind: "account", account: NOBODY });
    expect(choose({ owner: ALICE })).toEqual({ kind: "account", account: ALICE });
    const gone = { uid: 4711, gid: 4711 };
    expect(choose({ owner: gone })).toMatchObject({ kind: "account", account: gone });
    expect(choose({ owner: { uid: 0, gid: 0 } })).toEqual({ kind: "account", account: POSTGRES });
  });

  test("shows the only user of a container under another number", () => {
    const alone = { canBecome: () => false };
    expect(choose(alone)).toEqual({ kind: "namespace", account: NOBODY });
    expect(choose({ ...alone, canMap: () => false })).toContain("root may become none of postgres, nobody");
  });

  test("has a name even where the user has none", () => {
    expect(choose({ uid: 4711, named: false })).toEqual({ kind: "namespace", account: NOBODY });
    expect(choose({ uid: 4711, named: false, canMap: () => false })).toContain("user 4711");
  });
});
