/**
 * Who may do what in a stage, and why. Pure; the one place where it is decided.
 *
 * What Azure assigns by itself is not here, nor is anything wider than one resource if one resource will do.
 * Sources: Microsoft's "Set up authentication between Azure Machine Learning and other services", "Authenticate clients
 * for online endpoints", "Disable shared key access", "Manage access to workspaces"; see `docs/adr/0003`.
 */
import { roleIds } from "./roles.ts";
import type { Role } from "./roles.ts";

/** What acts for a stage: managed identities. */
export type WorkloadIdentity = "workspace" | "compute" | "endpoint";

/** The people of a stage: Entra groups. */
export const personas = ["dataScientists", "mlEngineers", "computeOperators", "readers"] as const;
export type Persona = (typeof personas)[number];

/** Pipelines: one that deploys, one that shows on a pull request what a change would do. */
export type CiIdentity = "ciDeploy" | "ciPreview";

/** `deployer` is who runs `pulumi up`. */
export type Identity = WorkloadIdentity | Persona | CiIdentity | "deployer";

export type Scope =
  "resourceGroup" | "storage" | "vault" | "registry" | "insights" | "endpointIdentity" | "workspace";

export interface RoleRow {
  readonly identity: Identity;
  readonly role: Role;
  readonly scope: Scope;
  /** What fails without it. */
  readonly why: string;
  /** It may give others the roles of this table alone, to identities and groups alone: {@link delegation}. */
  readonly delegates?: true;
}

const row = (identity: Identity, role: Role, scope: Scope, why: string): RoleRow => ({
  identity,
  role,
  scope,
  why,
});

export const roleTable: readonly RoleRow[] = [
  row("workspace", "Contributor", "storage", "making the workspace's own containers and file share"),
  row(
    "workspace",
    "Storage Blob Data Contributor",
    "storage",
    "system datastores that use identity, not keys",
  ),
  row("workspace", "Key Vault Contributor", "vault", "using the vault as the workspace's"),
  row("workspace", "Key Vault Administrator", "vault", "keeping the secrets of connections and datastores"),
  row("workspace", "Contributor", "registry", "building images of environments and pushing them"),
  row("workspace", "Contributor", "insights", "wiring the telemetry of endpoints and jobs"),
  row("workspace", "Contributor", "workspace", "acting for jobs and endpoints inside the workspace"),

  row("compute", "AcrPull", "registry", "starting a node: pulling the image of an environment"),
  row(
    "compute",
    "Storage Blob Data Contributor",
    "storage",
    "reading the inputs of jobs, writing their outputs",
  ),
  row(
    "compute",
    "Storage Queue Data Contributor",
    "storage",
    "batch: handing mini-batches to nodes without keys",
  ),
  row(
    "compute",
    "Storage Table Data Contributor",
    "storage",
    "batch: keeping count of mini-batches without keys",
  ),
  row("compute", "Monitoring Metrics Publisher", "insights", "sending job telemetry without a key"),

  row("endpoint", "AcrPull", "registry", "starting a deployment: pulling the image of its environment"),
  row("endpoint", "Storage Blob Data Reader", "storage", "starting a deployment: fetching model and code"),
  row(
    "endpoint",
    "AzureML Metrics Writer",
    "workspace",
    "publishing the metrics that releases are judged by",
  ),
  row("endpoint", "Monitoring Metrics Publisher", "insights", "sending request telemetry without a key"),

  row("deployer", "Storage Blob Data Contributor", "storage", "uploading code and models without keys"),

  row("dataScientists", "AzureML Data Scientist", "workspace", "running experiments and deploying models"),
  row("dataScientists", "Storage Blob Data Contributor", "storage", "reading and writing data without keys"),
  row("dataScientists", "Storage File Data Privileged Contributor", "storage", "notebooks without keys"),
  row(
    "dataScientists",
    "Managed Identity Operator",
    "endpointIdentity",
    "making an endpoint that acts as the stage's endpoint identity",
  ),
  row("mlEngineers", "AzureML Data Scientist", "workspace", "releasing models and reading their logs"),
  row("mlEngineers", "Storage Blob Data Contributor", "storage", "uploading models without keys"),
  row(
    "mlEngineers",
    "Managed Identity Operator",
    "endpointIdentity",
    "making an endpoint that acts as the stage's endpoint identity",
  ),
  row("computeOperators", "AzureML Compute Operator", "workspace", "creating, starting and stopping compute"),
  row(
    "computeOperators",
    "Reader",
    "workspace",
    "opening the workspace, which the operator's role cannot read",
  ),
  row("readers", "Reader", "workspace", "seeing endpoints, jobs and assets"),
  row("readers", "Storage Blob Data Reader", "storage", "seeing data and the outputs of jobs without keys"),
  row("readers", "Storage File Data Privileged Reader", "storage", "seeing notebooks without keys"),

  row("ciDeploy", "Contributor", "resourceGroup", "making and changing what the stage is made of"),
  {
    ...row(
      "ciDeploy",
      "Role Based Access Control Administrator",
      "resourceGroup",
      "giving the stage's identities and groups the roles of this table",
    ),
    delegates: true,
  },
  row(
    "ciPreview",
    "Reader",
    "resourceGroup",
    "comparing a change with what is there; it reads no key and no secret",
  ),
];

