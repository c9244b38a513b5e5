/**
 * Who may do what in a stage, and why. Pure; the one place where it is decided.
 *
 * What Azure assigns by itself is not here, nor is anything wider than one resource if one resource will do.
 * Sources: Microsoft's "Set up authentication between Azure Machine Learning and other services", "Authenticate clients
 * for online endpoints", "Disable shared key access", "Manage access to workspaces"; see `docs/adr/0003`.
 */
import type { Role } from "./roles.ts";

/** What acts for a stage: managed identities. */
export type WorkloadIdentity = "workspace" | "compute" | "endpoint";

/** The people of a stage: Entra groups. */
export const personas = ["dataScientists", "mlEngineers", "computeOperators", "readers"] as const;
export type Persona = (typeof personas)[number];

/** `deployer` is who runs `pulumi up`. */
export type Identity = WorkloadIdentity | Persona | "deployer";

export type Scope = "resourceGroup" | "storage" | "vault" | "registry" | "insights" | "workspace";

export interface RoleRow {
  readonly identity: Identity;
  readonly role: Role;
  readonly scope: Scope;
  /** What fails without it. */
  readonly why: string;
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
  row("mlEngineers", "AzureML Data Scientist", "workspace", "releasing models and reading their logs"),
  row("mlEngineers", "Storage Blob Data Contributor", "storage", "uploading models without keys"),
  row("computeOperators", "AzureML Compute Operator", "workspace", "creating, starting and stopping compute"),
  row("readers", "Reader", "workspace", "seeing endpoints, jobs and assets"),
  row("readers", "Storage Blob Data Reader", "storage", "seeing data and the outputs of jobs without keys"),
  row("readers", "Storage File Data Privileged Reader", "storage", "seeing notebooks without keys"),
];

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
