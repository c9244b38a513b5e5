/** What a stage opens: nothing in staging and prod, and in local and dev what their list says. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import type { Run } from "../support/pulumi.ts";
import { runStage } from "../support/stages.ts";

/** Every value at every depth of every resource, with its path. */
function* values({ resources }: Run): Generator<[path: string, value: Value]> {
  for (const { urn, custom, inputs } of resources) if (custom) yield* walk(urn.split("::").at(-1)!, inputs);
}
function* walk(path: string, value: Value): Generator<[string, Value]> {
  if (value !== null && typeof value === "object")
    for (const [key, item] of Object.entries(value)) yield* walk(`${path}.${key}`, item);
  else yield [path, value];
}

const at = (run: Run, key: RegExp): [string, Value][] => [...values(run)].filter(([path]) => key.test(path));

const publicAccess = /\.publicNetworkAccess(ForIngestion|ForQuery)?$/;

describe.each(["staging", "prod"] as const)("%s", (name) => {
  let stage: Run;
  beforeAll(async () => {
    stage = await runStage(name);
  });

  test("has no public network access, and says so wherever Azure would open what is left out", () => {
    const found = at(stage, publicAccess);
    for (const entry of found) expect(entry).toEqual([entry[0], "Disabled"]);
    const types = [
      "azure-native:storage:StorageAccount",
      "azure-native:keyvault:Vault",
      "azure-native:containerregistry:Registry",
      "azure-native:operationalinsights:Workspace",
      "azure-native:applicationinsights:Component",
      "azure-native:machinelearningservices:Workspace",
      "azureml:index:OnlineEndpoint",
    ];
    for (const type of types) {
      expect(stage.of(type).length).toBeGreaterThan(0);
      for (const { inputs } of stage.of(type))
        expect(JSON.stringify(inputs)).toMatch(/"publicNetworkAccess(ForIngestion)?":"Disabled"/);
    }
    for (const [, action] of at(stage, /\.defaultAction$/)) expect(action).toBe("Deny");
    for (const [, ip] of at(stage, /\.enableNodePublicIp$/)) expect(ip).toBe(false);
    for (const [, port] of at(stage, /\.remoteLoginPortPublicAccess$/)) expect(port).toBe("Disabled");
    for (const [, blobs] of at(stage, /\.(allowBlobPublicAccess|anonymousPullEnabled)$/))
      expect(blobs).toBe(false);
    const modes = at(stage, /\.isolationMode$/).map(([, mode]) => mode);
    expect(new Set(modes)).toEqual(new Set(["AllowInternetOutbound"]));
  });

  test("has no sign-in with keys", () => {
    const modes = at(stage, /\.authMode$/);
    expect(modes.length).toBeGreaterThan(2);
    for (const entry of modes) expect(entry).toEqual([entry[0], "AADToken"]);
    for (const [, shared] of at(stage, /\.(allowSharedKeyAccess|adminUserEnabled|isLocalUserEnabled)$/))
      expect(shared).toBe(false);
    for (const [, off] of at(stage, /\.disableLocalAuth$/)) expect(off).toBe(true);
    expect(at(stage, /\.disableLocalAuth$/)).toHaveLength(3);
    for (const [, type] of at(stage, /\.credentialsType$/)) expect(type).toBe("None");
    const datastores = at(stage, /\.systemDatastoresAuthMode$/).map(([, mode]) => mode);
    expect(new Set(datastores)).toEqual(new Set(["Identity"]));
  });

  test("holds no literal secret", () => {
    const names = /(password|secret|token|sas|accountkey|connectionstring|sshkey|apikey)s?$/i;
    expect([...values(stage)].filter(([path]) => names.test(path.replaceAll(/\.\d+$/g, "")))).toEqual([]);
    const shapes = [
      /(AccountKey|SharedAccessKey|password|pwd|sig)=/i,
      /-----BEGIN/,
      /\beyJ[\w-]+\.[\w-]+\./,
      /^[A-Za-z0-9+/]{86}==$/,
    ];
    for (const [path, value] of values(stage))
      if (typeof value === "string")
        expect([path, shapes.some((shape) => shape.test(value))]).toEqual([path, false]);
  });

  test("protects what holds data, and the addresses that callers know", () => {
    const guarded = stage.resources
      .filter(({ custom, protect }) => custom && protect)
      .map(({ type }) => type);
    expect([...new Set(guarded)].sort()).toEqual([
      "azure-native:applicationinsights:Component",
      "azure-native:containerregistry:Registry",
      "azure-native:keyvault:Vault",
      "azure-native:machinelearningservices:Workspace",
      "azure-native:operationalinsights:Workspace",
      "azure-native:resources:ResourceGroup",
      "azure-native:storage:BlobContainer",
      "azure-native:storage:BlobServiceProperties",
      "azure-native:storage:FileServiceProperties",
      "azure-native:storage:ManagementPolicy",
      "azure-native:storage:StorageAccount",
      "azureml:index:BatchEndpoint",
      "azureml:index:OnlineEndpoint",
      "azureml:index:WorkspaceGuard",
      "random:index/randomString:RandomString",
    ]);
    expect(stage.of("azureml:index:WorkspacePurge")).toEqual([]);
    expect(stage.one("azure-native:keyvault:Vault").inputs["properties"]).toMatchObject({
      enablePurgeProtection: true,
    });
  });
});