/**
 * Why nothing narrower would do, by role: what a role allows beyond what is done with it here. A role that is not here is
 * used to the last of its actions.
 */
export const beyond: Readonly<Partial<Record<Role, string>>> = {
  Contributor:
    "Azure ML asks for it by name for a workspace's own identity, on each part and not on the group; a pipeline makes every type that a stage has",
  Reader: "the narrowest built-in role that shows a resource and all that is in it",
  "Key Vault Contributor": "Azure ML asks for it by name where the vault decides by roles",
  "Key Vault Administrator": "Azure ML asks for it by name: it keeps secrets and reads keys of connections",
  "Storage Blob Data Contributor":
    "the narrowest built-in role that writes blobs; it deletes and moves them too",
  "Storage Blob Data Reader":
    "the narrowest built-in role that reads blobs; it lists containers and signs links too",
  "Storage Queue Data Contributor": "named by Azure ML for batch jobs without keys",
  "Storage Table Data Contributor": "named by Azure ML for batch jobs without keys",
  "Storage File Data Privileged Contributor":
    "named by Azure ML for notebooks without keys; the local Azure serves no file shares, so only the decision is tested",
  "Storage File Data Privileged Reader":
    "the reading half of the same; the local Azure serves no file shares, so only the decision is tested",
  "Monitoring Metrics Publisher":
    "the narrowest built-in role that sends telemetry; it registers the provider too",
  "Managed Identity Operator":
    "the narrowest built-in role that assigns an identity; it reads deployments too",
  "AzureML Compute Operator": "made by Azure ML for this; it reaches compute and nothing else",
  "Azure AI Enterprise Network Connection Approver":
    "made by Azure ML for this; it approves private endpoints and nothing else",
  "Role Based Access Control Administrator":
    "held to the roles of this table by a condition; it reads all else",
};

/** Needed besides where the workspace has a managed network. */
const managedNetwork: readonly RoleRow[] = [
  row(
    "workspace",
    "Azure AI Enterprise Network Connection Approver",
    "resourceGroup",
    "approving the private endpoints that its managed network makes",
  ),
];

/** The rows of a stage. */
export const rolesFor = (stage: { readonly managedNetwork: boolean }): readonly RoleRow[] =>
  stage.managedNetwork ? [...roleTable, ...managedNetwork] : roleTable;

export interface PlannedRole extends RoleRow {
  /** Ends the assignment's logical name, so it is identity: `compute-registry-acrpull`. */
  readonly key: string;
}

/** Roles that whoever deploys a stage must be able to give; never one that gives roles itself. */
export const delegable: readonly Role[] = [
  ...new Set([...roleTable, ...managedNetwork].filter(({ delegates }) => !delegates).map(({ role }) => role)),
];

/** Every row that names a role which is not known here, with the nearest that is. */
export const tableProblems = (table: readonly RoleRow[]): string[] =>
  table.flatMap(({ identity, role, scope }) =>
    Object.hasOwn(roleIds, role)
      ? []
      : [
          `role of ${identity} at ${scope}: found ${JSON.stringify(role)}, which is no role of components/access/roles.ts: ${Object.keys(roleIds).sort().join(", ")}`,
        ],
  );

/** The rows of `table` whose identity and scope are there, each with its key. */
export const planRoles = (
  table: readonly RoleRow[],
  identities: readonly string[],
  scopes: readonly string[],
): PlannedRole[] =>
  table
    .filter(({ identity, scope }) => identities.includes(identity) && scopes.includes(scope))
    .map((entry) => ({ ...entry, key: `${entry.identity}-${entry.scope}-${slug(entry.role)}` }));

const slug = (role: Role): string => role.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
