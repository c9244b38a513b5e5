/** Whether the identities that services act as have the roles for what they are about to do. */
import { type Actor, type Condition, type Need, NEEDS, type Part } from "../../access/needs.ts";
import { ArmError } from "../errors.ts";
import { keyOf } from "../id.ts";
import { userAssignedPrincipals } from "../identities.ts";
import { at, objectAt, sameText, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import type { Cloud } from "../table.ts";

const PLACES: Readonly<Record<Exclude<Part, "workspace">, string>> = {
  storage: "storageAccount",
  vault: "keyVault",
  registry: "containerRegistry",
  insights: "applicationInsights",
};

const holds: Readonly<Record<Condition, (cloud: Cloud, workspace: Resource) => boolean>> = {
  storageByIdentity: (_, { body }) =>
    !sameText(textAt(body, "properties.systemDatastoresAuthMode") ?? "AccessKey", "AccessKey"),
  storageWithoutKeys: ({ store }, { body }) =>
    at(
      store.get(keyOf(textAt(body, "properties.storageAccount") ?? ""))?.body,
      "properties.allowSharedKeyAccess",
    ) === false,
  managedNetwork: (_, { body }) =>
    !sameText(textAt(body, "properties.managedNetwork.isolationMode") ?? "Disabled", "Disabled"),
};

interface Lack {
  /** `AcrPull on /subscriptions/…` */
  readonly what: string;
  readonly lost?: string | undefined;
}

/** What the principals lack in a workspace. What a workspace does not have, nobody needs a role on. */
function lacks(cloud: Cloud, workspace: Resource, principals: readonly string[], actor: Actor): Lack[] {
  const needs: readonly Need[] = NEEDS[actor];
  return needs.flatMap(({ role, part, kind, action, when, lost }): Lack[] => {
    if (when && !holds[when](cloud, workspace)) return [];
    const scope = part === "workspace" ? workspace.id : textAt(workspace.body, `properties.${PLACES[part]}`);
    if (scope === undefined || cloud.access.allows(principals, { kind, action, scope })) return [];
    return [{ what: `${role} on ${scope}`, lost }];
  });
}

/**
 * Lines about what is lost for lack of a role, for the log of what goes on without it.
 * @throws ArmError 403 where it cannot go on
 */
function need(
  cloud: Cloud,
  workspace: Resource,
  {
    principals,
    actor,
    whose,
    before,
  }: { principals: readonly string[]; actor: Actor; whose: string; before: string },
): string[] {
  const found = lacks(cloud, workspace, principals, actor);
  const fatal = [...new Set(found.filter(({ lost }) => lost === undefined).map(({ what }) => what))];
  if (fatal.length > 0)
    throw new ArmError(
      403,
      "BadArgument",
      `Authorization error: the identity of the ${whose} lacks ${fatal.join(" and ")}. Assign the roles before ${before}.`,
    );
  return found.map(({ what, lost }) => `${lost!} of the ${whose} is refused: its identity lacks ${what}`);
}

/** The user-assigned identity that a workspace acts as; a system-assigned one has its roles from the service. */
function workspacePrincipals({ body }: Resource): string[] {
  const primary = textAt(body, "properties.primaryUserAssignedIdentity");
  if (primary === undefined || /systemassigned/i.test(textAt(body, "identity.type") ?? "")) return [];
  const identity = Object.entries(objectAt(body, "identity.userAssignedIdentities")).find(([id]) =>
    sameText(id, primary),
  )?.[1];
  const principal = textAt(identity, "principalId");
  return principal === undefined ? [] : [principal];
}

/** When a workspace is made or changed. */
export function needWorkspaceRoles(cloud: Cloud, workspace: Resource): void {
  const principals = workspacePrincipals(workspace);
  if (principals.length > 0)
    need(cloud, workspace, {
      principals,
      actor: "workspace",
      whose: "workspace",
      before: "the workspace is created",
    });
}

/** When a workspace acts for a deployment or job. */
function needBroker(cloud: Cloud, workspace: Resource): void {
  const principals = workspacePrincipals(workspace);
  const before = "anything is deployed or run in it";
  if (principals.length > 0)
    need(cloud, workspace, { principals, actor: "broker", whose: "workspace", before });
}

/** When a deployment of the endpoint comes up: what it does without. System-assigned identities have their roles from the service. */
export function needEndpointRoles(
  cloud: Cloud,
  workspace: Resource,
  endpoint: Resource | undefined,
): string[] {
  needBroker(cloud, workspace);
  const principals = userAssignedPrincipals(endpoint?.body ?? {});
  if (principals.length === 0) return [];
  const before = "the deployment is created";
  return need(cloud, workspace, { principals, actor: "endpoint", whose: "endpoint", before });
}

/** When a job starts on the compute; a compute without an identity works with what the workspace has. */
export function needComputeRoles(
  cloud: Cloud,
  workspace: Resource,
  compute: Resource | undefined,
  batch: boolean,
): string[] {
  needBroker(cloud, workspace);
  const system = textAt(compute?.body, "identity.principalId");
  const principals = [
    ...userAssignedPrincipals(compute?.body ?? {}),
    ...(system === undefined ? [] : [system]),
  ];
  if (principals.length === 0) return [];
  const shared = { principals, whose: `compute '${compute!.name}'`, before: "a job runs on it" };
  return [
    ...(batch ? need(cloud, workspace, { ...shared, actor: "batch" }) : []),
    ...need(cloud, workspace, { ...shared, actor: "compute" }),
  ];
}