describe.each(["local", "dev"] as const)("%s", (name) => {
  test("is open, still without shared keys, and leaves nothing behind", async () => {
    const stage = await runStage(name);
    const found = at(stage, publicAccess);
    expect(found.length).toBeGreaterThan(8);
    for (const entry of found) expect(entry).toEqual([entry[0], "Enabled"]);
    for (const [, shared] of at(stage, /\.(allowSharedKeyAccess|allowBlobPublicAccess|adminUserEnabled)$/))
      expect(shared).toBe(false);
    expect(stage.resources.filter(({ protect }) => protect)).toEqual([]);
    expect(stage.of("azureml:index:WorkspacePurge")).toHaveLength(1);
  });
});

test("local and prod differ in settings, and in what only a closed or watched stage has", async () => {
  const kinds = (run: Run) =>
    new Set(run.resources.map(({ type }) => type).filter((type) => type !== "azureml:index:WorkspacePurge"));
  const [local, prod] = [kinds(await runStage("local")), kinds(await runStage("prod"))];
  // workloads/kinds, which stage local alone takes, and keys, which prod has none of
  const shown =
    /:(Connection|WorkspaceConnection|Datastore|ComputeTarget|Data|DataVersion|Component|ComponentVersion|Schedule|ScheduleSwitch|EndpointKeys)$/;
  expect([...local].filter((type) => !prod.has(type) && !shown.test(type))).toEqual([]);
  const only =
    /^azure(-native|ml):(network|privatedns|monitor|monitoring|consumption):|:(Workbook|RandomUuid|Locks|ManagementLockByScope|ManagementPolicy)$/;
  expect([...prod].filter((type) => !local.has(type) && !only.test(type))).toEqual([]);
  expect(prod).toContain("azure-native:network:PrivateEndpoint");
});

test("everything of prod is reached by a private endpoint, and so is the workspace before its nodes", async () => {
  const prod = await runStage("prod");
  const groups = prod
    .of("azure-native:network:PrivateEndpoint")
    .map(({ inputs }) => JSON.stringify(inputs["privateLinkServiceConnections"]))
    .map((link) => /"groupIds":\["(\w+)"\]/.exec(link)?.[1]);
  expect(groups.sort()).toEqual(["amlworkspace", "blob", "file", "queue", "registry", "table", "vault"]);
  const names = (urns: readonly string[]) => urns.map((urn) => urn.split("::").at(-1));
  const { dependencies } = prod.one("azure-native:machinelearningservices:Workspace");
  expect(names(dependencies)).toEqual(
    expect.arrayContaining(["storage-network-blob", "vault-network-vault"]),
  );
  for (const compute of prod.of("azure-native:machinelearningservices:Compute"))
    expect(names(compute.dependencies)).toContain("workspace-network-workspace");
});
