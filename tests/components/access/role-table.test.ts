import { describe, expect, test } from "@jest/globals";
import { delegable, planRoles, roleTable, rolesFor } from "../../../components/access/role-table.ts";
import type { RoleRow } from "../../../components/access/role-table.ts";

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

  test("reaches wider than one resource only for pipelines and for the managed network", () => {
    const wide = (rows: readonly RoleRow[]) =>
      rows.filter(({ scope }) => scope === "resourceGroup").map(({ identity }) => identity);
    expect(wide(roleTable)).toEqual(["ciDeploy", "ciDeploy", "ciPreview"]);
    expect(wide(all)).toEqual(["ciDeploy", "ciDeploy", "ciPreview", "workspace"]);
  });

  test("lets only the deploying pipeline give roles, within a condition, and none that gives roles", () => {
    const giving = "Role Based Access Control Administrator";
    expect(all.filter(({ role, delegates }) => delegates ?? role === giving)).toEqual([
      expect.objectContaining({ identity: "ciDeploy", role: giving, delegates: true }),
    ]);
    expect(delegable).not.toContain(giving);
    for (const { role, delegates } of all) if (!delegates) expect(delegable).toContain(role);
  });

  test("lets people manage nothing but through Azure ML's own roles", () => {
    const people = roleTable.filter(
      ({ identity }) => !["workspace", "compute", "endpoint", "ciDeploy"].includes(identity),
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
