import kafkajs, { type Admin } from "kafkajs";
import type { ActiveGroup } from "../ports.ts";

/** Consumer groups that have members now. */
export async function activeGroups(admin: Admin): Promise<readonly ActiveGroup[]> {
  const listed = await admin.listGroups();
  const ids = listed.groups.flatMap(({ groupId, protocolType }) =>
    protocolType === "consumer" ? [groupId] : [],
  );
  if (ids.length === 0) return [];
  const { groups } = await admin.describeGroups(ids);
  return groups.flatMap(({ groupId: group, members }) => {
    if (members.length === 0) return [];
    const clients = new Set(members.map(({ clientId }) => clientId));
    const topics = new Set(members.flatMap(({ memberMetadata }) => subscribed(memberMetadata)));
    return [{ group, clients: [...clients], topics: [...topics] }];
  });
}

/** A member that is only about to join has said nothing yet. */
function subscribed(metadata: Buffer): readonly string[] {
  if (metadata.length === 0) return [];
  return kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? [];
}
