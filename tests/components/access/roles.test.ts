import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { assignmentName, roleDefinitionId, roleIds, uuidV5 } from "../../../components/access/roles.ts";

const dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

describe("uuidV5", () => {
  // RFC 9562, appendix A.4, and the value that the older RFC 4122 errata give.
  test.each([
    ["www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"],
    ["python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"],
  ])("%s", (name, expected) => {
    expect(uuidV5(dns, name)).toBe(expected);
  });
});

describe("assignmentName", () => {
  test("is a version 5 UUID, another one for every scope, principal and role", () => {
    const roles = fc.constantFrom(...(Object.keys(roleIds) as (keyof typeof roleIds)[]));
    const triple = fc.tuple(fc.constantFrom("/a", "/b", "/a/b"), fc.constantFrom("p", "q"), roles);
    fc.assert(
      fc.property(triple, triple, (one, other) => {
        const [a, b] = [assignmentName(...one), assignmentName(...other)];
        expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(a === b).toBe(one.join("|") === other.join("|"));
      }),
    );
  });

  test("does not change with the case that Azure gives ids back in", () => {
    expect(assignmentName("/subscriptions/S/resourceGroups/G", "P", "Reader")).toBe(
      assignmentName("/subscriptions/s/resourcegroups/g", "p", "Reader"),
    );
  });
});

test("role ids are distinct GUIDs, and named as a subscription has them", () => {
  const ids = Object.values(roleIds);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(roleDefinitionId("s", "AcrPull")).toBe(
    `/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/${roleIds.AcrPull}`,
  );
});
