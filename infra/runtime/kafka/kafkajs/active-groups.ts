import type { Admin } from "kafkajs";
import type { ActiveGroup } from "../ports.ts";

/** Consumer groups that have members now. */
export async function activeGroups(admin: Admin): Promise<readonly ActiveGroup[]> {
  const listed = await admin.listGroups();
  const ids = listed.groups.flatMap(({ groupId, protocolType }) =>
    protocolType === "consumer" ? [groupId] : [],
  );
  if (ids.length === 0) return [];
  const { groups } = await admin.describeGroups(ids);
  return groups.flatMap(({ groupId, members }) =>
    members.length > 0
      ? [{ group: groupId, clients: [...new Set(members.map(({ clientId }) => clientId))] }]
      : [],
  );
}
