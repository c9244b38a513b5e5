import { describe, expect, test } from "@jest/globals";
import { decide, leftovers, replacementProblem, stepsFor } from "../../../local/engine/planner.ts";
import type { Decision, Facts, Step } from "../../../local/engine/planner.ts";
import { resourceState, stateOf } from "../../../local/engine/resource.ts";
import type { Goal, ResourceState } from "../../../local/engine/resource.ts";

const urn = (name: string) => `urn:pulumi:test::p::pkg:index:Thing::${name}`;
const entry = (name: string, given: Partial<ResourceState> = {}) =>
  resourceState({ urn: urn(name), type: "pkg:index:Thing", custom: true, id: `${name}-1`, ...given });
const goal: Goal = {
  type: "pkg:index:Thing",
  name: "a",
  custom: true,
  inputs: {},
  parent: "",
  dependencies: [],
  propertyDependencies: {},
  provider: "p::1",
  ignoreChanges: ["tags"],
  additionalSecretOutputs: [],
  aliases: [],
  importId: "",
  customTimeouts: {},
  replaceOnChanges: [],
  deletedWith: "",
  replaceWith: [],
};
const difference = (changes: boolean, replaceKeys: string[] = [], deleteBeforeReplace = false) => ({
  changes,
  replaceKeys,
  changedKeys: replaceKeys,
  deleteBeforeReplace,
});
const facts = (given: Partial<Facts>): Facts => ({
  old: entry("a"),
  recreating: false,
  difference: difference(false),
  deleteBeforeReplace: undefined,
  ...given,
});

describe("what a registration needs", () => {
  const replace = (first: "create" | "delete", keys: string[] = ["kind"]) => ({
    action: "replace",
    first,
    keys,
  });
  test.each<[string, Partial<Facts>, object]>([
    ["no old state", { old: undefined, difference: undefined }, { action: "create" }],
    ["no difference", {}, { action: "same" }],
    ["a difference", { difference: difference(true) }, { action: "update" }],
    ["a difference that replaces", { difference: difference(true, ["kind"]) }, replace("create")],
    ["the provider wants delete first", { difference: difference(true, ["kind"], true) }, replace("delete")],
    [
      "the option overrides the provider",
      { difference: difference(true, ["kind"], true), deleteBeforeReplace: false },
      replace("create"),
    ],
    [
      "the option wants delete first",
      { difference: difference(true, ["kind"]), deleteBeforeReplace: true },
      replace("delete"),
    ],
    [
      "deleted already, create missing",
      { old: entry("a", { pendingReplacement: true }) },
      replace("create", []),
    ],
    ["failed half way, nothing changed", { old: entry("a", { initErrors: ["x"] }) }, { action: "update" }],
    ["deleted for another replacement", { recreating: true, difference: undefined }, { action: "recreate" }],
    ["read so far, managed now", { old: entry("a", { external: true }) }, { action: "adopt" }],
  ])("%s", (_, given, expected) => {
    expect(decide(facts(given))).toEqual(expected);
  });
});

describe("the steps of a decision", () => {
  const old = entry("a");
  const fresh = stateOf(goal, urn("a"), old, undefined);
  const brief = (steps: readonly Step[]) =>
    steps.map((step) => {
      const subject = step.op === "delete" || step.op === "forget" ? step.old : step.fresh;
      const pending = step.op === "delete" && step.pendingReplacement ? " pending" : "";
      const waits = step.op === "create" && step.replaced?.pendingDelete === true ? ", old waits" : "";
      return `${step.op} ${subject.urn.split("::").at(-1)!}${pending}${waits}`;
    });
  const b = entry("b");
  const c = entry("c", { delete: true });
  const first = (how: "create" | "delete"): Decision => ({ action: "replace", first: how, keys: ["kind"] });

  test.each<[string, Decision, ResourceState | undefined, string[]]>([
    ["create", { action: "create" }, undefined, ["create a"]],
    ["same", { action: "same" }, old, ["same a"]],
    ["update", { action: "update" }, old, ["update a"]],
    ["create first", first("create"), old, ["create a, old waits", "replace a"]],
    [
      "delete first: dependents in reverse order",
      first("delete"),
      old,
      ["delete c", "delete b pending", "delete a pending", "replace a", "create a"],
    ],
    [
      "delete first, deleted already",
      first("delete"),
      entry("a", { pendingReplacement: true }),
      ["delete c", "delete b pending", "replace a", "create a"],
    ],
    ["recreate", { action: "recreate" }, old, ["replace a", "create a"]],
    ["adopt", { action: "adopt" }, entry("a", { external: true }), ["create a, old waits", "replace a"]],
  ])("%s", (_, decision, before, expected) => {
    const dependents = decision.action === "replace" && decision.first === "delete" ? [b, c] : [];
    expect(brief(stepsFor(decision, { old: before, fresh, goal }, dependents))).toEqual(expected);
  });
});

describe("replacements that may not be made", () => {
  test("protected before and after", () => {
    const problem = replacementProblem({ ...goal, protect: true }, entry("a", { protect: true }), ["kind"]);
    expect(problem).toMatch(
      /^a \(pkg:index:Thing\) would have to be replaced \(because of kind\), but is protected/,
    );
  });
  test("unprotected and changed in one go is fine", () => {
    expect(replacementProblem(goal, entry("a", { protect: true }), ["kind"])).toBeUndefined();
  });
  test("still imported", () => {
    expect(replacementProblem({ ...goal, importId: "x" }, entry("a"), [])).toContain("take `import` off it");
  });
});

test("what is left over: not touched, waiting for its delete, or deleted before and not wanted", () => {
  const [kept, gone] = [entry("kept"), entry("gone")];
  const [waits, done] = [entry("kept", { delete: true }), entry("kept", { delete: true, id: "kept-0" })];
  const unwanted = entry("unwanted", { pendingReplacement: true });
  const steps = leftovers([kept, gone, waits, done, unwanted], (name) => name === kept.urn, new Set([done]));
  expect(
    steps.map((step) => [step.op, step.op === "delete" && step.replacing, (step as { old: object }).old]),
  ).toEqual([
    ["delete", false, gone],
    ["delete", true, waits],
    ["forget", false, unwanted],
  ]);
});
