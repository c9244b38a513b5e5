import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { checkSettings, loadStage, readStage } from "../../stacks/config.ts";
import { run } from "../support/pulumi.ts";
import { folder } from "../support/workloads.ts";
import type { Folder } from "../support/workloads.ts";
import { readStageFile, stageNames, stageValues } from "../support/stages.ts";

const valid = {
  location: "westeurope",
  clusters: { "cpu-cluster": { vmSize: "Standard_DS3_v2", maxNodes: 2 } },
};

describe("the stage files of the repository", () => {
  test.each(stageNames)("%s is valid", (name) => {
    expect(checkSettings(name, stageValues(name)).problems).toEqual([]);
  });

  test.each(["staging", "prod"] as const)("%s opens nothing, loses nothing, takes no keys", (name) => {
    expect(checkSettings(name, stageValues(name)).settings).toMatchObject({
      openings: [],
      isolation: "internet-outbound",
      protect: true,
      purgeOnDestroy: false,
      endpoints: { authMode: "aad_token" },
      vault: { purgeProtection: true },
    });
  });
});

describe("checkSettings", () => {
  test("a file says only what differs from its preset", () => {
    const { settings, problems } = checkSettings("dev", {
      ...valid,
      tags: { owner: "me" },
      vault: { softDeleteDays: 30 },
    });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      preset: "dev",
      naming: { workload: "ml", stage: "dev" },
      tags: { owner: "me", stage: "dev", "managed-by": "pulumi" },
      vault: { softDeleteDays: 30, purgeProtection: false },
    });
  });

  test("a stack of another name takes a preset", () => {
    const { settings, problems } = checkSettings("team-a", { ...valid, preset: "dev" });
    expect(problems).toEqual([]);
    expect(settings.naming.stage).toBe("team-a");
  });

  test("fails a stack of another name without a preset", () => {
    expect(checkSettings("pord", valid).problems).toEqual([
      'Pulumi.pord.yaml: azure-ml:preset: found "pord"; allowed: local, dev, staging, prod; did you mean "prod"?',
    ]);
  });

  test("what is open in a list takes the place of the preset's", () => {
    expect(checkSettings("dev", { ...valid, openings: [] }).settings.openings).toEqual([]);
  });

  const cases: readonly [string, object, string][] = [
    ["an unknown key", { locaton: "x" }, 'azure-ml:locaton: unknown key "locaton"; did you mean "location"?'],
    [
      "an unknown key further down",
      { clusters: { cpu: { vmSize: "x", maxNodes: 1, maxNode: 2 } } },
      'azure-ml:clusters.cpu.maxNode: unknown key "maxNode"; did you mean "maxNodes"?',
    ],
    ["a missing key", { location: undefined }, "azure-ml:location: is missing; it has to be text"],
    ["another type", { clusters: 5 }, "azure-ml:clusters: found 5; allowed: a mapping"],
    [
      "another word",
      { openings: ["everything"] },
      'azure-ml:openings[0]: found "everything"; allowed: publicNetworkAccess, keyAuthentication',
    ],
    ["a misspelt word", { isolation: "internet-outbund" }, 'did you mean "internet-outbound"?'],
    [
      "a region in words",
      { location: "West Europe" },
      'azure-ml:location: found "West Europe"; allowed: a region as Azure names it in one word',
    ],
    [
      "a number out of range",
      { vault: { softDeleteDays: 5 } },
      "azure-ml:vault.softDeleteDays: found 5; allowed: at least 7",
    ],
    [
      "a group that is no id",
      { personas: { readers: "all" } },
      'azure-ml:personas.readers: found "all"; allowed: "create" or the object id of a group',
    ],
    [
      "a name that Azure refuses",
      { clusters: { "cpu-1": { vmSize: "x", maxNodes: 1 } } },
      'azure-ml:clusters.cpu-1: "cpu-1" is not a name that Azure takes: 3 to 24',
    ],
    [
      "a workload name that is too long",
      { naming: { workload: "a".repeat(21) } },
      "allowed: 2 to 20 lower-case letters",
    ],
    [
      "more nodes at least than at most",
      { clusters: { cpu: { vmSize: "x", minNodes: 3, maxNodes: 1 } } },
      "azure-ml:clusters.cpu.minNodes: found 3; allowed: at most maxNodes, which is 1",
    ],
    [
      "a datastore of Azure's",
      { datastores: { workspaceblobstore: { container: "abc" } } },
      '"workspaceblobstore" is made for every stage',
    ],
    [
      "a container name",
      { datastores: { training: { container: "A" } } },
      'azure-ml:datastores.training.container: "A" is not a name that Azure takes',
    ],
    ["a tag name", { tags: { "a/b": "x" } }, 'azure-ml:tags.a/b: found "a/b"'],
    [
      "keys where they are closed",
      { openings: ["publicNetworkAccess"], endpoints: { authMode: "key" } },
      'azure-ml:endpoints.authMode: found "key"; allowed: aad_token, or the opening keyAuthentication',
    ],
    [
      "nodes that nothing reaches",
      { openings: [] },
      'azure-ml:isolation: found "none"; allowed: a managed network, or a network with a subnet for nodes',
    ],
    [
      "a network that is too small",
      { network: { kind: "own", addressSpace: "10.0.0.0/28" } },
      "azure-ml:network.addressSpace: 10.0.0.0/28 has 16 addresses, and the subnets take 40: private-endpoints 32, nodes 8; allowed: a /26 or wider",
    ],
    [
      "a network that overlaps another",
      { network: { kind: "own", addressSpace: "10.0.0.0/24", notIn: ["10.0.0.0/16"] } },
      "azure-ml:network.addressSpace: 10.0.0.0/24 overlaps 10.0.0.0/16, which notIn keeps free",
    ],
    [
      "a range that is none",
      { network: { kind: "own", addressSpace: "10.0.0.5/24" } },
      'azure-ml:network.addressSpace: "10.0.0.5/24" is not a range',
    ],
    [
      "a subnet that is none",
      { network: { kind: "given", subnetId: "subnet" } },
      'azure-ml:network.subnetId: found "subnet"; allowed: an ARM id, "/subscriptions/…/Microsoft.Network/virtualNetworks/subnets/…"',
    ],
    [
      "an outbound rule that the isolation cannot have",
      {
        isolation: "internet-outbound",
        workspace: { outboundRules: { pypi: { kind: "fqdn", destination: "pypi.org" } } },
      },
      "azure-ml:workspace.outboundRules.pypi: is of kind fqdn, which isolation internet-outbound cannot have: allowed with approved-outbound",
    ],
    [
      "an outbound rule without a managed network",
      { workspace: { outboundRules: { m: { kind: "service-tag", tag: "AzureMonitor", ports: "443" } } } },
      "azure-ml:workspace.outboundRules.m: needs a managed network",
    ],
    [
      "a firewall without rules for it",
      { workspace: { firewallSku: "Basic" } },
      'azure-ml:workspace.firewallSku: found "Basic"; allowed: nothing, unless isolation is approved-outbound',
    ],
    [
      "a builder that is no cluster",
      { workspace: { imageBuildCompute: "none" } },
      'azure-ml:workspace.imageBuildCompute: found "none"; allowed: a cluster of this stage: cpu-cluster',
    ],
    [
      "a key without its version",
      { workspace: { encryption: { keyVaultId: "/subscriptions/s/kv", keyIdentifier: "https://v/keys/k" } } },
      'azure-ml:workspace.encryption.keyIdentifier: found "https://v/keys/k"; allowed: the address of a key with its version',
    ],
    [
      "a container whose blobs go before they cool",
      { storage: { containers: { raw: { coolAfterDays: 30, deleteAfterDays: 7 } } } },
      'azure-ml:storage.containers.raw: "raw" has 30, 7 days; each of',
    ],
    [
      "a container that is the stage's own",
      { storage: { containers: { uploads: { deleteAfterDays: 7 } } } },
      'azure-ml:storage.containers.uploads: "uploads" is the stage\'s own',
    ],
    [
      "zones for a registry that cannot have any",
      { registry: { zoneRedundant: true } },
      "azure-ml:registry.zoneRedundant: found true; allowed: nothing in a stage that opens publicNetworkAccess",
    ],
    [
      "purging what is protected",
      { protect: true },
      "azure-ml:purgeOnDestroy: found true; allowed: false while protect is true",
    ],
  ];
  test.each(cases)("fails %s", (name, change, message) => {
    const { problems } = checkSettings("dev", { ...valid, ...change });
    // An empty list of openings closes keys too.
    expect(problems.filter((problem) => problem.includes(message))).toHaveLength(1);
    expect(problems).toHaveLength(1);
    expect(name).not.toBe("");
  });

  test("fails with every problem at once, those between keys too", () => {
    const { problems } = checkSettings("dev", {
      locaton: "x",
      clusters: { "cpu-1": { vmSize: "x", minNodes: 3, maxNodes: 1 } },
      vault: { softDeleteDays: "many" },
      protect: true,
    });
    expect(problems.map((problem) => problem.split(": ")[1])).toEqual([
      "azure-ml:location",
      "azure-ml:vault.softDeleteDays",
      "azure-ml:locaton",
      "azure-ml:clusters.cpu-1",
      "azure-ml:clusters.cpu-1.minNodes",
      "azure-ml:purgeOnDestroy",
    ]);
  });
});

