import { describe, expect, test } from "@jest/globals";
import { aliasUrns } from "../../../local/engine/aliases.ts";
import { nameFrom, parseAutonaming } from "../../../local/engine/autonaming.ts";
import { allDependencies, deleteLayers, dependentsOf } from "../../../local/engine/graph.ts";
import { newLedger } from "../../../local/engine/ledger.ts";
import { seconds } from "../../../local/engine/messages.ts";
import { resourceState } from "../../../local/engine/resource.ts";
import type { ResourceState } from "../../../local/engine/resource.ts";
import { limiter } from "../../../local/engine/scheduling.ts";

const entry = (urn: string, given: Partial<ResourceState> = {}) =>
  resourceState({ urn, type: "t", custom: true, ...given });
const urns = (states: Iterable<ResourceState>) => [...states].map((state) => state.urn);

describe("who depends on whom", () => {
  const base = entry("base");
  const left = entry("left", { dependencies: ["base"] });
  const right = entry("right", { propertyDependencies: { x: ["base"] } });
  const tip = entry("tip", { dependencies: ["left", "right"] });
  const group = entry("group", { custom: false });
  const child = entry("child", { parent: "group" });
  const after = entry("after", { dependencies: ["group"] });
  const all = [base, left, right, tip, group, child, after];

  test("dependents, without those that cannot be", () => {
    expect(urns(dependentsOf(all, base))).toEqual(["left", "right", "tip"]);
    expect(urns(dependentsOf(all, base, new Set(["left"])))).toEqual(["right", "tip"]);
  });
  test("a diamond goes tip first, sides together, base last; a component after its children", () => {
    expect(deleteLayers(all, new Set(all)).map(urns)).toEqual([
      ["tip", "after"],
      ["left", "right", "child"],
      ["base", "group"],
    ]);
  });
  test("only what is condemned counts", () => {
    expect(deleteLayers(all, new Set([base, tip])).map(urns)).toEqual([["base", "tip"]]);
  });
  test("all that a resource needs", () => {
    expect(urns(allDependencies(all, tip)).sort()).toEqual(["base", "left", "right"]);
    expect(urns(allDependencies(all, after)).sort()).toEqual(["child", "group"]);
  });
});

describe("aliases", () => {
  const names = { stack: "test", project: "p", renamed: new Map<string, string>() };
  const group = "urn:pulumi:test::p::my:Group::new";
  const thing = { type: "pkg:index:Thing", name: "new-child", parent: group, aliases: [] };
  const urn = (rest: string) => `urn:pulumi:test::p::${rest}`;
  test("replace parts of the own name", () => {
    const aliases = [{ name: "old" }, { noParent: true }, { type: "pkg:index:Old", stack: "dev" }, "urn:x"];
    expect(aliasUrns({ ...thing, aliases }, names)).toEqual([
      urn("my:Group$pkg:index:Thing::old"),
      urn("pkg:index:Thing::new-child"),
      "urn:pulumi:dev::p::my:Group$pkg:index:Old::new-child",
      "urn:x",
    ]);
  });
  test("follow a renamed parent, in type and in name", () => {
    const renamed = new Map([[group, urn("my:Group::old")]]);
    expect(aliasUrns(thing, { ...names, renamed })).toEqual([urn("my:Group$pkg:index:Thing::old-child")]);
  });
  test("one entry is found by one resource only", () => {
    const ledger = newLedger("test", "p", [entry(urn("t::old"))]);
    const goal = (name: string) => ({ type: "t", name, parent: "", aliases: [{ name: "old" }] });
    expect(ledger.find(ledger.claim(goal("a")), goal("a")).alias).toBe(urn("t::old"));
    expect(() => ledger.find(ledger.claim(goal("b")), goal("b"))).toThrow(
      "is the resource a (t) of this run already",
    );
    expect(() => ledger.claim(goal("old"))).toThrow("has taken over the state");
  });
});

describe("autonaming", () => {
  const seed = new Uint8Array(32).fill(1);
  test("patterns are filled from the seed", () => {
    const { name, random } = nameFrom("${name}-${hex(6)}-${num(2)}-${uuid}", "db", seed);
    expect(name).toMatch(/^db-[0-9a-f]{6}-\d{2}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(random).toBe(true);
    expect(nameFrom("${name}-${hex(6)}-${num(2)}-${uuid}", "db", seed).name).toBe(name);
    expect(nameFrom("${hex(6)}", "db", new Uint8Array(32)).name).not.toBe(
      nameFrom("${hex(6)}", "db", seed).name,
    );
  });
  test("the most specific section decides", () => {
    const stack = { project: "p", stack: "test", organization: "o" };
    const naming = parseAutonaming(
      {
        pattern: "${project}-${name}",
        providers: {
          pkg: { mode: "verbatim", resources: { "pkg:index:Odd": { pattern: "x${hex(2)}", enforce: true } } },
        },
      },
      stack,
    );
    expect(naming("other:index:Thing", "a", seed)).toEqual({
      options: { proposedName: "p-a", mode: 0 },
      deleteBeforeReplace: true,
    });
    expect(naming("pkg:index:Thing", "a", seed).options).toEqual({ proposedName: "a", mode: 1 });
    expect(naming("pkg:index:Odd", "a", seed)).toMatchObject({
      options: { mode: 1 },
      deleteBeforeReplace: false,
    });
    expect(() => parseAutonaming({ pattern: "${config.x}" }, stack)).toThrow("does not know ${config.x}");
    expect(() => parseAutonaming({ mode: "loud" }, stack)).toThrow("known are default, verbatim, disabled");
  });
});

test.each([
  ["", 0],
  ["90s", 90],
  ["1h30m", 5400],
  ["1.5m", 90],
  ["500ms", 0.5],
])("duration %s", (text, expected) => {
  expect(seconds(text)).toBe(expected);
});
test("what is no duration is refused", () => {
  expect(() => seconds("soon")).toThrow('"soon" is not a duration');
});

test("a limiter lets so many run, in order, also after failures", async () => {
  const slot = limiter(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const outcomes = await Promise.allSettled(
    [0, 1, 2, 3, 4].map((n) =>
      slot(async () => {
        most = Math.max(most, ++running);
        order.push(n);
        await Promise.resolve();
        running--;
        if (n === 1) throw new Error("one");
      }),
    ),
  );
  expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]]);
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(1);
});
