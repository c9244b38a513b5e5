/** What holds for every stage of the repository, registered whole. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Registered, Run } from "../support/pulumi.ts";
import { root, runStage, stageNames } from "../support/stages.ts";

/** Set to rewrite the lists beside this file. A changed URN takes an alias in the same change: it is a live resource. */
const rewrite = process.env["UPDATE_GOLDENS"] === "1";

const line = ({ urn, protect }: Registered) => `${protect ? "protected " : "          "}${urn}`;
const shape = ({ resources }: Run) =>
  resources.map(({ type, name, parent }) => [type, name, parent].join(" ")).sort();

describe.each(stageNames)("stage %s", (name) => {
  let stage: Run;
  beforeAll(async () => {
    stage = await runStage(name);
  });

  test("has the resources, and the protection, that are written down", () => {
    const file = join(import.meta.dirname, "goldens", `${name}.txt`);
    const list = `${stage.resources.map(line).sort().join("\n")}\n`;
    if (rewrite) writeFileSync(file, list);
    expect(list).toBe(readFileSync(file, "utf8"));
  });

  test("shows in its first preview what `up` will make", async () => {
    expect(shape(await runStage(name, { preview: true }))).toEqual(shape(stage));
  });

  test("tells people and pipelines where everything is", () => {
    const { resourceGroup, workspace, suffix, storageAccount, onlineEndpoints, batchEndpoints } =
      stage.outputs as Record<string, Record<string, unknown>>;
    expect({ resourceGroup, suffix, storageAccount }).toEqual({
      resourceGroup: `rg-ml-${name}`,
      suffix: "x7k2m9",
      storageAccount: `stml${name}x7k2m9`,
    });
    expect(workspace).toEqual({
      name: `mlw-ml-${name}`,
      id: expect.stringMatching(/^\/subscriptions\/.*\/mlw-ml-/),
    });
    for (const [key, endpoint] of Object.entries({ ...onlineEndpoints, ...batchEndpoints })) {
      const {
        name: inAzure,
        id,
        scoringUri,
        sampleRequest,
        sampleInput,
      } = endpoint as Record<string, string>;
      expect(inAzure).toBe(`${key}-x7k2m9`);
      expect(id).toMatch(new RegExp(`/${key}-x7k2m9$`));
      expect(scoringUri).toMatch(/^https:/);
      const sample = sampleRequest ?? sampleInput;
      if (key !== "count-batch") expect(existsSync(join(root, sample!))).toBe(true);
    }
    expect(Object.keys(onlineEndpoints!).length).toBeGreaterThan(0);
    expect(Object.keys(batchEndpoints!).length).toBeGreaterThan(0);
  });

  test("tags everything that takes tags with stage and owner", () => {
    const tagged = stage.resources.filter(({ custom, inputs }) => custom && "tags" in inputs);
    expect(tagged.length).toBeGreaterThan(10);
    for (const { inputs } of tagged)
      expect(inputs["tags"]).toMatchObject({
        stage: name,
        "managed-by": "pulumi",
        owner: expect.any(String),
      });
  });

  test("gives every role with the type of who gets it, under a name of its own", () => {
    const roles = stage.of("azure-native:authorization:RoleAssignment").map(({ inputs }) => inputs);
    expect(new Set(roles.map(({ roleAssignmentName }) => roleAssignmentName)).size).toBe(roles.length);
    for (const { principalType } of roles)
      expect(["ServicePrincipal", "User", "Group"]).toContain(principalType);
  });

  test("makes what uses an identity after the identity's roles", () => {
    const ml = (type: string) => `azure-native:machinelearningservices:${type}`;
    const before = (type: string) =>
      stage
        .of(type)
        .map(({ dependencies }) =>
          dependencies
            .filter((urn) => urn.includes(":RoleAssignment::"))
            .map((urn) => urn.split("::").at(-1)),
        );
    for (const roles of before(ml("Workspace")))
      expect(roles).toContain("part-roles-workspace-storage-contributor");
    for (const roles of before(ml("Compute"))) expect(roles).toContain("part-roles-compute-registry-acrpull");
    for (const roles of before("azureml:index:OnlineDeployment"))
      expect(roles).toEqual(
        expect.arrayContaining([
          "part-roles-endpoint-storage-storage-blob-data-reader",
          "workspace-roles-endpoint-workspace-azureml-metrics-writer",
        ]),
      );
    for (const { dependencies } of stage.of("azureml:index:Upload"))
      expect(dependencies.join()).toContain("part-roles-deployer-storage-storage-blob-data-contributor");
  });

  test("registers the same again", async () => {
    const again = await runStage(name);
    const inputs = ({ resources }: Run) =>
      Object.fromEntries(resources.map(({ urn, inputs: values }) => [urn, values]));
    expect(inputs(again)).toEqual(inputs(stage));
  });
});
