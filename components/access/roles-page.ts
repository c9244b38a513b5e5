/** `docs/roles.md`, from the role table. Pure. */
import { beyond, delegable, rolesFor, roleTable } from "./role-table.ts";
import type { Identity, RoleRow, Scope } from "./role-table.ts";
import { roleIds } from "./roles.ts";

const who: Readonly<Record<Identity, string>> = {
  workspace: "the workspace's managed identity",
  compute: "the managed identity of compute clusters",
  endpoint: "the managed identity of online endpoints",
  deployer: "who runs `pulumi up`",
  dataScientists: "data scientists (group)",
  mlEngineers: "ML engineers (group)",
  computeOperators: "compute operators (group)",
  readers: "readers (group)",
  ciDeploy: "the pipeline that deploys (application)",
  ciPreview: "the pipeline that previews pull requests (application)",
};
const where: Readonly<Record<Scope, string>> = {
  resourceGroup: "the stage's resource group",
  storage: "the storage account",
  vault: "the key vault",
  registry: "the container registry",
  insights: "Application Insights",
  endpointIdentity: "the endpoints' managed identity",
  workspace: "the workspace",
};

const always = new Set(roleTable);
const line = (row: RoleRow) => {
  const { identity, role, scope, why } = row;
  const when = always.has(row) ? "" : "; with a managed network";
  return `| ${who[identity]} | ${role} | ${where[scope]} | ${why}${when} |`;
};

/** The whole page. */
export const rolesPage = (): string => {
  const rows = rolesFor({ managedNetwork: true });
  const used = [...new Set(rows.map(({ role }) => role))].sort();
  return `# Who may do what in a stage

Made from \`components/access/role-table.ts\` by \`UPDATE_DOCS=1 npm test -- tests/components/access/roles-page\`; do not edit.

What Azure assigns by itself is not here: the roles of system-assigned identities of workspaces and endpoints. A row stands for
one role assignment, which is made where its identity is there; nobody is made Owner or User Access Administrator.

| Identity | Role | At | Without it fails |
| --- | --- | --- | --- |
${rows.map(line).join("\n")}

## The roles

| Role | Id | Wider than what is done with it, because |
| --- | --- | --- |
${used.map((role) => `| ${role} | \`${roleIds[role]}\` | ${beyond[role] ?? "it is not"} |`).join("\n")}

## What the deploying pipeline may give

Its role *Role Based Access Control Administrator* carries a condition for giving and one for taking: only these roles, and only
to managed identities, applications and groups: ${[...delegable].sort().join(", ")}.
`;
};
