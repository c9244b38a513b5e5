import { expect, test } from "@jest/globals";
import { Identities } from "../../../components/access/identities.ts";
import { placement } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

test("one identity each for workspace, compute and endpoints; roles go to principal ids", async () => {
  const { of, outputs } = await run(() => new Identities("identity", { placement }).principals);
  expect(
    of("azure-native:managedidentity:UserAssignedIdentity").map(({ name, inputs }) => [
      name,
      inputs["resourceName"],
    ]),
  ).toEqual([
    ["identity-workspace", "id-ml-test-workspace"],
    ["identity-compute", "id-ml-test-compute"],
    ["identity-endpoint", "id-ml-test-endpoint"],
  ]);
  const principal = (name: string) => ({ id: `principal-of-id-ml-test-${name}`, type: "ServicePrincipal" });
  expect(outputs).toEqual({
    workspace: principal("workspace"),
    compute: principal("compute"),
    endpoint: principal("endpoint"),
  });
});
