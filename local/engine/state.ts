/**
 * The deployment file: `{version: 3, deployment}` as `pulumi stack export --show-secrets` prints it and
 * `pulumi stack import` takes it. Pure.
 */
import { isMarked, mapDeep, SECRET, SIGNATURE } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { SecretsProviders } from "./passphrase.ts";
import { mapProperties } from "./properties.ts";
import { resourceState } from "./resource.ts";
import type { PropertyDependencies, ResourceState } from "./resource.ts";
import { shapeProblems } from "./state-shape.ts";
import { isProviderType, label, splitProviderRef } from "./urn.ts";

export type OperationType = "creating" | "updating" | "deleting" | "reading" | "importing";

/** What was under way when a run ended without an answer. */
export interface PendingOperation {
  readonly resource: ResourceState;
  readonly type: OperationType;
}

export interface Deployment {
  /** Parents, providers and dependencies come before what uses them. */
  readonly resources: readonly ResourceState[];
  readonly pendingOperations: readonly PendingOperation[];
  /** How the Pulumi CLI encrypts the secrets; this engine only hands it on. */
  readonly secretsProviders?: SecretsProviders | undefined;
}

/** A file that is not a deployment, or not one that can be used. */
export class StateError extends Error {
  override readonly name = "StateError";
}

/** Secrets as the file has them: their JSON, as a text. */
const concealed = (value: Value): Value =>
  isMarked(value, SECRET)
    ? { [SIGNATURE]: SECRET, plaintext: JSON.stringify(value["value"] ?? null) }
    : value;

function revealed(value: Value): Value {
  if (!isMarked(value, SECRET)) return value;
  const { plaintext } = value;
  if (typeof plaintext !== "string")
    throw new StateError(
      "the state holds encrypted secrets: set PULUMI_CONFIG_PASSPHRASE to its passphrase, or " +
        "export it with `pulumi stack export --show-secrets`",
    );
  try {
    return { [SIGNATURE]: SECRET, value: mapDeep(JSON.parse(plaintext) as Value, revealed) };
  } catch (error) {
    if (error instanceof StateError) throw error;
    throw new StateError("the state holds a secret whose plaintext is not JSON", { cause: error });
  }
}

/** The fields that travel as they are, when they are not empty. */
const FIELDS = [
  "delete",
  "id",
  "parent",
  "protect",
  "external",
  "dependencies",
  "initErrors",
  "provider",
  "propertyDependencies",
  "pendingReplacement",
  "additionalSecretOutputs",
  "aliases",
  "customTimeouts",
  "importID",
  "retainOnDelete",
  "deletedWith",
  "replaceWith",
  "created",
  "modified",
  "ignoreChanges",
  "replaceOnChanges",
  "refreshBeforeUpdate",
] as const;

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === false ||
  value === "" ||
  (typeof value === "object" && value !== null && Object.keys(value).length === 0);

function writeResource(state: ResourceState): Record<string, unknown> {
  const { urn, type, custom, inputs, outputs, replacementTrigger } = state;
  const fields = FIELDS.filter((field) => !isEmpty(state[field])).map((field) => [field, state[field]]);
  return {
    ...state.rest,
    urn,
    custom,
    type,
    ...(Object.fromEntries(fields) as object),
    ...(!isEmpty(inputs) && { inputs: mapProperties(inputs, concealed) }),
    ...(!isEmpty(outputs) && { outputs: mapProperties(outputs, concealed) }),
    ...(replacementTrigger !== undefined && { replacementTrigger: mapDeep(replacementTrigger, concealed) }),
  };
}

const KNOWN = new Set<string>([
  ...FIELDS,
  "urn",
  "type",
  "custom",
  "inputs",
  "outputs",
  "replacementTrigger",
]);

/** Pulumi writes a list of none as `null`. */
const listsOf = (given: unknown): PropertyDependencies =>
  Object.fromEntries(
    Object.entries((given ?? {}) as Record<string, readonly string[] | null>).map(([key, urns]) => [
      key,
      urns ?? [],
    ]),
  );

