/**
 * The role table both ways: with it all that a stage does works; without any one of its rows something fails that says
 * what is missing; and nobody has a role of which nothing is used.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { covers } from "@azure-ml-as-code/local/cloud/access/evaluate.ts";
import type { ActionKind } from "@azure-ml-as-code/local/cloud/access/evaluate.ts";
import { BUILT_IN } from "@azure-ml-as-code/local/cloud/access/roles.ts";
import { beyond, planRoles, rolesFor } from "../../../../components/access/role-table.ts";
import type { Identity, PlannedRole } from "../../../../components/access/role-table.ts";
import { assignmentName, roleDefinitionId, roleIds } from "../../../../components/access/roles.ts";
import type { Role } from "../../../../components/access/roles.ts";
import { IDENTITY } from "../../../support/arm.ts";
import { computeBody, deploymentBody, endpointBody, ids, roleStage, workspaceBody } from "./stage.ts";
import type { RoleStage } from "./stage.ts";

let t: RoleStage;
beforeAll(async () => {
  t = await roleStage();
});
afterAll(() => t.cloud.close());

const W = ids.workspace;
let count = 0;
const fresh = (stem: string) => `${stem}-x${String((count += 1)).padStart(4, "0")}`;
const refused = ({ status, said }: { status: number; said: string }) => (status >= 400 ? said : "");
const first = (...said: string[]) => said.find((text) => text !== "") ?? "";
const may = (who: Identity, kind: ActionKind, action: string, scope: string) =>
  t.cloud.access.refusal(t.claims(who), action, scope, kind) ?? "";

/** An online endpoint with a deployment, made by somebody; what was refused, or what the deployment's log says is lost. */
async function deploys(who: Identity): Promise<string> {
  const endpoint = `${W}/onlineEndpoints/${fresh("on")}`;
  const made = refused(await t.as(who, "PUT", endpoint, endpointBody()));
  if (made) return made;
  const deployed = refused(await t.as(who, "PUT", `${endpoint}/deployments/blue`, deploymentBody()));
  if (deployed) return deployed;
  const { said } = await t.as(who, "POST", `${endpoint}/deployments/blue/getLogs`, { tail: 50 });
  const scored = may(
    who,
    "action",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action",
    endpoint,
  );
  const removed = refused(await t.as(who, "DELETE", endpoint));
  return first(scored, said.includes("refused") ? said : "", removed);
}

/** A batch job, by the deployer; its error, or what its log says is lost. */
async function batch(): Promise<string> {
  const name = fresh("be");
  const endpoint = `${W}/batchEndpoints/${name}`;
  const { done, cloud, blobs } = t;
  await done("PUT", endpoint, { location: "westeurope", properties: { authMode: "AADToken" } });
  const deployment = await done("PUT", `${endpoint}/deployments/one`, {
    location: "westeurope",
    properties: {
      model: { referenceType: "Id", assetId: `${W}/models/flower/versions/1` },
      compute: `${W}/computes/cpu`,
    },
  });
  expect(deployment.status).toBeLessThan(300);
  const body = {
    properties: {
      InputData: {
        in: { jobInputType: "UriFolder", uri: "azureml://datastores/workspaceblobstore/paths/in" },
      },
    },
  };
  const job = (await cloud.batchJobs.submit(name, "one", body, t.claims("deployer"))) as { name: string };
  for (;;) {
    const { body: shown } = await t.call("GET", `${W}/jobs/${job.name}`);
    const status = shown.properties["status"] as string;
    const log = [...blobs.contents.values()]
      .map((files) => files.get(`ExperimentRun/dcid.${job.name}/user_logs/std_log.txt`))
      .find((text) => text !== undefined);
    if (["Completed", "Failed"].includes(status) && log !== undefined)
      return status === "Failed" || log.includes("refused") ? log : "";
    await new Promise(setImmediate);
  }
}

