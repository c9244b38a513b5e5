/** Which code, models and environments the workloads of a stage come to, and under which names. Reads contents, makes nothing. */
import { localContent } from "../components/assets/content.ts";
import type { LocalContent } from "../components/assets/content.ts";
import { versionOf } from "../components/assets/version.ts";
import { toArm } from "../specs/kinds.ts";
import { environmentProperties } from "../specs/kinds/environment.ts";
import { modelProperties } from "../specs/kinds/model.ts";
import type { AnyDocument, EnvironmentSpec, ModelSpec, Reference, UploadReference } from "../specs/types.ts";

interface PlannedAsset<Spec> {
  /** Logical name: identity, so it keeps when the content changes. */
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly spec: Spec;
  /** Written inside a deployment, without a name. */
  readonly anonymous: boolean;
}

interface PlannedCode {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  /** Key of its content. */
  readonly content: string;
}

export interface AssetPlan {
  /** What is uploaded, by path relative to the project. */
  readonly contents: Readonly<Record<string, LocalContent>>;
  readonly codes: readonly PlannedCode[];
  readonly models: readonly PlannedAsset<ModelSpec>[];
  readonly environments: readonly PlannedAsset<EnvironmentSpec>[];
  /** The key of what a reference means, if the stage makes it; else it is in the workspace, or elsewhere, already. */
  readonly keyOf: (reference: Reference) => string | undefined;
  /** The key of what is uploaded for a reference. */
  readonly contentOf: (reference: UploadReference) => string;
}

/** All that a document refers to: what its rendering asks for, and what the parts written in place ask for. */
export function referencesOf(document: AnyDocument): Reference[] {
  const found: Reference[] = [];
  const note = (reference: Reference): string => {
    found.push(reference);
    if (reference.kind === "local" && reference.type === "model") modelProperties(reference.spec, note);
    if (reference.kind === "local" && reference.type === "environment")
      environmentProperties(reference.spec, note);
    return "";
  };
  toArm(document, note, { location: "" });
  return found;
}

/** @param root the project's folder: keys and sources are relative to it. */
export function planAssets(documents: readonly AnyDocument[], root: string): AssetPlan {
  const contents = new Map<string, LocalContent>();
  const content = (path: string): LocalContent => {
    const known = contents.get(path) ?? localContent(root, path);
    contents.set(path, known);
    return known;
  };
  /** What a reference means, wherever it stands: content is identity. */
  const meaning = (reference: Reference): string =>
    reference.kind === "upload" ? content(reference.path).hash : JSON.stringify(reference);
  const model = (spec: ModelSpec) => planned("model", spec, () => modelProperties(spec, meaning));
  const environment = (spec: EnvironmentSpec) =>
    planned("environment", spec, () => environmentProperties(spec, meaning));
  const code = (path: string): PlannedCode => {
    const { source, hash } = content(path);
    const name = source.replaceAll(/[^a-zA-Z0-9]+/g, "-").replace(/^-+/, "");
    return { key: `code-${source}`, name, version: versionOf(hash), content: source };
  };

  const references = documents.flatMap(referencesOf);
  const local = references.filter((reference) => reference.kind === "local");
  const models = [
    ...documents.flatMap((document) => (document.kind === "model" ? [document.spec] : [])),
    ...local.flatMap((reference) => (reference.type === "model" ? [reference.spec] : [])),
  ].map(model);
  const environments = [
    ...documents.flatMap((document) => (document.kind === "environment" ? [document.spec] : [])),
    ...local.flatMap((reference) => (reference.type === "environment" ? [reference.spec] : [])),
  ].map(environment);
  const codes = local.flatMap((reference) => (reference.type === "code" ? [code(reference.path)] : []));

  const keyOf = (reference: Reference): string | undefined => {
    if (reference.kind === "local") {
      if (reference.type === "code") return code(reference.path).key;
      if (reference.type === "component") return undefined; // components are not made from workloads yet
      return (reference.type === "model" ? model(reference.spec) : environment(reference.spec)).key;
    }
    if (reference.kind !== "asset") return undefined;
    const named = { model: models, environment: environments, code: [], data: [], component: [] };
    const [one, ...others] = named[reference.type].filter(
      ({ name, version, anonymous }) =>
        !anonymous && name === reference.name && version === (reference.version ?? version),
    );
    return others.length === 0 ? one?.key : undefined;
  };
  return {
    contents: Object.fromEntries([...contents.values()].map((one) => [one.source, one])),
    codes: unique(codes),
    models: unique(models),
    environments: unique(environments),
    keyOf,
    contentOf: ({ path }) => content(path).source,
  };
}

interface Named {
  readonly name?: string;
  readonly version?: string;
}

function planned<Spec extends Named>(
  type: "model" | "environment",
  spec: Spec,
  properties: () => object,
): PlannedAsset<Spec> {
  const { name = `anonymous-${type}` } = spec;
  const version = spec.version ?? versionOf(lasting(properties()));
  const anonymous = spec.name === undefined;
  const key = [type, name, anonymous ? version : spec.version].filter((part) => part !== undefined).join("-");
  return { key, name, version, spec, anonymous };
}

/** What makes a version what it is; the rest can change in place. */
function lasting(properties: object): object {
  const changing = ["description", "tags", "properties", "stage", "isArchived", "isAnonymous"];
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !changing.includes(name)));
}

const unique = <T extends { readonly key: string }>(items: readonly T[]): T[] => [
  ...new Map(items.map((item) => [item.key, item])).values(),
];
