import type { Exchange } from "../../../runtime/http/exchange.ts";
import type { InRecord } from "../../../runtime/kafka/ports.ts";
import { refuse } from "../errors.ts";
import { recordPrinter } from "../queries/print.ts";
import type { KsqlService } from "../service/ksql-service.ts";
import type { PrintStatement } from "../service/run-query.ts";
import { DELIMITED_TYPE } from "./row-writers.ts";

/** `PRINT 'topic'`: a line for each record, as text. */
export async function printTopic(
  exchange: Exchange,
  service: KsqlService,
  statement: PrintStatement,
): Promise<void> {
  const { topic, fromBeginning, interval, limit = Number.POSITIVE_INFINITY } = statement;
  const { kafka, admin, registry } = service.deps;
  if (!(await admin.listTopics()).includes(topic)) {
    throw refuse(
      `Could not find topic '${topic}', or the KSQL user does not have permissions to list the topic. Topic names are case-sensitive.`,
    );
  }
  const print = recordPrinter(registry);
  let seen = 0;
  let printed = 0;
  let finish = (): void => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  exchange.begin(200, DELIMITED_TYPE);
  const tail = await kafka.tail({
    topics: [topic],
    from: fromBeginning ? "beginning" : "end",
    async onRecords(records: readonly InRecord[]) {
      for (const record of records) {
        if (printed >= limit || seen++ % interval !== 0) continue;
        printed++;
        await exchange.write(`${await print(record)}\n`);
        if (printed >= limit) finish();
      }
    },
  });
  exchange.onClose(finish);
  await over;
  void tail.stop();
  exchange.end();
}
