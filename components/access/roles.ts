/**
 * Azure's built-in roles, as far as this project gives them. Pure. The only place where their ids stand.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
import { createHash } from "node:crypto";

export const roleIds = {
  AcrPull: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  "Azure AI Enterprise Network Connection Approver": "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
  "AzureML Compute Operator": "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815",
  "AzureML Data Scientist": "f6c7c914-8db3-469d-8ca1-694a8f32e121",
  "AzureML Metrics Writer": "635dd51f-9968-44d3-b7fb-6d9a6bd613ae",
  "AzureML Registry User": "1823dd4f-9b8c-4ab6-ab4e-7397a3684615",
  "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
  "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
  Contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "Key Vault Administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
  "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
  "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
  "Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb",
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  "Storage File Data Privileged Contributor": "69566ab7-960f-475b-8e7c-b3118f30c6bd",
  "Storage File Data Privileged Reader": "b8eda974-7b85-4f76-af95-65846b26df6d",
  "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
  "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
} as const;

export type Role = keyof typeof roleIds;

/** ARM id of a built-in role, as a subscription has it. */
export const roleDefinitionId = (subscriptionId: string, role: Role): string =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roleIds[role]}`;

/**
 * A condition (ABAC, version 2.0) that lets its holder give and take these roles alone, to managed identities, applications
 * and groups alone. One clause each for giving and taking: without the second anything could be taken away.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
 */
export function delegation(roles: readonly Role[]): string {
  const ids = roles.map((role) => roleIds[role]).join(", ");
  const attribute = (source: string, name: string) =>
    `@${source}[Microsoft.Authorization/roleAssignments:${name}]`;
  const clause = (verb: "write" | "delete", source: "Request" | "Resource") =>
    `((!(ActionMatches{'Microsoft.Authorization/roleAssignments/${verb}'})) OR ` +
    `(${attribute(source, "RoleDefinitionId")} ForAnyOfAnyValues:GuidEquals {${ids}} AND ` +
    `${attribute(source, "PrincipalType")} ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal', 'Group'}))`;
  return `${clause("write", "Request")} AND ${clause("delete", "Resource")}`;
}

/** Namespace of this project's role assignment names. Changing it renames, and so replaces, all of them. */
const NAMESPACE = "6f1c2f5e-8f0a-4c6b-9f57-0d6f4f0a7c11";

/**
 * The name of the one assignment of a role to a principal at a scope: the same in every run, never that of another
 * assignment anywhere. Case does not count, as Azure does not always give ids back in the case it got them.
 */
export const assignmentName = (scope: string, principalId: string, role: Role): string =>
  uuidV5(NAMESPACE, [scope, principalId, roleIds[role]].join("|").toLowerCase());

/** Name-based UUID, version 5 (RFC 9562, section 5.5). */
export function uuidV5(namespace: string, name: string): string {
  const bytes = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
