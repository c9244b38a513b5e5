/** What the report says of two sides made by hand; whole stages are in `changes.proof.ts`. */
import { describe, expect, test } from "@jest/globals";
import type { EngineEvent, Operation } from "@azure-ml-as-code/local/engine/events.ts";
import { resourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import type { ResourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import { nameOf } from "@azure-ml-as-code/local/engine/urn.ts";
import { secret, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { LIMIT, markdownOf } from "../../../delivery/plan/markdown.ts";
import { reportOf } from "../../../delivery/plan/report.ts";
import type { Compared } from "../../../delivery/plan/report.ts";

const urnFor = (type: string, name: string) => `urn:pulumi:prod::azure-ml::${type}::${name}`;
const has = (type: string, name: string, inputs: PropertyMap, more: Partial<ResourceState> = {}) =>
  resourceState({ urn: urnFor(type, name), type, custom: true, id: name, inputs, ...more });

const happened = (
  op: Operation,
  { urn, type }: ResourceState,
  keys: readonly string[] = [],
): EngineEvent[] => {
  const of = { urn, type, name: nameOf(urn), parent: "", op };
  return [
    { kind: "resource-started", ...of, keys },
    { kind: "resource-done", ...of, seconds: 0, id: "" },
  ];
};

const side = (resources: readonly ResourceState[]) => ({ resources, pendingOperations: [] });

function compared(
  before: readonly ResourceState[],
  after: readonly ResourceState[],
  events: readonly EngineEvent[],
  more: Partial<Compared> = {},
) {
  const planned = { deployment: side(after), events, failures: [] };
  return reportOf({ stage: "prod", head: "head", before: side(before), planned, ...more });
}

const TRAFFIC = "azureml:index:EndpointTraffic";
const VAULT = "azure-native:keyvault:Vault";
const ROLE = "azure-native:authorization:RoleAssignment";
const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";
const COMPUTE = "azure-native:machinelearningservices:Compute";

test("a release is told by its steps", async () => {
  const before = has(TRAFFIC, "answers-traffic", { traffic: { a: 100 } });
  const steps = [{ percent: 10 }, { percent: 100 }];
  const after = has(TRAFFIC, "answers-traffic", { traffic: { b: 100 }, release: { steps } });
  const report = await compared([before], [after], happened("update", after));
  expect(report.traffic).toEqual([
    { endpoint: "answers", before: "a 100", after: "b 100", steps: [10, 100] },
  ]);
  expect(markdownOf(report)).toContain("`answers`: a 100 → **b 100**, by steps 10 % → 100 %, rolled back");
});

describe("roles", () => {
  const identity = has(IDENTITY, "identity-compute", {});
  const vault = has(VAULT, "vault", { properties: { publicNetworkAccess: "Disabled" } });
  const role = (inputs: PropertyMap) =>
    has(
      ROLE,
      "r",
      { roleDefinitionId: "/x/acdd72a7-3385-48ef-bd42-f606fba81ae7", description: "looking", ...inputs },
      { propertyDependencies: { principalId: [identity.urn], scope: [vault.urn] } },
    );

  test("are told in words, whose and where", async () => {
    const assignment = role({ principalId: UNKNOWN, scope: UNKNOWN });
    const report = await compared(
      [identity, vault],
      [identity, vault, assignment],
      happened("create", assignment),
    );
    expect(report.roles.gained).toEqual([
      { who: "identity `identity-compute`", role: "Reader", where: "key vault `vault`", why: "looking" },
    ]);
  });

  test("made anew with the same meaning are neither gained nor lost", async () => {
    const [old, now] = [role({ principalId: "1" }), role({ principalId: "2" })];
    const events = happened("create-replacement", now, ["principalId"]);
    const report = await compared([identity, vault, old], [identity, vault, now], events);
    expect(report.roles).toEqual({ gained: [], lost: [] });
    expect(report.changes[0]).toMatchObject({ kind: "replace", because: ["principalId"] });
  });
});

test("what opens is told, with the rule that it breaks; what closes too", async () => {
  const vault = (publicNetworkAccess: string) =>
    has(VAULT, "vault", { properties: { publicNetworkAccess, enableRbacAuthorization: true } });
  const [closed, open] = [vault("Disabled"), vault("Enabled")];
  const opening = await compared([closed], [open], happened("update", open));
  expect(opening.exposure).toEqual({
    opened: ["key vault `vault` answers callers on the Internet"],
    closed: [],
  });
  expect(opening.policy.found.map(({ rule }) => rule)).toContain("public-network-access-disabled");
  const closing = await compared([open], [closed], happened("update", closed));
  expect(closing.exposure).toEqual({
    opened: [],
    closed: ["key vault `vault` answers callers on the Internet"],
  });
  expect(closing.policy.resolved.map(({ rule }) => rule)).toContain("public-network-access-disabled");
});

describe("compute", () => {
  const cluster = (maxNodeCount: number, vmSize = "S") =>
    has(COMPUTE, "c", {
      properties: { properties: { vmSize, scaleSettings: { minNodeCount: 1, maxNodeCount } } },
    });
  const prices = { asOf: "2026-11-01", currency: "EUR", perHour: { S: 0.5 } };
  const change = (after: ResourceState) =>
    compared([cluster(2)], [after], happened("update", after), { prices });

  test("is reckoned by the stage's prices", async () => {
    const { cost } = await change(cluster(4));
    expect(cost.compute[0]?.monthly).toEqual({ before: [365, 730], after: [365, 1460] });
  });

  test("without a price is told without a sum", async () => {
    const report = await change(cluster(2, "Unpriced"));
    expect(report.cost.compute[0]).not.toHaveProperty("monthly");
    expect(markdownOf(report)).toContain("no price given");
  });
});

test("what is taken away stands first, with what hangs on it and whether it is protected", async () => {
  const vault = has(VAULT, "vault", { properties: {} }, { protect: true });
  const comment = markdownOf(await compared([vault], [], happened("delete", vault)));
  expect(comment.indexOf("[!CAUTION]")).toBeLessThan(comment.indexOf("to delete"));
  expect(comment).toContain("key vault `vault` is **deleted**");
  expect(comment).toContain("It is protected");
});

test("no secret is shown: only that it changed", async () => {
  const [old, now] = ["canary-1", "canary-2"].map((value) =>
    has(VAULT, "vault", { properties: { accessToken: secret(value) } }),
  ) as [ResourceState, ResourceState];
  const report = await compared([old], [now], happened("update", now));
  expect(report.changes[0]?.fields).toEqual([
    { path: "properties.accessToken", before: "[secret]", after: "[secret]" },
  ]);
  expect(JSON.stringify(report) + markdownOf(report)).not.toContain("canary");
});

test("what was drawn by lot is not told, so that reports of the same change are the same", async () => {
  const suffix = has(
    "random:index/randomString:RandomString",
    "suffix",
    {},
    { outputs: { result: "qa4x67" } },
  );
  const vault = (name: string) => has(IDENTITY, "vault", { vaultName: name });
  const report = await compared(
    [suffix, vault("kv-qa4x67")],
    [suffix, vault("kv2-qa4x67")],
    happened("update", vault("")),
  );
  expect(report.changes[0]?.fields).toEqual([
    { path: "vaultName", before: "kv-‹random›", after: "kv2-‹random›" },
  ]);
});

test("a comment is never longer than GitHub takes, and counts what it leaves out", async () => {
  const vaults = (value: string) =>
    Array.from({ length: 500 }, (_, i) =>
      has(IDENTITY, `vault-${String(i)}`, { tags: { of: value.repeat(150) } }),
    );
  const after = vaults("b");
  const events = after.flatMap((vault) => happened("update", vault));
  const comment = markdownOf(await compared(vaults("a"), after, events));
  expect(comment.length).toBeLessThanOrEqual(LIMIT);
  expect(comment).toMatch(/\d+ more: see `--format json`/);
  expect(comment.split("<details>")).toHaveLength(comment.split("</details>").length);
});

test("values cannot break out of their place in the comment", async () => {
  const evil = "a|b`c</details>\n## Approved\n@everyone <img src=x>";
  const vault = (tag: string) => has(IDENTITY, "vault", { tags: { note: tag } });
  const comment = markdownOf(await compared([vault("")], [vault(evil)], happened("update", vault(evil))));
  expect(comment.split("\n").filter((line) => line.startsWith("## "))).toEqual(["## Plan of stage `prod`"]);
  const line = comment.split("\n").find((one) => one.includes("tags.note"))!;
  expect(line.split(/(?<!\\)\|/)).toHaveLength(5);
  expect(line.split("`")).toHaveLength(5);
});

test("nothing is said to change where nothing does", async () => {
  const vault = has(VAULT, "vault", { properties: { publicNetworkAccess: "Disabled" } });
  expect(markdownOf(await compared([vault], [vault], happened("same", vault)))).toContain(
    "**Nothing changes**; 1 resources stay as they are.",
  );
});
