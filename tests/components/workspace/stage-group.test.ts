import { expect, test } from "@jest/globals";
import { nameFrom, nameOf } from "../../../components/component.ts";
import { StageGroup } from "../../../components/workspace/stage-group.ts";
import { run } from "../../support/pulumi.ts";

const program = () => {
  const { placement } = new StageGroup("stage", {
    naming: { workload: "ml", stage: "test" },
    location: "westeurope",
    tags: { owner: "me" },
  });
  return {
    account: nameOf(placement, "storageAccount"),
    endpoint: nameFrom(placement, "onlineEndpoint", "churn"),
    group: placement.resourceGroupName,
  };
};

test("a suffix in lower case, a resource group, and names that go with them", async () => {
  const { one, resources, outputs } = await run(program);
  expect(resources).toHaveLength(3);
  expect(one("random:index/randomString:RandomString", "stage-suffix").inputs).toEqual({
    length: 6,
    upper: false,
    special: false,
  });
  expect(one("azure-native:resources:ResourceGroup", "stage").inputs).toEqual({
    resourceGroupName: "rg-ml-test",
    location: "westeurope",
    tags: { owner: "me" },
  });
  expect(outputs).toEqual({ account: "stmltestx7k2m9", endpoint: "churn-x7k2m9", group: "rg-ml-test" });
});
