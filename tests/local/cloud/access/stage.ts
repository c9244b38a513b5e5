/** A workspace with all that the role table speaks of, in the local Azure without its Python: identities, people, parts, roles. */
import type { Claims } from "@azure-ml-as-code/local/contracts.ts";
import type { Question } from "@azure-ml-as-code/local/cloud/access/evaluate.ts";
import { delegable, personas, planRoles, rolesFor } from "../../../../components/access/role-table.ts";
import type { Identity, PlannedRole, Scope } from "../../../../components/access/role-table.ts";
import { assignmentName, delegation, roleDefinitionId } from "../../../../components/access/roles.ts";
import { GROUP, IDENTITY, startCloud } from "../../../support/arm.ts";
import type { TestCloud } from "../../../support/arm.ts";

const location = "westeurope";
const P = `${GROUP}/providers`;
const ID = `${P}/Microsoft.ManagedIdentity/userAssignedIdentities`;
const workloads = ["workspace", "compute", "endpoint"] as const;

export const ids = {
  resourceGroup: GROUP,
  storage: `${P}/Microsoft.Storage/storageAccounts/stml`,
  vault: `${P}/Microsoft.KeyVault/vaults/kv-ml`,
  registry: `${P}/Microsoft.ContainerRegistry/registries/acrml`,
  insights: `${P}/Microsoft.Insights/components/appi`,
  endpointIdentity: `${ID}/endpoint`,
  workspace: `${P}/Microsoft.MachineLearningServices/workspaces/mlw`,
} as const satisfies Record<Scope, string>;

interface Asked extends Question {
  readonly principals: readonly string[];
}

export interface RoleStage extends TestCloud {
  readonly rows: readonly PlannedRole[];
  /** Who acts: of a group, one who is in it. */
  readonly actor: Readonly<Record<Identity, string>>;
  /** Who has the role. */
  readonly principal: Readonly<Record<Identity, string>>;
  /** Every question that was allowed, by who asked. */
  readonly asked: Asked[];
  give(row: PlannedRole): Promise<void>;
  take(row: PlannedRole): Promise<void>;
  /** A call as somebody; the operation's end, where there is one. */
  as(who: Identity, method: string, path: string, body?: unknown): Promise<{ status: number; said: string }>;
  /** Why a blob request of theirs is refused; "" where it goes on. */
  blob(who: Identity, method: string, path: string): string;
  claims(who: Identity): Claims;
}

