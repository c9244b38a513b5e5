/** Microsoft.Authorization: role assignments, role definitions, locks; all at any scope. */
import { ArmError } from "../errors.ts";
import { LOCK } from "../gates.ts";
import { ancestry, keyOf, nameOf } from "../id.ts";
import { USER_ASSIGNED } from "../identities.ts";
import { asText, sameText, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import { type Cloud, ok, type ProviderTable, type WriteContext } from "../table.ts";
import { nameRule } from "./modes.ts";
import { ROLES } from "./roles.ts";

export const ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments";
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a principal has one of these roles on a resource, at its own scope or above. */
export function hasRole(
  cloud: Cloud,
  principals: readonly string[],
  roles: readonly string[],
  resourceId: string,
): boolean {
  return ancestry(keyOf(resourceId)).some((scope) =>
    cloud.store.children(scope, ROLE_ASSIGNMENT).some(({ body }) => {
      const role = ROLES[nameOf(textAt(body, "properties.roleDefinitionId") ?? "").toLowerCase()];
      return (
        role !== undefined &&
        roles.includes(role) &&
        principals.includes(textAt(body, "properties.principalId") ?? "")
      );
    }),
  );
}

/** What a directory would call the principal; undefined if it knows none. */
function principalTypeOf(cloud: Cloud, principalId: string): string | undefined {
  if (sameText(principalId, cloud.identity.objectId)) return "ServicePrincipal";
  const entry = cloud.store.entry(principalId.toLowerCase());
  if (entry) return { groups: "Group", users: "User" }[asText(entry["kind"])] ?? "ServicePrincipal";
  const identities = cloud.store.ofType(USER_ASSIGNED);
  return identities.some(({ body }) => textAt(body, "properties.principalId") === principalId)
    ? "ServicePrincipal"
    : undefined;
}

const principalOf = ({ body }: Pick<WriteContext, "body">) => textAt(body, "properties.principalId") ?? "";
const roleOf = ({ body }: Pick<WriteContext, "body">) =>
  nameOf(textAt(body, "properties.roleDefinitionId") ?? "").toLowerCase();

const definition = (cloud: Cloud, guid: string) => ({
  id: `/subscriptions/${cloud.identity.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${guid}`,
  name: guid,
  type: "Microsoft.Authorization/roleDefinitions",
  properties: {
    roleName: ROLES[guid]!,
    type: "BuiltInRole",
    description: ROLES[guid]!,
    assignableScopes: ["/"],
    permissions: [],
  },
});

/** `$filter` as clients of role assignments send it. */
function filtered(found: readonly Resource[], filter: string | undefined): readonly Resource[] {
  const principal = /(?:principalId eq|assignedTo\()\s*'([^']+)'/i.exec(filter ?? "")?.[1];
  return principal === undefined
    ? found
    : found.filter((assignment) => sameText(principalOf(assignment), principal));
}

export const authorization: ProviderTable = {
  types: [
    {
      type: ROLE_ASSIGNMENT,
      scope: "any",
      stateless: true,
      name: nameRule(GUID, "a GUID", "InvalidRoleAssignmentId"),
      required: ["properties.roleDefinitionId", "properties.principalId"],
      enums: { "properties.principalType": ["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"] },
      rules: [
        {
          code: "InvalidPrincipalId",
          target: "properties.principalId",
          check: (w) =>
            GUID.test(principalOf(w)) ? undefined : `The principal id '${principalOf(w)}' is not a GUID.`,
        },
        {
          code: "RoleDefinitionDoesNotExist",
          target: "properties.roleDefinitionId",
          check: (w) =>
            ROLES[roleOf(w)]
              ? undefined
              : `The specified role definition with ID '${roleOf(w)}' does not exist.`,
        },
        {
          code: "PrincipalNotFound",
          target: "properties.principalId",
          check: (w) =>
            textAt(w.body, "properties.principalType") === undefined &&
            !principalTypeOf(w.cloud, principalOf(w))
              ? `Principal ${principalOf(w)} does not exist in the directory ${w.cloud.identity.tenantId}. If it was created just now, set the property principalType.`
              : undefined,
        },
        {
          code: "UnmatchedPrincipalType",
          target: "properties.principalType",
          check: (w) => {
            const known = principalTypeOf(w.cloud, principalOf(w));
            const said = textAt(w.body, "properties.principalType");
            return known && said && known !== said
              ? `The PrincipalId '${principalOf(w)}' has type '${known}', which is different from specified PrinciaplType '${said}'.`
              : undefined;
          },
        },
        {
          code: "RoleAssignmentUpdateNotPermitted",
          check: (w) =>
            w.existing && (principalOf(w) !== principalOf(w.existing) || roleOf(w) !== roleOf(w.existing))
              ? "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
              : undefined,
        },
        {
          code: "RoleAssignmentExists",
          status: 409,
          check: (w) => {
            const scope = w.key.slice(0, w.key.lastIndexOf("/providers/"));
            const twin = w.cloud.store
              .children(scope, ROLE_ASSIGNMENT)
              .find(
                (other) =>
                  other.key !== w.key && principalOf(other) === principalOf(w) && roleOf(other) === roleOf(w),
              );
            return (
              twin &&
              `The role assignment already exists. The ID of the existing role assignment is ${twin.name.replaceAll("-", "")}.`
            );
          },
        },
      ],
      computed: ({ cloud, id, body, existing, caller }) => ({
        properties: {
          scope: id.slice(0, id.lastIndexOf("/providers/")),
          principalType:
            textAt(body, "properties.principalType") ??
            principalTypeOf(cloud, principalOf({ body })) ??
            "Unknown",
          createdOn: textAt(existing?.body, "properties.createdOn") ?? cloud.now().toISOString(),
          updatedOn: cloud.now().toISOString(),
          createdBy: caller.oid,
          updatedBy: caller.oid,
        },
      }),
      list: ({ cloud, parent, found, query }) => {
        const atScope = /atScope\(\)/i.test(query["$filter"] ?? "");
        const above = ancestry(parent)
          .slice(1)
          .flatMap((scope) => cloud.store.children(scope, ROLE_ASSIGNMENT));
        const below = cloud.store
          .under(parent)
          .filter(({ type, key }) => type === ROLE_ASSIGNMENT && !found.some((own) => own.key === key));
        return filtered([...found, ...above, ...(atScope ? [] : below)], query["$filter"]);
      },
    },
    {
      type: LOCK,
      scope: "any",
      stateless: true,
      required: ["properties.level"],
      enums: { "properties.level": ["CanNotDelete", "ReadOnly", "NotSpecified"] },
    },
  ],
  routes: [
    {
      method: "GET",
      pattern: /^.*\/providers\/microsoft\.authorization\/roledefinitions$/i,
      handle: (cloud, _, { query }) => {
        const name = /roleName eq '([^']+)'/i.exec(query["$filter"] ?? "")?.[1];
        const guids = Object.keys(ROLES).filter((guid) => name === undefined || sameText(ROLES[guid]!, name));
        return ok({ value: guids.map((guid) => definition(cloud, guid)), nextLink: null });
      },
    },
    {
      method: "GET",
      pattern: /^.*\/providers\/microsoft\.authorization\/roledefinitions\/([^/]+)$/i,
      handle: (cloud, [, guid]) => {
        if (!ROLES[guid!.toLowerCase()])
          throw new ArmError(
            404,
            "RoleDefinitionDoesNotExist",
            `The specified role definition with ID '${guid!}' does not exist.`,
          );
        return ok(definition(cloud, guid!.toLowerCase()));
      },
    },
  ],
};
