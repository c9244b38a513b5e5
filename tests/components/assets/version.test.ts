import { isDeepStrictEqual } from "node:util";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { versionOf } from "../../../components/assets/version.ts";
import { nameProblem } from "../../../components/names.ts";

test("the order of keys and what is undefined do not count", () => {
  expect(versionOf({ a: 1, b: { c: 2, d: undefined } })).toBe(versionOf({ b: { c: 2 }, a: 1 }));
});

test("other content is another version", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
      const same = isDeepStrictEqual(plain(one), plain(other));
      expect(versionOf(plain(one)) === versionOf(plain(other))).toBe(same);
    }),
  );
  expect(versionOf("abc")).not.toBe(versionOf("abd"));
  expect(versionOf(["a", "b"])).not.toBe(versionOf(["b", "a"]));
});

test("a version is one that Azure takes, and stays what it was", () => {
  expect(nameProblem("assetVersion", versionOf({ image: "x" }))).toBeUndefined();
  // Changing the hash would make a new version of every asset of every stage.
  expect(versionOf({ image: "x", condaFile: "y" })).toBe("c3c534eb7b01");
});