export async function roleStage(): Promise<RoleStage> {
  const asked: Asked[] = [];
  const test = await startCloud({
    onDecision: (principals: readonly string[], question: Question, allowed: boolean) => {
      if (allowed) asked.push({ principals, ...question });
    },
  });
  const made = async (path: string, body: object) => {
    const { status, body: answer } = await test.done("PUT", path, body);
    if (status >= 300) throw new Error(`PUT ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const graphToken = await test.tokens.issue({ aud: "https://graph.microsoft.com", oid: IDENTITY.objectId });
  const graph = async (path: string, body: object) =>
    (await test.call("POST", `/graph/v1.0${path}`, body, { authorization: `Bearer ${graphToken}` })).body;

  await made(GROUP, { location });
  await made(ids.storage, {
    location,
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
    properties: { allowSharedKeyAccess: false },
  });
  await made(ids.vault, {
    location,
    properties: {
      tenantId: IDENTITY.tenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
    },
  });
  await made(ids.registry, { location, sku: { name: "Premium" } });
  const log = `${P}/Microsoft.OperationalInsights/workspaces/log-ml`;
  await made(log, { location });
  await made(ids.insights, {
    location,
    kind: "web",
    properties: { Application_Type: "web", WorkspaceResourceId: log },
  });

  const principal: Partial<Record<Identity, string>> = { deployer: "55555555-5555-4555-8555-555555555555" };
  const actor: Partial<Record<Identity, string>> = { ...principal };
  for (const name of workloads) {
    const { properties } = await made(`${ID}/${name}`, { location });
    principal[name] = actor[name] = properties["principalId"] as string;
  }
  for (const name of personas) {
    const named = { displayName: name, mailNickname: name };
    const user = await graph("/users", { ...named, userPrincipalName: `${name}@x`, accountEnabled: true });
    const inner = await graph("/groups", { ...named, mailEnabled: false, securityEnabled: true });
    const outer = await graph("/groups", { ...named, mailEnabled: false, securityEnabled: true });
    // In a group of the group that has the role: it counts as well.
    await graph(`/groups/${inner.id}/members/$ref`, { "@odata.id": `https://g/directoryObjects/${user.id}` });
    await graph(`/groups/${outer.id}/members/$ref`, {
      "@odata.id": `https://g/directoryObjects/${inner.id}`,
    });
    principal[name] = outer.id;
    actor[name] = user.id;
  }
  for (const name of ["ciDeploy", "ciPreview"] as const) {
    const { appId } = await graph("/applications", { displayName: name });
    principal[name] = actor[name] = (await graph("/servicePrincipals", { appId })).id;
  }

  const rows = planRoles(rolesFor({ managedNetwork: true }), Object.keys(principal), Object.keys(ids));
  const pathOf = ({ identity, scope, role }: PlannedRole) =>
    `${ids[scope]}/providers/Microsoft.Authorization/roleAssignments/${assignmentName(ids[scope], principal[identity]!, role)}`;
  const give = async (row: PlannedRole) => {
    const people: readonly string[] = personas;
    await made(pathOf(row), {
      properties: {
        principalId: principal[row.identity],
        principalType: people.includes(row.identity) ? "Group" : "ServicePrincipal",
        roleDefinitionId: roleDefinitionId(IDENTITY.subscriptionId, row.role),
        ...(row.delegates && { condition: delegation(delegable), conditionVersion: "2.0" }),
      },
    });
  };
  const take = async (row: PlannedRole) => {
    await test.done("DELETE", pathOf(row));
  };
  const inWorkspace = ({ scope }: PlannedRole) => scope === "workspace";
  for (const row of rows.filter((one) => !inWorkspace(one))) await give(row);
  await made(ids.workspace, workspaceBody());
  for (const row of rows.filter(inWorkspace)) await give(row);
  const uri = (path: string) => `azureml://datastores/workspaceblobstore/paths/${path}`;
  await made(`${ids.workspace}/models/flower/versions/1`, {
    properties: { modelType: "mlflow_model", modelUri: uri("models/flower") },
  });
  await made(`${ids.workspace}/computes/cpu`, computeBody());

  const tokens = new Map<Identity, string>();
  return {
    ...test,
    rows,
    principal: principal as Record<Identity, string>,
    actor: actor as Record<Identity, string>,
    asked,
    give,
    take,
    async as(who, method, path, body) {
      const token =
        tokens.get(who) ?? (await test.tokens.issue({ aud: "https://localhost:4430", oid: actor[who]! }));
      tokens.set(who, token);
      const {
        status,
        headers,
        body: answer,
      } = await test.call(method, path, body, {
        authorization: `Bearer ${token}`,
      });
      await test.cloud.idle();
      const poll = headers["azure-asyncoperation"] ?? headers["location"];
      if (status < 300 && poll !== undefined) {
        const end = await test.call("GET", poll.slice("https://localhost:4430".length));
        if (end.body.status === "Failed" || end.status >= 400)
          return { status: 409, said: JSON.stringify(end.body) };
      }
      return { status, said: JSON.stringify(answer) };
    },
    claims: (who) => ({ aud: "a", iss: "i", exp: 0, oid: actor[who]! }),
    blob(who, method, path) {
      const claims = { aud: "a", iss: "i", exp: 0, oid: actor[who]! };
      return (
        test.cloud.authorizeBlob({ method, url: `/stml/${path}`, account: "stml", auth: "Bearer", claims })
          ?.code ?? ""
      );
    },
  };
}

/** A workspace as a closed stage has it. */
export const workspaceBody = (tags: object = {}) => ({
  location,
  tags,
  identity: { type: "UserAssigned", userAssignedIdentities: { [`${ID}/workspace`]: {} } },
  properties: {
    storageAccount: ids.storage,
    keyVault: ids.vault,
    containerRegistry: ids.registry,
    applicationInsights: ids.insights,
    primaryUserAssignedIdentity: `${ID}/workspace`,
    systemDatastoresAuthMode: "Identity",
    managedNetwork: { isolationMode: "AllowInternetOutbound" },
  },
});

export const computeBody = () => ({
  location,
  identity: { type: "UserAssigned", userAssignedIdentities: { [`${ID}/compute`]: {} } },
  properties: {
    computeType: "AmlCompute",
    properties: { vmSize: "Standard_DS3_v2", scaleSettings: { maxNodeCount: 2 } },
  },
});

export const endpointBody = () => ({
  location,
  identity: { type: "UserAssigned", userAssignedIdentities: { [ids.endpointIdentity]: {} } },
  properties: { authMode: "AADToken" },
});

export const deploymentBody = () => ({
  location,
  properties: {
    endpointComputeType: "Managed",
    model: `${ids.workspace}/models/flower/versions/1`,
    instanceType: "Standard_F2s_v2",
  },
  sku: { name: "Default", capacity: 1 },
});