describe("loadStage", () => {
  let at: Folder;
  beforeEach(() => {
    at = folder();
  });
  afterEach(() => at.remove());

  test("fails with the problems of the stage file and of the workloads in one error", () => {
    at.write(
      "workloads/a/endpoint.yml",
      "$schema: x/managedOnlineEndpoint.schema.json\nname: churn\nauth_mode: aad_token\ntraffic:\n  blue: 50\n",
    );
    at.write(
      "workloads/b/deployment.yml",
      "$schema: x/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: other\ninstance_count: 1\ninstance_type: x\n",
    );
    const load = () => loadStage("prod", { ...valid, locaton: "x" }, at.root);
    expect(load).toThrow(pulumi.RunError);
    expect(load).toThrow(
      /stage prod has 3 problems, and nothing was changed:\n {2}- Pulumi.prod.yaml: .*locaton/,
    );
    expect(load).toThrow(/workloads\/a\/endpoint.yml:4:1: traffic: /);
    expect(load).toThrow(/workloads\/b\/deployment.yml:3:1: endpoint_name: /);
  });

  test("a missing folder is a problem", () => {
    expect(() => loadStage("dev", valid, at.root)).toThrow(/workloads:1:1: there is no such folder/);
  });
});

describe("readStage", () => {
  const config = (values: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        `azure-ml:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );

  test("reads what the engine hands over, and other packages' settings not at all", async () => {
    const values = { ...stageValues("dev"), purgeOnDestroy: false };
    const { outputs } = await run(async () => ({ ...(await readStage()).settings }), {
      stack: "dev",
      config: { ...config(values), "azure-native:location": "x" },
    });
    expect(outputs).toEqual({ ...readStageFile("dev").settings, purgeOnDestroy: false });
  });

  test("fails for an unknown key", async () => {
    const wrong = run(() => readStage(), {
      stack: "dev",
      config: config({ ...stageValues("dev"), vualt: {} }),
    });
    await expect(wrong).rejects.toThrow(/azure-ml:vualt: unknown key "vualt"; did you mean "vault"\?/);
  });
});
