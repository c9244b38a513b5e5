import { describe, expect, test } from "@jest/globals";
import { hasSecret, hasUnknown, sameValue, secret, UNKNOWN, unwrapSecrets } from "../../protocol/values.ts";

describe("property values", () => {
  test("secrets unwrap at every depth", () => {
    const value = { keys: [secret("a"), { inner: secret({ b: secret("c") }) }] };
    expect(unwrapSecrets(value)).toEqual({ keys: ["a", { inner: { b: "c" } }] });
  });

  test("a secret is not wrapped twice", () => {
    expect(secret(secret("a"))).toEqual(secret("a"));
  });

  test("unknowns and secrets are found in depth, and only where they are", () => {
    expect(hasUnknown({ a: [1, { b: UNKNOWN }] })).toBe(true);
    expect(hasUnknown({ a: [1, { b: "x" }] })).toBe(false);
    expect(hasSecret([{ a: secret(1) }])).toBe(true);
    expect(hasSecret([{ a: 1 }])).toBe(false);
  });

  test("equality is by content: key order and secret wrapping do not count, absence does", () => {
    expect(sameValue({ a: 1, b: [2] }, { b: [secret(2)], a: 1 })).toBe(true);
    expect(sameValue({ a: 1 }, { a: 1, b: null })).toBe(false);
    expect(sameValue([1, 2], [2, 1])).toBe(false);
  });
});
