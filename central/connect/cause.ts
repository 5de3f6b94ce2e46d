/** What a failed task's Java trace comes from, as seen with Connect 4.3 and Debezium 3.7: the first that matches. */
const CAUSES: readonly (readonly [pattern: RegExp, cause: string])[] = [
  [/password authentication failed/i, "PostgreSQL refuses the user or the password: check POSTGRES_URL"],
  [/database ".*" does not exist/i, "PostgreSQL has no such database: check POSTGRES_URL"],
  [
    /relation ".*" does not exist|No table filters found/i,
    "the table stations is missing: set the database up first",
  ],
  [
    /Connection to \S+ refused|UnknownHostException|The connection attempt failed|ConnectException: Connection refused/i,
    "Connect cannot reach PostgreSQL: is it running, and does the address in POSTGRES_URL mean the same host from there?",
  ],
  [
    /can no longer get changes from replication slot|replication slot ".*" has been invalidated|replication slot ".*" does not exist/i,
    "its replication slot is lost: npm run connect -- apply makes a new one and reads the table again",
  ],
  [/wal_level/i, "PostgreSQL runs without logical replication: set wal_level=logical and restart it"],
  [
    /replication slot ".*" is active|already active for PID/i,
    "another connector reads the same replication slot: delete it, or set another CONNECT_SLOT",
  ],
  [
    /all replication slots are in use/i,
    "PostgreSQL has no free replication slot: raise max_replication_slots",
  ],
  [/publication ".*" does not exist/i, "the publication is missing: set the database up first"],
  [
    /must be superuser|permission denied|must have.*replication/i,
    "the PostgreSQL user may not replicate: give it REPLICATION and the right to read stations",
  ],
  [/no pg_hba.conf entry/i, "PostgreSQL's pg_hba.conf does not let this host in"],
  [
    /UnknownTopicOrPartition|not present in metadata/i,
    "the Kafka topic is missing, and the broker does not make it by itself",
  ],
  [/TopicAuthorization|GroupAuthorization/i, "Kafka does not allow Connect to write: check its ACLs"],
  [/ClassNotFoundException|Failed to find any class/i, "a plugin is not installed in this Connect"],
  [/No suitable driver/i, "the JDBC driver for PostgreSQL is not installed beside the JDBC connector"],
];

/** One sentence for a person, of a trace or of Connect's word on a setting. */
export function knownCause(text: string): string | undefined {
  return CAUSES.find(([pattern]) => pattern.test(text))?.[1];
}

/** One sentence for a person; the innermost exception where no cause is known. */
export function likelyCause(trace: string): string {
  const known = knownCause(trace);
  if (known !== undefined) return known;
  const exceptions = trace.split("\n").filter((line) => /^(Caused by: )?[\w.$]+(Exception|Error)/.test(line));
  return (exceptions.at(-1) ?? trace.split("\n", 1)[0] ?? "").replace(/^Caused by: /, "");
}