function readResource(raw: Record<string, unknown>): ResourceState {
  const { urn, type, custom } = raw;
  if (typeof urn !== "string" || typeof type !== "string")
    throw new StateError("the state has a resource without urn or type");
  const given = Object.entries(raw).filter(([key, value]) => KNOWN.has(key) && value !== null);
  const rest = Object.entries(raw).filter(([key]) => !KNOWN.has(key));
  const trigger = raw["replacementTrigger"] as Value | undefined;
  return resourceState({
    ...(Object.fromEntries(given) as Partial<ResourceState>),
    urn,
    type,
    custom: custom === true,
    propertyDependencies: listsOf(raw["propertyDependencies"]),
    inputs: mapProperties((raw["inputs"] ?? {}) as PropertyMap, revealed),
    outputs: mapProperties((raw["outputs"] ?? {}) as PropertyMap, revealed),
    ...(trigger !== undefined && { replacementTrigger: mapDeep(trigger, revealed) }),
    ...(rest.length > 0 && { rest: Object.fromEntries(rest) }),
  });
}

/** The text of the deployment file. */
export function writeDeployment(
  { resources, pendingOperations, secretsProviders }: Deployment,
  now = new Date(),
): string {
  const deployment = {
    // An empty version has an empty magic: that is what makes a manifest valid.
    manifest: { time: now.toISOString(), magic: "", version: "" },
    ...(secretsProviders && { secrets_providers: secretsProviders }),
    resources: resources.map(writeResource),
    ...(pendingOperations.length > 0 && {
      pending_operations: pendingOperations.map(({ resource, type }) => ({
        resource: writeResource(resource),
        type,
      })),
    }),
    metadata: {},
  };
  return `${JSON.stringify({ version: 3, deployment }, null, 1)}\n`;
}

interface RawDeployment {
  readonly secrets_providers?: SecretsProviders;
  readonly resources?: Record<string, unknown>[] | null;
  readonly pending_operations?: { resource: Record<string, unknown>; type: OperationType }[] | null;
}

/** What a deployment of version 4 says that it uses; version 3 has no such list. */
const KNOWN_FEATURES: readonly string[] = ["refreshBeforeUpdate"];

function refuseUnknown({ version, features = [] }: { version?: number; features?: readonly string[] }): void {
  if (version !== 3 && version !== 4)
    throw new StateError(`the state has version ${String(version)}; only versions 3 and 4 are known`);
  const unknown = features.filter((feature) => !KNOWN_FEATURES.includes(feature));
  if (unknown.length > 0)
    throw new StateError(`the state uses ${unknown.join(", ")}, which the embedded engine does not do`);
}

/** @throws StateError for what is not a deployment of version 3 or 4, or breaks the order of its resources. */
export function readDeployment(text: string): Deployment {
  let parsed: { version?: number; features?: readonly string[]; deployment?: RawDeployment | null };
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch (error) {
    throw new StateError(`the state is not JSON: ${(error as Error).message}`);
  }
  const [first, ...others] = shapeProblems(parsed as Value);
  if (first !== undefined)
    throw new StateError(`the state is broken: ${[first, ...others.slice(0, 9)].join("; ")}`);
  refuseUnknown(parsed);
  const { resources, pending_operations, secrets_providers } = parsed.deployment ?? {};
  const deployment = {
    resources: (resources ?? []).map(readResource),
    pendingOperations: (pending_operations ?? []).map(({ resource, type }) => ({
      resource: readResource(resource),
      type,
    })),
    ...(secrets_providers && { secretsProviders: secrets_providers }),
  };
  const [problem] = integrityProblems(deployment.resources);
  if (problem !== undefined) throw new StateError(`the state is broken: ${problem}`);
  return deployment;
}

/** What makes a state unusable: something used that does not come before its user, or two current entries of one URN. */
export function integrityProblems(resources: readonly ResourceState[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const current = new Set<string>();
  const providers = new Set<string>();
  for (const state of resources) {
    const missing = (what: string, urn: string) =>
      problems.push(`${label(state.urn)} names as ${what} ${label(urn)}, which does not come before it`);
    if (state.parent !== "" && !seen.has(state.parent)) missing("parent", state.parent);
    if (state.provider !== "" && !providers.has(state.provider))
      missing("provider", splitProviderRef(state.provider).urn);
    for (const urn of state.dependencies) if (!seen.has(urn)) missing("dependency", urn);
    if (!state.delete) {
      if (current.has(state.urn)) problems.push(`${label(state.urn)} is there twice`);
      current.add(state.urn);
    }
    seen.add(state.urn);
    if (isProviderType(state.type)) providers.add(`${state.urn}::${state.id}`);
  }
  return problems;
}
