/** A stage that takes its models from another: pins in place of what the workloads make. */
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { checkSettings } from "../../stacks/config.ts";
import { loadWorkloads } from "../../stacks/load-workloads.ts";
import { churn, folder } from "../support/workloads.ts";
import type { Folder } from "../support/workloads.ts";

let at: Folder;
beforeEach(() => {
  at = folder(churn);
});
afterEach(() => at.remove());

const clusters = { "cpu-cluster": { vmSize: "x", maxNodes: 2 } };
function load(promotion: object) {
  const { settings, problems } = checkSettings("dev", { location: "westeurope", clusters, promotion });
  expect(problems).toEqual([]);
  return loadWorkloads(settings, at.root, "dev");
}

test("what is pinned comes from the registry, and is not made", () => {
  const { plan, problems } = load({ from: "lab", registry: "shared", models: { churn: { version: "7" } } });
  expect(problems).toEqual([]);
  expect(plan.assets.resources.filter(({ type }) => type === "model")).toEqual([]);
  for (const { deployments } of plan.onlineEndpoints)
    for (const { spec } of deployments)
      expect(spec.model).toEqual({
        ...{ kind: "registry", registry: "shared", type: "model", name: "churn", version: "7" },
      });
});

test("a model that was not promoted stops the stage, with the way to promote it", () => {
  expect(load({ from: "lab", registry: "shared" }).problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^workloads\/churn\/blue\.yml:\d+:\d+: model: model "churn" was not promoted from stage lab: npm run promote -- --from lab --to dev churn$/,
      ),
    ]),
  );
});