/** All that an identity is for: "" when all of it works, else what was said first. */
const works: Readonly<Record<Identity, () => Promise<string>>> = {
  workspace: async () => {
    // Another one in the group: what it may do before it has roles on itself.
    const other = ids.workspace.replace(/mlw$/, fresh("mlw"));
    return first(
      refused(await t.as("ciDeploy", "PUT", other, workspaceBody())),
      refused(await t.as("ciDeploy", "DELETE", `${other}?forceToPurge=true`)),
      await deploys("ciDeploy"),
    );
  },
  compute: batch,
  endpoint: () => deploys("ciDeploy"),
  deployer: () =>
    Promise.resolve(
      first(
        t.blob("deployer", "PUT", "uploads/x"),
        t.blob("deployer", "GET", "uploads?restype=container&comp=list"),
      ),
    ),
  dataScientists: () => scientist("dataScientists", true),
  mlEngineers: () => scientist("mlEngineers", false),
  computeOperators: async () => {
    const compute = `${W}/computes/${fresh("op")}`;
    const { identity: _, ...body } = computeBody();
    return first(
      refused(await t.as("computeOperators", "GET", W)),
      refused(await t.as("computeOperators", "PUT", compute, body)),
      refused(await t.as("computeOperators", "GET", compute)),
      refused(await t.as("computeOperators", "DELETE", `${compute}?underlyingResourceAction=Delete`)),
    );
  },
  readers: async () =>
    first(
      refused(await t.as("readers", "GET", `${W}/jobs`)),
      t.blob("readers", "GET", "azureml/x"),
      may(
        "readers",
        "dataAction",
        "Microsoft.Storage/storageAccounts/fileServices/fileshares/files/read",
        ids.storage,
      ),
    ),
  ciDeploy: async () => {
    const row = t.rows.find(({ identity }) => identity === "compute")!;
    return first(
      refused(await t.as("ciDeploy", "PUT", W, workspaceBody({ n: fresh("n") }))),
      refused(await assign("ciDeploy", row.role)),
    );
  },
  ciPreview: async () => refused(await t.as("ciPreview", "GET", `${W}/onlineEndpoints`)),
};

async function scientist(who: Identity, files: boolean): Promise<string> {
  const job = `${W}/jobs/${fresh("job")}`;
  const command = {
    jobType: "Command",
    command: "echo",
    environmentId: "azureml:e:1",
    computeId: `${W}/computes/cpu`,
  };
  const share = "Microsoft.Storage/storageAccounts/fileServices/fileshares/files/write";
  const submitted = await t.as(who, "PUT", job, { properties: command });
  return first(
    // What else may be wrong with the job is not a matter of roles.
    submitted.status === 403 ? submitted.said : "",
    refused(await t.as(who, "GET", `${W}/jobs`)),
    await deploys(who),
    t.blob(who, "PUT", "azureml/x"),
    t.blob(who, "GET", "azureml/x"),
    files ? may(who, "dataAction", share, ids.storage) : "",
  );
}

/** Gives a role at the group to a new principal. */
function assign(who: Identity, role: Role, type = "ServicePrincipal") {
  const principalId = `77777777-7777-4777-8777-${String((count += 1)).padStart(12, "0")}`;
  const path = `${ids.storage}/providers/Microsoft.Authorization/roleAssignments/${assignmentName(ids.storage, principalId, role)}`;
  return t.as(who, "PUT", path, {
    properties: {
      principalId,
      principalType: type,
      roleDefinitionId: roleDefinitionId(IDENTITY.subscriptionId, role),
    },
  });
}

const table = rolesFor({ managedNetwork: true });
const rows = planRoles(
  table,
  table.map(({ identity }) => identity),
  table.map(({ scope }) => scope),
);

test("with the table all that the stage does works", async () => {
  for (const [who, work] of Object.entries(works)) expect([who, await work()]).toEqual([who, ""]);
});

describe("without one row something fails, and says what it lacks", () => {
  test.each(rows.map((row) => [row.key, row] as const))("%s", async (_, row) => {
    await t.take(row);
    try {
      const said = await works[row.identity]();
      expect(said).toMatch(
        new RegExp(
          `lacks .*${row.role.replace(/ \(.*/, "")}|does not have (authorization|permission)|AuthorizationPermissionMismatch`,
        ),
      );
    } finally {
      await t.give(row);
    }
  });
});

