import { describe, expect, test } from "@jest/globals";
import { planRoles, roleTable, rolesFor } from "../../../components/access/role-table.ts";

const all = rolesFor({ managedNetwork: true });
const everything = planRoles(
  all,
  all.map(({ identity }) => identity),
  all.map(({ scope }) => scope),
);

describe("the role table", () => {
  test("gives a reason for every row", () => {
    for (const { why } of all) expect(why.length).toBeGreaterThan(10);
  });

  test("names every assignment once", () => {
    expect(new Set(everything.map(({ key }) => key)).size).toBe(all.length);
  });

  test("gives nobody the right to give rights", () => {
    const roles: string[] = all.map(({ role }) => role);
    expect(roles).not.toContain("Owner");
    expect(roles).not.toContain("User Access Administrator");
  });

  test("reaches wider than one resource only for the managed network", () => {
    expect(roleTable.filter(({ scope }) => scope === "resourceGroup")).toEqual([]);
    expect(all.filter(({ scope }) => scope === "resourceGroup").map(({ identity }) => identity)).toEqual([
      "workspace",
    ]);
  });

  test("lets people manage nothing but through Azure ML's own roles", () => {
    const people = roleTable.filter(
      ({ identity }) => !["workspace", "compute", "endpoint"].includes(identity),
    );
    for (const { role } of people) expect(role).not.toMatch(/^(Contributor|Key Vault)/);
  });

  test("gives an endpoint all that Azure gives a system-assigned one", () => {
    const endpoint = roleTable.filter(({ identity }) => identity === "endpoint");
    expect(endpoint.map(({ role, scope }) => `${role} @ ${scope}`)).toEqual([
      "AcrPull @ registry",
      "Storage Blob Data Reader @ storage",
      "AzureML Metrics Writer @ workspace",
      "Monitoring Metrics Publisher @ insights",
    ]);
  });
});

describe("planRoles", () => {
  test("leaves out who or what is not there", () => {
    expect(planRoles(roleTable, ["endpoint"], ["registry", "vault"]).map(({ key }) => key)).toEqual([
      "endpoint-registry-acrpull",
    ]);
    expect(planRoles(roleTable, [], ["registry"])).toEqual([]);
  });
});
