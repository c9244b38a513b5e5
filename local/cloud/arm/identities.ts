/** Managed identities of a resource: what `identity` of a body becomes. */
import { createHash } from "node:crypto";
import type { Problem } from "./errors.ts";
import { keyOf } from "./id.ts";
import { isObject, type JsonObject, objectAt, sameText, textAt } from "./json.ts";
import type { Cloud } from "./table.ts";

export const USER_ASSIGNED = "Microsoft.ManagedIdentity/userAssignedIdentities";

/** A GUID that is the same for the same text: identities of one resource are the same after each rebuild of this Azure. */
export function guidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/**
 * The identity with its principal ids. User-assigned ones must exist.
 * `salt` sets apart the identities of two resources that had the same id one after the other.
 */
export function resolveIdentity(
  cloud: Cloud,
  resourceId: string,
  salt: string,
  sent: unknown,
): { identity?: JsonObject; problems: Problem[] } {
  if (!isObject(sent)) return { problems: [] };
  const kinds = (textAt(sent, "type") ?? "None").split(",").map((kind) => kind.trim());
  const has = (kind: string) => kinds.some((word) => sameText(word, kind));
  const unknown = kinds.filter(
    (kind) => !["none", "systemassigned", "userassigned"].includes(kind.toLowerCase()),
  );
  const problems: Problem[] = unknown.map((kind) => ({
    code: "InvalidIdentityType",
    message: `The identity type '${kind}' is none of None, SystemAssigned, UserAssigned, 'SystemAssigned,UserAssigned'.`,
    target: "identity.type",
  }));
  const identity: JsonObject = {};
  if (has("SystemAssigned")) {
    identity["principalId"] = guidOf(`principal ${keyOf(resourceId)} ${salt}`);
    identity["tenantId"] = cloud.identity.tenantId;
  }
  if (has("UserAssigned")) {
    const assigned: JsonObject = {};
    for (const id of Object.keys(objectAt(sent, "userAssignedIdentities"))) {
      const found = cloud.store.get(keyOf(id));
      if (found?.type !== USER_ASSIGNED)
        problems.push({
          code: "FailedIdentityOperation",
          message: `Identity operation for resource '${resourceId}' failed: the identity '${id}' was not found.`,
          target: "identity.userAssignedIdentities",
        });
      else
        assigned[id] = {
          principalId: textAt(found.body, "properties.principalId") ?? "",
          clientId: textAt(found.body, "properties.clientId") ?? "",
        };
    }
    if (Object.keys(assigned).length === 0 && problems.length === 0)
      problems.push({
        code: "InvalidIdentityValues",
        message: "The identity type UserAssigned needs at least one entry in userAssignedIdentities.",
        target: "identity.userAssignedIdentities",
      });
    identity["userAssignedIdentities"] = assigned;
  }
  const words = [
    ...(has("SystemAssigned") ? ["SystemAssigned"] : []),
    ...(has("UserAssigned") ? ["UserAssigned"] : []),
  ];
  return { identity: { type: words.join(",") || "None", ...identity }, problems };
}

/** Principal ids of the user-assigned identities of a resource. */
export const userAssignedPrincipals = (body: JsonObject): string[] =>
  Object.values(objectAt(body, "identity.userAssignedIdentities")).flatMap(
    (entry) => textAt(entry, "principalId") ?? [],
  );
