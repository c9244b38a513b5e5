import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { rolesPage } from "../../../components/access/roles-page.ts";
import { beyond, rolesFor, tableProblems } from "../../../components/access/role-table.ts";
import { root } from "../../support/stages.ts";

const file = join(root, "docs/roles.md");

test("docs/roles.md is what the table says; UPDATE_DOCS=1 writes it", () => {
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(file, rolesPage());
  expect(readFileSync(file, "utf8")).toBe(rolesPage());
});

test("the page has a line for every row, and every role that is wider than its use says why", () => {
  const page = rolesPage();
  for (const { role, why } of rolesFor({ managedNetwork: true })) {
    expect(page).toContain(` | ${role} | `);
    expect(page).toContain(why);
  }
  for (const reason of Object.values(beyond)) expect(page).toContain(reason);
});

test("a role that does not exist is named with its row, with all others that do not", () => {
  const row = { identity: "compute", scope: "storage", why: "because" } as const;
  const wrong = ["Blob Reader", "AcrPull", "toString"].map((role) => ({ ...row, role: role as "AcrPull" }));
  expect(tableProblems(wrong)).toEqual([
    expect.stringMatching(/^role of compute at storage: found "Blob Reader", .*Storage Blob Data Reader/),
    expect.stringMatching(/^role of compute at storage: found "toString"/),
  ]);
});
