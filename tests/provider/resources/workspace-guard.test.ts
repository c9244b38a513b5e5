import { describe, expect, test } from "@jest/globals";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { call, makeProvider, PLAIN } from "../support/calls.ts";

const before: PropertyMap = {
  kind: "Default",
  isolationMode: "AllowInternetOutbound",
  publicNetworkAccess: "Disabled",
  systemDatastoresAuthMode: "Identity",
  systemIdentity: "true",
  hubId: "",
  storageAccountId: "/subscriptions/s/st",
  keyVaultId: "/subscriptions/s/kv",
  encryption: "",
  hbiWorkspace: false,
  dataIsolation: false,
};
const refusals = async (
  change: PropertyMap,
  allow: string[] = [],
  olds: PropertyMap = { workspace: before },
) => {
  const { failures = [] } = await makeProvider({ env: {} }).check({
    ...PLAIN,
    ...call("WorkspaceGuard"),
    olds,
    news: { workspace: { ...before, ...change }, allow },
  });
  return failures.map(({ property, reason }) => `${property} ${reason}`);
};

describe("WorkspaceGuard", () => {
  test.each<[PropertyMap, RegExp, string]>([
    [
      { isolationMode: "Disabled" },
      /isolationMode goes from "AllowInternetOutbound" to "Disabled".*another stage$/,
      "nothing",
    ],
    [{ kind: "Hub" }, /kind .*every job, model and endpoint.*workspace.allow: \[replace\]$/, "replace"],
    [{ storageAccountId: "/subscriptions/s/other" }, /storageAccountId .*\[replace\]/, "replace"],
    [{ keyVaultId: "/subscriptions/s/other" }, /keyVaultId .*\[replace\]/, "replace"],
    [{ hubId: "/hub" }, /hubId .*\[replace\]/, "replace"],
    [{ encryption: "https://key" }, /encryption .*\[replace\]/, "replace"],
    [{ hbiWorkspace: true }, /hbiWorkspace .*\[replace\]/, "replace"],
    [{ dataIsolation: true }, /dataIsolation .*\[replace\]/, "replace"],
    [{ systemIdentity: "false" }, /systemIdentity .*\[replace\]/, "replace"],
    [{ publicNetworkAccess: "Enabled" }, /publicNetworkAccess .*Internet.*\[relax\]/, "relax"],
    [{ systemDatastoresAuthMode: "AccessKey" }, /systemDatastoresAuthMode .*keys.*\[relax\]/, "relax"],
  ])("stops at %j, with the reason and what allows it", async (change, message, allowance) => {
    expect(await refusals(change)).toEqual([expect.stringMatching(message)]);
    const other = allowance === "relax" ? "replace" : "relax";
    expect(await refusals(change, [other])).toHaveLength(1);
    expect(await refusals(change, ["replace", "relax"])).toHaveLength(allowance === "nothing" ? 1 : 0);
  });

  test("stops at all of them at once", async () => {
    expect(
      await refusals({ kind: "Hub", publicNetworkAccess: "Enabled", isolationMode: "Disabled" }),
    ).toHaveLength(3);
  });

  test.each<[string, PropertyMap]>([
    ["closing further", { isolationMode: "AllowOnlyApprovedOutbound" }],
    ["ids in another case", { storageAccountId: "/SUBSCRIPTIONS/s/st" }],
    ["what is not known yet", { storageAccountId: UNKNOWN }],
  ])("lets %s pass", async (_, change) => {
    expect(await refusals(change)).toEqual([]);
  });

  test("lets the first workspace be anything", async () => {
    expect(await refusals({ kind: "Hub", publicNetworkAccess: "Enabled" }, [], {})).toEqual([]);
  });
});
