/** What references of specs mean, wherever they stand: content is identity. And all the references in one. */
import type { ArmBodies } from "../specs/arm.ts";
import { toArm } from "../specs/kinds.ts";
import { environmentProperties } from "../specs/kinds/environment.ts";
import { modelProperties } from "../specs/kinds/model.ts";
import { fill } from "../specs/template.ts";
import { kindTable } from "./kind-table.ts";
import type { AnyDocument, AssetType, Reference, ReferenceResolver } from "../specs/types.ts";

type Local = Reference & { readonly kind: "local" };
type WithBody = Exclude<Local, { readonly type: "code" }>;

const NOWHERE = { location: "" };

/** What an asset that is written in place is made of; `name` and `version` are its own, where it has them. */
export function bodyInPlace<Id>(
  local: WithBody,
  resolve: ReferenceResolver<Id>,
): { readonly properties: object } {
  switch (local.type) {
    case "model":
      return { properties: modelProperties(local.spec, resolve, local.spec.name === undefined) };
    case "environment":
      return { properties: environmentProperties(local.spec, resolve, local.spec.name === undefined) };
    case "component":
      return fill(local.spec.body, resolve, NOWHERE as never) as ArmBodies<Id>["commandComponent"];
  }
}

/** All that a document refers to: what its rendering asks for, and what the parts written in place ask for. */
export function referencesOf(document: AnyDocument): Reference[] {
  const found: Reference[] = [];
  toArm(document, (reference) => noteAll(reference, found), NOWHERE);
  return found;
}

function noteAll(reference: Reference, found: Reference[]): string {
  if (reference.kind === "prefixed") return noteAll(reference.of, found);
  found.push(reference);
  if (reference.kind === "local" && reference.type !== "code")
    bodyInPlace(reference, (inner) => noteAll(inner, found));
  return "";
}

/** What the outputs of a job register as models, by their names. */
export function registeredModels(
  document: AnyDocument,
): { readonly output: string; readonly model: string }[] {
  const { resource } = kindTable[document.kind] as { resource?: string };
  if (resource !== "job") return [];
  const { outputs } = toArm(document, () => "", NOWHERE).body.properties as {
    outputs?: Readonly<Record<string, { assetName?: string; jobOutputType?: string } | null>>;
  };
  return Object.entries(outputs ?? {}).flatMap(([output, value]) =>
    value?.assetName !== undefined && /model$/i.test(value.jobOutputType ?? "")
      ? [{ output, model: value.assetName }]
      : [],
  );
}

/** {@link referencesOf} what stands in place of a reference, as it is written there. */
export function referencesIn(local: WithBody): Reference[] {
  const found: Reference[] = [];
  bodyInPlace(local, (reference) => noteAll(reference, found));
  return found;
}

/**
 * @param hashOf what identifies a file or folder by what it holds.
 * @param latestOf the version that the stage makes of an asset, if it makes one: where a reference names none, a new
 * version of what it means is a new version of what has the reference.
 */
export function meaningOf(
  hashOf: (path: string) => string,
  latestOf: (type: AssetType, name: string) => string | undefined,
): ReferenceResolver<string> {
  const meaning = (reference: Reference): string => {
    if (reference.kind === "prefixed") return `azureml:${meaning(reference.of)}`;
    if (reference.kind === "asset" && reference.version === undefined) {
      const version = latestOf(reference.type, reference.name);
      return JSON.stringify({ ...reference, ...(version !== undefined && { version }) });
    }
    if (reference.kind === "upload") return hashOf(reference.path);
    if (reference.kind !== "local") return JSON.stringify(reference);
    return reference.type === "code"
      ? hashOf(reference.path)
      : JSON.stringify(bodyInPlace(reference, meaning));
  };
  return meaning;
}