describe("nobody has more than is used, unless the table says why", () => {
  const kinds = [
    ["action", "actions"],
    ["dataAction", "dataActions"],
  ] as const;
  const unused = ({ identity, role, scope }: PlannedRole): string[] =>
    kinds.flatMap(([kind, list]) => {
      const patterns = (BUILT_IN.get(roleIds[role])?.permissions ?? []).flatMap((one) => one[list] ?? []);
      return patterns.filter(
        (pattern) =>
          !t.asked.some(
            (one) =>
              one.kind === kind &&
              one.principals.includes(t.actor[identity]) &&
              one.scope.toLowerCase().startsWith(ids[scope].toLowerCase()) &&
              covers(pattern, one.action),
          ),
      );
    });

  test.each(rows.map((row) => [row.key, row] as const))("%s", (_, row) => {
    if (beyond[row.role] === undefined) expect(unused(row)).toEqual([]);
    else expect(beyond[row.role]!.length).toBeGreaterThan(20);
  });

  test("nor does the table excuse a role that is used whole or not at all", () => {
    const roles = new Set(rows.map(({ role }) => role));
    for (const role of Object.keys(beyond) as Role[]) {
      expect(roles).toContain(role);
      const mine = rows.filter((row) => row.role === role);
      expect([
        role,
        mine.some((row) => unused(row).length > 0) ||
          BUILT_IN.get(roleIds[role])!.permissions.some(({ actions = [] }) =>
            actions.some((one) => one.includes("*")),
          ),
      ]).toEqual([role, true]);
    }
  });
});

describe("the personas, as the roles are meant", () => {
  const { identity: _, ...compute } = computeBody();

  test("a data scientist submits and deploys, and makes, changes and deletes no compute, nor the workspace", async () => {
    expect(await works.dataScientists()).toBe("");
    for (const [method, path, body] of [
      ["PUT", `${W}/computes/mine`, compute],
      ["PATCH", `${W}/computes/cpu`, { properties: { properties: { scaleSettings: { maxNodeCount: 4 } } } }],
      ["DELETE", `${W}/computes/cpu`, undefined],
      ["PUT", W, workspaceBody()],
      ["DELETE", W, undefined],
      ["POST", `${W}/listKeys`, {}],
    ] as const) {
      const { status, said } = await t.as("dataScientists", method, path, body);
      expect([method, path, status]).toEqual([method, path, 403]);
      expect(said).toContain(`"code":"AuthorizationFailed"`);
      expect(said).toMatch(
        new RegExp(
          `The client '[^']+' with object id '${t.actor.dataScientists}' does not have authorization to perform action 'Microsoft.MachineLearningServices/workspaces/[^']+' over scope '${path.replace(/\/listKeys$/, "")}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
        ),
      );
    }
  });

  test("a compute operator manages compute, and deploys, runs and gives nothing", async () => {
    expect(await works.computeOperators()).toBe("");
    for (const [method, path, body] of [
      ["PUT", `${W}/onlineEndpoints/mine-12345`, endpointBody()],
      ["PUT", `${W}/jobs/mine`, { properties: { jobType: "Command" } }],
      ["PUT", `${W}/models/m/versions/1`, { properties: {} }],
    ] as const)
      expect((await t.as("computeOperators", method, path, body)).status).toBe(403);
    expect((await assign("computeOperators", "Reader")).status).toBe(403);
  });

  test("a reader changes nothing and reads no key", async () => {
    for (const [method, path] of [
      ["POST", `${W}/listKeys`],
      ["POST", `${ids.storage}/listKeys`],
      ["DELETE", `${W}/computes/cpu`],
    ] as const)
      expect((await t.as("readers", method, path, {})).status).toBe(403);
    expect(t.blob("readers", "PUT", "azureml/x")).toBe("AuthorizationPermissionMismatch");
    expect(t.blob("readers", "DELETE", "azureml/x")).toBe("AuthorizationPermissionMismatch");
  });
});

describe("the pipelines", () => {
  test("the one that deploys gives the table's roles to identities and groups, and no others to nobody else", async () => {
    expect((await assign("ciDeploy", "AcrPull")).status).toBe(201);
    expect((await assign("ciDeploy", "AcrPull", "Group")).status).toBe(201);
    expect((await assign("ciDeploy", "AcrPull", "User")).status).toBe(403);
    expect((await assign("ciDeploy", "Role Based Access Control Administrator")).status).toBe(403);
  });

  test("it takes away none that it may not give", async () => {
    const admin = t.rows.find(({ delegates }) => delegates)!;
    const path = `${ids.resourceGroup}/providers/Microsoft.Authorization/roleAssignments/${assignmentName(ids.resourceGroup, t.principal.ciDeploy, admin.role)}`;
    expect((await t.as("ciDeploy", "DELETE", path)).status).toBe(403);
  });

  test("the one that previews reads everything, writes nothing and reads no key", async () => {
    expect((await t.as("ciPreview", "GET", ids.storage)).status).toBe(200);
    expect((await t.as("ciPreview", "PUT", W, workspaceBody())).status).toBe(403);
    expect((await t.as("ciPreview", "POST", `${ids.storage}/listKeys`, {})).status).toBe(403);
  });
});
