import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createRandom } from "@azure-ml-as-code/local/providers/random/provider.ts";
import { secret, UNKNOWN, unwrapProperties } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";

const provider = createRandom();
const token = (name: string) => `random:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
const called = (type: string) => ({
  urn: `urn:pulumi:s::p::${token(type)}::r`,
  type: token(type),
  name: "r",
});
const create = (type: string, properties: PropertyMap, preview = false) =>
  provider.create({ ...called(type), properties, timeout: 0, preview });
const check = async (type: string, news: PropertyMap) =>
  (await provider.check({ ...called(type), olds: {}, news, randomSeed: new Uint8Array() })).failures;
const diff = (type: string, oldInputs: PropertyMap, news: PropertyMap) =>
  provider.diff({ ...called(type), id: "i", oldInputs, olds: {}, news, ignoreChanges: [] });

describe("strings", () => {
  test("have the length and the least numbers of each kind that were asked for", () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(4),
        fc.nat(4),
        fc.nat(4),
        fc.nat(4),
        fc.integer({ min: 16, max: 40 }),
        async (l, u, n, s, length) => {
          const inputs = {
            length,
            minLower: l,
            minUpper: u,
            minNumeric: n,
            minSpecial: s,
            overrideSpecial: "_",
          };
          const { properties } = await create("RandomString", inputs);
          const result = properties["result"] as string;
          const count = (kind: RegExp) => result.match(kind)?.length ?? 0;
          expect(result).toHaveLength(length);
          expect([count(/[a-z]/g) >= l, count(/[A-Z]/g) >= u, count(/\d/g) >= n, count(/_/g) >= s]).toEqual([
            true,
            true,
            true,
            true,
          ]);
          expect(result).toMatch(/^[a-zA-Z0-9_]+$/);
        },
      ),
      { numRuns: 50 },
    ));

  test("leave out what is not wanted", async () => {
    const { id, properties } = await create("RandomString", {
      length: 200,
      upper: false,
      special: false,
      numeric: false,
    });
    expect(properties["result"]).toMatch(/^[a-z]{200}$/);
    expect(id).toBe(properties["result"]);
    expect(properties).toMatchObject({ lower: true, minLower: 0 });
  });

  test("cannot be shorter than their parts", async () => {
    expect(await check("RandomString", { length: 3, minLower: 2, minUpper: 2 })).toEqual([
      { property: "length", reason: "length must be at least the sum of the minima, 4" },
    ]);
    expect(await check("RandomString", {})).toEqual([
      { property: "length", reason: "missing required property 'length'" },
    ]);
    expect(await check("RandomString", { length: UNKNOWN })).toEqual([]);
  });
});

test("a password is secret", async () => {
  const { id, properties } = await create("RandomPassword", { length: 20 });
  expect(properties["result"]).toEqual(secret(expect.stringMatching(/^.{20}$/) as unknown as string));
  expect(id).toBe("none");
});

test("an id is the same bytes in four encodings, with the prefix; an import reads it back", async () => {
  const { id, properties } = await create("RandomId", { byteLength: 4, prefix: "ml-" });
  const bytes = Buffer.from(id, "base64url");
  expect(bytes).toHaveLength(4);
  expect(properties).toMatchObject({
    b64Url: `ml-${id}`,
    b64Std: `ml-${bytes.toString("base64")}`,
    hex: `ml-${bytes.toString("hex")}`,
    dec: `ml-${bytes.readUInt32BE()}`,
  });
  const read = await provider.read({ ...called("RandomId"), id: `ml-,${id}`, inputs: {}, properties: {} });
  expect(read).toEqual({ id, inputs: { byteLength: 4, prefix: "ml-" }, properties });
});

test("a seed gives the same integer and the same order, within bounds", async () => {
  const one = async (seed: string) =>
    (await create("RandomInteger", { min: 10, max: 99, seed })).properties["result"] as number;
  expect(await one("a")).toBe(await one("a"));
  expect(await one("a")).not.toBe(await one("b"));
  const all = await Promise.all(Array.from({ length: 200 }, (_, i) => one(String(i))));
  expect([Math.min(...all) >= 10, Math.max(...all) <= 99]).toEqual([true, true]);
  const inputs = { inputs: ["a", "b", "c"], resultCount: 5, seed: "s" };
  const [first, again] = await Promise.all([
    create("RandomShuffle", inputs),
    create("RandomShuffle", inputs),
  ]);
  expect(first.properties["results"]).toEqual(again.properties["results"]);
  expect([...(first.properties["results"] as string[]).slice(0, 3)].sort()).toEqual(["a", "b", "c"]);
  expect(first.properties["results"]).toHaveLength(5);
});

test("a pet has as many words as wanted, a UUID is one", async () => {
  expect((await create("RandomPet", { length: 3, prefix: "dev", separator: "_" })).id).toMatch(
    /^dev(_[a-z]+){3}$/,
  );
  expect((await create("RandomPet", {})).id).toMatch(/^[a-z]+-[a-z]+$/);
  expect((await create("RandomUuid", {})).id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test("any change replaces, the new one first; keepers too, and the same inputs nothing", async () => {
  const keepers = (spec: string) => ({ byteLength: 4, keepers: { spec } });
  expect(await diff("RandomId", keepers("a"), keepers("b"))).toMatchObject({
    changes: true,
    replaces: ["keepers"],
    deleteBeforeReplace: false,
    detailedDiff: { "keepers.spec": { kind: "UPDATE_REPLACE" } },
  });
  expect(await diff("RandomId", keepers("a"), keepers("a"))).toEqual({ changes: false });
});

test("a preview knows nothing of the result; a refresh changes nothing", async () => {
  expect(await create("RandomId", { byteLength: 4 }, true)).toEqual({
    id: "",
    properties: { byteLength: 4, b64Std: UNKNOWN, b64Url: UNKNOWN, dec: UNKNOWN, hex: UNKNOWN },
  });
  const inputs = { length: 5 };
  const { id, properties } = await create("RandomString", inputs);
  expect(await provider.read({ ...called("RandomString"), id, inputs, properties })).toEqual({
    id,
    inputs,
    properties,
  });
});

test("secret inputs stay secret; an unknown type is refused by name", async () => {
  const { properties } = await create("RandomId", { byteLength: 2, keepers: secret({ a: "b" }) });
  expect(properties["keepers"]).toEqual(secret({ a: "b" }));
  expect(unwrapProperties(properties)["keepers"]).toEqual({ a: "b" });
  await expect(check("RandomBytes", {})).rejects.toThrow(
    /'random:index\/randomBytes:RandomBytes' is not one/,
  );
});
