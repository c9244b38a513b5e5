/** A stage in two stacks: what the one makes, and what the other makes on it, is what one stack makes of it all. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { checkSettings, loadStage } from "../../stacks/config.ts";
import { platformAt, readPlatform } from "../../stacks/platform-reference.ts";
import type { PlatformDescription } from "../../stacks/platform-reference.ts";
import { misplacedKeys, readStackName } from "../../stacks/stack-name.ts";
import { buildStage } from "../../stacks/stage.ts";
import { run } from "../support/pulumi.ts";
import type { Run } from "../support/pulumi.ts";
import { root, runStage, stageValues } from "../support/stages.ts";

const { workloads, ...values } = stageValues("prod");
let [whole, platform, half]: Run[] = [];
let described: PlatformDescription;

beforeAll(async () => {
  whole = await runStage("prod");
  platform = await run(() => buildStage(loadStage("prod-platform", values)), { stack: "prod-platform" });
  described = (platform.outputs as { platform: PlatformDescription }).platform;
  half = await run(() => buildStage(loadStage("prod-workloads", { workloads }, root, described)), {
    stack: "prod-workloads",
  });
});

const named = ({ resources }: Run) =>
  resources
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ urn }) => urn.split("::").slice(2).join(" "))
    .sort();

test("both halves together are the whole stage; only what tells of endpoints is in a component of its own in each", () => {
  const shared = "azureml:monitoring:DiagnosticSettings diagnostics";
  const both = [...named(platform!), ...named(half!)].sort();
  expect(both).toEqual([...named(whole!), shared].sort());
  expect(named(half!)).toContain("azureml:monitoring:Alerts alerts");
  expect(named(platform!).filter((name) => /OnlineEndpoint|BatchEndpoint|assets/.test(name))).toEqual([]);
});

test("the workloads are the same as in one stack, tags and names of the stage too", () => {
  const bodies = ({ resources }: Run) =>
    Object.fromEntries(
      resources
        .filter(({ type }) =>
          /^azureml:index:|:(EnvironmentVersion|ModelVersion|BatchDeployment)$/.test(type),
        )
        .filter(({ type }) => !/Quota|Guard|RoleReadiness|Purge/.test(type))
        .map(({ urn, inputs }) => [urn.split("::").slice(2).join(" "), inputs]),
    );
  const wanted = bodies(half!);
  expect(Object.keys(wanted).length).toBeGreaterThan(5);
  expect(wanted).toEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, bodies(whole!)[key]])));
});

test("what the platform's stack says holds no key that workloads say themselves", () => {
  expect(Object.keys(described.settings)).not.toEqual(expect.arrayContaining(["workloads"]));
  expect(described.settings).toMatchObject({ preset: "prod", naming: { stage: "prod" }, protect: true });
});

describe("names of stacks", () => {
  test.each([
    ["prod", "prod", "whole"],
    ["prod-platform", "prod", "platform"],
    ["team-a-workloads", "team-a", "workloads"],
    ["platform", "platform", "whole"],
  ])("%s is of stage %s: %s", (name, stage, part) => {
    expect(readStackName(name)).toEqual({ stage, part });
  });

  test("a name can be overruled", () => {
    const { settings, problems } = checkSettings("ml-platform", {
      ...{
        preset: "dev",
        location: "westeurope",
        stack: { part: "whole" },
        workloads: { folder: "workloads" },
      },
    });
    expect([problems, settings.stack.part]).toEqual([[], "whole"]);
  });
});

test("keys in the file of the wrong half are named, with their home", () => {
  expect(misplacedKeys("whole", ["clusters", "releases"])).toEqual({});
  expect(checkSettings("prod-platform", { ...values, releases: {} }).problems).toEqual([
    "Pulumi.prod-platform.yaml: azure-ml:releases: is about the workloads: it stands in the file of that stack, not in one of part platform",
  ]);
  expect(checkSettings("prod-workloads", { clusters: {} }, described.settings).problems).toEqual([
    "Pulumi.prod-workloads.yaml: azure-ml:clusters: is about the platform: it stands in the file of that stack, not in one of part workloads",
  ]);
});

describe("readPlatform", () => {
  const read = (outputs: Record<string, unknown>) =>
    run(async () => ({ ...(await readPlatform("organization/azure-ml/prod-platform")) }), {
      reference: outputs,
    });

  test("gives what the stack says, which is enough for workloads", async () => {
    const { outputs } = await read({ platform: described });
    expect(outputs).toEqual(described);
    const { settings } = loadStage("prod-workloads", { workloads }, root, described);
    expect(Object.keys(platformAt(settings, described).datastores)).toEqual(["uploads"]);
  });

  test.each([
    [
      "nothing yet",
      {},
      /stack organization\/azure-ml\/prod-platform makes: it has no output platform: bring it up/,
    ],
    [
      "another form",
      { platform: { form: 2 } },
      /of another version of this program \(form, settings, .*bring it up again/,
    ],
  ])("fails for %s", async (_, outputs, message) => {
    const failed = read(outputs);
    await expect(failed).rejects.toThrow(pulumi.RunError);
    await expect(failed).rejects.toThrow(message);
  });
});
