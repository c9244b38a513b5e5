/** What verbs decide, on what Azure and Pulumi say: no Azure, no Pulumi. */
import { describe, expect, test } from "@jest/globals";
import { driftMarkdown, driftOf } from "../../../delivery/verbs/drift.ts";
import type { LiveDeployment, LiveEndpoint } from "../../../delivery/verbs/live.ts";
import { servedVersion } from "../../../delivery/verbs/promotion-plan.ts";
import { wayBack } from "../../../delivery/verbs/rollback-plan.ts";
import { withPins } from "../../../delivery/verbs/stage-file.ts";
import { prStageFile, sealing } from "../../../delivery/verbs/stages.ts";
import { importProblem, pendingOf } from "../../../delivery/verbs/state.ts";

const W = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const deployment = (name: string, version: string, minute: number, more: object = {}): LiveDeployment => ({
  name,
  createdAt: `2026-11-22T10:0${String(minute)}:00Z`,
  state: "Succeeded",
  model: `${W}/models/flower/versions/${version}`,
  ...more,
});
const endpoint = (traffic: Record<string, number>, ...deployments: LiveDeployment[]): LiveEndpoint => ({
  ...{ kind: "online", id: `${W}/onlineEndpoints/e`, name: "e" },
  ...{ traffic, deployments },
});

describe("promotion", () => {
  test("takes the version that serves, with its environment; one without traffic does not count", () => {
    const environment = `azureml:${W}/environments/sklearn/versions/7`;
    const found = servedVersion(
      [endpoint({ blue: 100 }, deployment("blue", "1", 1, { environment }), deployment("bad", "2", 2))],
      "Flower",
      "dev",
    );
    expect(found.model).toMatchObject({ name: "flower", version: "1" });
    expect(found.environment).toMatchObject({ name: "sklearn", version: "7" });
  });

  test.each<[string, LiveEndpoint[], string]>([
    ["never deployed", [], "flower was never deployed in stage dev"],
    ["without traffic", [endpoint({}, deployment("a", "1", 1))], "flower does not serve in stage dev"],
    [
      "that failed",
      [endpoint({ a: 100 }, deployment("a", "1", 1, { state: "Failed" }))],
      "flower does not serve in stage dev",
    ],
    [
      "in the middle of a release",
      [endpoint({ a: 80, b: 20 }, deployment("a", "1", 1), deployment("b", "2", 2))],
      "in 2 versions (1, 2): finish the release first",
    ],
  ])("refuses one %s", (_, endpoints, message) => {
    expect(() => servedVersion(endpoints, "flower", "dev")).toThrow(message);
  });
});

describe("rollback", () => {
  const [old, fresh] = [deployment("old", "1", 1), deployment("fresh", "2", 2)];
  test.each<[string, LiveEndpoint, ReturnType<typeof wayBack>]>([
    [
      "within the bake, to what shares the traffic",
      endpoint({ old: 80, fresh: 20 }, old, fresh),
      { kind: "atOnce", to: { old: 100 } },
    ],
    [
      "to the one before, where it is kept",
      endpoint({ fresh: 100 }, old, fresh),
      { kind: "atOnce", to: { old: 100 } },
    ],
    ["never to what a failed release left later", endpoint({ old: 100 }, old, fresh), { kind: "release" }],
    [
      "never to one that is not well",
      endpoint({ fresh: 100 }, { ...old, state: "Failed" }, fresh),
      { kind: "release" },
    ],
    ["by a release, where the one before is gone", endpoint({ fresh: 100 }, fresh), { kind: "release" }],
    [
      "three share: the others keep their shares",
      endpoint({ old: 60, mid: 20, fresh: 20 }, old, deployment("mid", "1", 1), fresh),
      { kind: "atOnce", to: { old: 75, mid: 25 } },
    ],
  ])("%s", (_, live, way) => {
    expect(wayBack(live)).toEqual(way);
  });
});

test("a pin keeps comments and remembers what it takes the place of; asked again, it stays", () => {
  const file = "# ours\nconfig:\n  azure-ml:promotion:\n    from: dev # as always\n    registry: shared\n";
  const [first, second] = ["1", "2"].map((version) => [{ kind: "models", name: "flower", version }] as const);
  const once = withPins(file, first!);
  expect(once).toBe(`${file}    models:\n      flower:\n        version: "1"\n`);
  const twice = withPins(once, second!);
  expect(twice).toBe(`${once.replace('"1"', '"2"')}        previous: "1"\n`);
  expect(withPins(twice, second!)).toBe(twice);
  expect(withPins(twice, [{ ...first![0], previous: null }])).toBe(once);
});

test("drift is what an up would change, and nothing that it only reads", () => {
  const urn = "urn:pulumi:prod::azure-ml::a:b:C$azureml:index:EndpointTraffic::answers-traffic";
  const steps = [
    { op: "same", urn },
    { op: "refresh", urn },
    { op: "update", urn, diffReasons: ["traffic"] },
  ];
  const found = driftOf(JSON.stringify({ steps }));
  expect(found.map(({ op }) => op)).toEqual(["update"]);
  expect(driftMarkdown("prod", found)).toContain(
    "| update | `azureml:index:EndpointTraffic answers-traffic` | `traffic` |",
  );
  expect(driftOf("{}")).toEqual([]);
});

test("a pull request's file says when it may go, and how its stack is sealed", () => {
  const text = prStageFile(
    "# t\nconfig:\n  azure-ml:preset: dev\n",
    "pr-7",
    new Date("2026-11-24T00:00:00Z"),
  );
  expect(text).toContain("expires-at: 2026-11-24T00:00:00.000Z");
  const of = (type: string, state: object) =>
    sealing(JSON.stringify({ deployment: { secrets_providers: { type, state } } }));
  expect(of("cloud", { url: "azurekeyvault://v", encryptedkey: "k" })).toEqual({
    secretsprovider: "azurekeyvault://v",
    encryptedkey: "k",
  });
  expect(of("passphrase", { salt: "v1:x" })).toEqual({ encryptionsalt: "v1:x" });
  expect(sealing("{}")).toEqual({});
});

test.each<[string, string | undefined]>([
  ["nope", "it is no JSON"],
  ["{}", "it is no export of a stack: deployment.resources is missing"],
  [
    '{"deployment":{"resources":[{"urn":"urn:pulumi:dev::p::t::n"}]}}',
    "it is of another stage: urn:pulumi:dev::p::t::n",
  ],
  ['{"deployment":{"resources":[{"urn":"urn:pulumi:prod::p::t::n"}]}}', undefined],
])("a state %s to be imported into prod", (text, problem) => {
  expect(importProblem(text, "prod")).toBe(problem);
});

test("what an interrupted update left is read from the state", () => {
  const pending_operations = [{ type: "creating", resource: { urn: "urn:x" } }];
  expect(pendingOf(JSON.stringify({ deployment: { pending_operations } }))).toEqual([
    { type: "creating", urn: "urn:x" },
  ]);
  expect(pendingOf('{"deployment":{}}')).toEqual([]);
});
