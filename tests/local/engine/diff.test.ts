import { describe, expect, test } from "@jest/globals";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { applyReplaceOnChanges, decideByInputs, forcedReplacement } from "../../../local/engine/diff.ts";
import { contains, ignoreChanges, parsePath } from "../../../local/engine/paths.ts";
import { resourceState } from "../../../local/engine/resource.ts";
import type { Goal } from "../../../local/engine/resource.ts";

describe("replaceOnChanges", () => {
  const answer = {
    changes: true,
    diffs: ["spec", "tags"],
    detailedDiff: { "spec.model": { kind: "UPDATE" as const }, "tags.a": { kind: "ADD" as const } },
  };
  test.each<[string, string[], string[]]>([
    ["nothing asked", [], []],
    ["a nested path", ["spec.model"], ["spec.model"]],
    ["another nested path", ["spec.note"], []],
    ["a property and what is below it", ["tags"], ["tags", "tags.a"]],
    ["all", ["*"], ["spec", "tags", "spec.model", "tags.a"]],
  ])("%s", (_, paths, expected) => {
    expect(applyReplaceOnChanges(answer, paths, false).replaceKeys).toEqual(expected);
  });
  test("an init error counts as a change for *, not for a named path", () => {
    expect(applyReplaceOnChanges({ changes: false }, ["*"], true)).toMatchObject({
      changes: true,
      replaceKeys: ["#initerror"],
    });
    expect(applyReplaceOnChanges({ changes: false }, ["size"], true).changes).toBe(false);
  });
  test("kinds that replace count without the list of replaces", () => {
    const detailedDiff = { kind: { kind: "UPDATE_REPLACE" as const } };
    expect(applyReplaceOnChanges({ changes: true, detailedDiff }, [], false).replaceKeys).toEqual(["kind"]);
  });
});

test("an undecided provider: the inputs decide, without what is ignored", () => {
  const undecided = { changes: false, undecided: true };
  expect(decideByInputs(undecided, { a: 1 }, { a: 2 }, []).changes).toBe(true);
  expect(decideByInputs(undecided, { a: 1 }, { a: 2 }, ["a"]).changes).toBe(false);
});

test("reasons to replace without asking", () => {
  const old = resourceState({ urn: "u", type: "t", custom: true, replacementTrigger: "v1" });
  const goal = { replaceWith: ["x"], deletedWith: "y" } as unknown as Goal;
  const reason = (given: Partial<Goal>, ...replaced: string[]) =>
    forcedReplacement({ ...goal, ...given }, old, new Set(replaced))?.replaceKeys;
  expect(reason({})).toBeUndefined();
  expect(reason({ replacementTrigger: "v1" })).toBeUndefined();
  expect(reason({ replacementTrigger: "v2" })).toEqual(["replacementTrigger"]);
  expect(reason({ replacementTrigger: UNKNOWN })).toEqual(["replacementTrigger"]);
  expect(reason({}, "x")).toEqual(["replaceWith"]);
  expect(reason({}, "y")).toEqual(["deletedWith"]);
});

describe("property paths", () => {
  test.each<[string, (string | number)[]]>([
    ["a", ["a"]],
    ["a.b[0].c", ["a", "b", 0, "c"]],
    ['a["b.c"]', ["a", "b.c"]],
    ["[1]", [1]],
    ["a[*].b", ["a", "*", "b"]],
    ["a.*", ["a", "*"]],
  ])("%s", (text, path) => {
    expect(parsePath(text)).toEqual(path);
  });
  test("what is no path is refused", () => {
    expect(() => parsePath("a[b")).toThrow('"a[b" is not a property path');
  });
  test("a path contains what is below it", () => {
    expect(contains(parsePath("a.*"), parsePath("a.b.c"))).toBe(true);
    expect(contains(parsePath("a.b"), parsePath("a"))).toBe(false);
  });
});

describe("ignoreChanges", () => {
  const old = { size: 1, tags: { owner: "me", team: "red" }, rules: [{ port: 80 }, { port: 443 }] };
  test.each<[string, PropertyMap, PropertyMap]>([
    ["size", { ...old, size: 2 }, old],
    [
      "tags.owner",
      { ...old, tags: { owner: "you", team: "blue" } },
      { ...old, tags: { owner: "me", team: "blue" } },
    ],
    [
      "rules[0].port",
      { ...old, rules: [{ port: 81 }, { port: 444 }] },
      { ...old, rules: [{ port: 80 }, { port: 444 }] },
    ],
    ["rules[*].port", { ...old, rules: [{ port: 81 }, { port: 444 }] }, old],
    ["added", { ...old, added: "x" }, old],
    ["size", { tags: old.tags, rules: old.rules }, old],
    ["tags.*", { ...old, tags: { other: "x" } }, old],
  ])("%s of %j", (path, inputs, expected) => {
    expect(ignoreChanges(inputs, old, [path])).toEqual({ inputs: expected, failed: [] });
  });
  test("a list that changed its length cannot be followed", () => {
    expect(ignoreChanges({ rules: [] }, old, ["rules[0].port"]).failed).toEqual(["rules[0].port"]);
  });
});
