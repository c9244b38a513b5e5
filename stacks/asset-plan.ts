/** Which resources the workloads of a stage come to beside endpoints, under which names, in which order. Reads contents, makes nothing. */
import { localContent } from "../components/assets/content.ts";
import type { LocalContent } from "../components/assets/content.ts";
import { versionOf } from "../components/assets/version.ts";
import type { ArmContext } from "../specs/arm.ts";
import { toArm } from "../specs/kinds.ts";
import { entitiesOf } from "../specs/links.ts";
import type {
  AnyDocument,
  AssetType,
  Kind,
  Reference,
  ReferenceResolver,
  UploadReference,
} from "../specs/types.ts";
import { bodyInPlace, meaningOf, referencesIn, referencesOf, registeredModels } from "./asset-content.ts";
import { kindTable } from "./kind-table.ts";
import type { ResourceType } from "./kind-table.ts";

/** As ARM has it. */
export interface Body<Id> {
  readonly properties: object;
  readonly location?: Id;
  readonly tags?: Readonly<Record<string, string>>;
  readonly identity?: { readonly type: string; readonly userAssignedIdentities?: object };
}

export interface PlannedResource {
  /** Logical name: identity, so it keeps when the content changes. */
  readonly key: string;
  readonly type: ResourceType;
  readonly name: string;
  /** Of an asset; empty for the rest. */
  readonly version: string;
  /** Written inside another document, without a name. */
  readonly anonymous: boolean;
  /** What makes it; none for what is written in place. */
  readonly document?: AnyDocument;
  /** Keys of what has to be there before it. */
  readonly needs: readonly string[];
  readonly body: <Id>(resolve: ReferenceResolver<Id>, context: ArmContext<Id>) => Body<Id>;
}

interface PlannedCode {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  /** Key of its content. */
  readonly content: string;
}

/** A job of the stage, and which of its outputs. */
interface Producer {
  readonly key: string;
  readonly output: string;
}

export interface AssetPlan {
  /** What is uploaded, by path relative to the project. */
  readonly contents: Readonly<Record<string, LocalContent>>;
  readonly codes: readonly PlannedCode[];
  /** Each after all that it refers to, unless they refer to each other: see {@link cycles}. */
  readonly resources: readonly PlannedResource[];
  /** Resources that need each other, each circle once, the first again at its end. */
  readonly cycles: readonly (readonly PlannedResource[])[];
  /** The key of what a reference means, if the stage makes it; else it is in the workspace, or elsewhere, already. */
  readonly keyOf: (reference: Reference) => string | undefined;
  /** The job whose run registers what a reference means, if one of the stage does. */
  readonly producerOf: (reference: Reference) => Producer | undefined;
  /** The key of what is uploaded for a reference. */
  readonly contentOf: (reference: UploadReference) => string;
}

type Draft = Omit<PlannedResource, "needs"> & { readonly references: readonly Reference[] };

/** What has versions: its version is its content's hash unless its author says one. */
const VERSIONED: readonly ResourceType[] = [
  "environment",
  "model",
  "data",
  "component",
  "featureStoreEntity",
  "featureSet",
];
/** How logical names begin; the type itself unless it says so here. */
const PREFIX: Partial<Record<ResourceType, string>> = {
  featureStoreEntity: "feature-store-entity",
  featureSet: "feature-set",
};

/** @param root the project's folder: keys and sources are relative to it. */
export function planAssets(documents: readonly AnyDocument[], root: string): AssetPlan {
  const contents = new Map<string, LocalContent>();
  const content = (path: string): LocalContent => {
    const known = contents.get(path) ?? localContent(root, path);
    contents.set(path, known);
    return known;
  };
  const latest = new Map<string, string | undefined>();
  const latestOf = (type: AssetType, name: string): string | undefined => {
    const [one, ...others] = documents.filter(
      ({ kind, name: its }) => resourceOf(kind) === type && sameName(its, name),
    );
    if (!one || others.length > 0) return undefined;
    if (!latest.has(one.file)) {
      latest.set(one.file, undefined); // a circle is told later
      latest.set(one.file, one.version ?? versionOf(lasting(bodyOf(one)(meaning, NOWHERE).properties)));
    }
    return latest.get(one.file);
  };
  const meaning = meaningOf((path) => content(path).hash, latestOf);

  const code = (path: string): PlannedCode => {
    const { source, hash } = content(path);
    const name = source.replaceAll(/[^a-zA-Z0-9]+/g, "-").replace(/^-+/, "");
    return { key: `code-${source}`, name, version: versionOf(hash), content: source };
  };
  const draft = (
    type: ResourceType,
    { name, version }: { readonly name?: string; readonly version?: string },
    body: PlannedResource["body"],
    references: readonly Reference[],
    document?: AnyDocument,
  ): Draft => {
    const versioned = VERSIONED.includes(type);
    const hash = () => versionOf(lasting(body(meaning, NOWHERE).properties));
    const its = versioned ? (version ?? hash()) : "";
    const named = name ?? `anonymous-${type}`;
    const told = name === undefined ? its : version;
    const key = [PREFIX[type] ?? type, named, told].filter((part) => part !== undefined).join("-");
    const anonymous = name === undefined;
    return {
      key,
      type,
      name: named,
      version: its,
      anonymous,
      body,
      references,
      ...(document && { document }),
    };
  };
  const inPlace = (local: Reference & { readonly kind: "local" }): Draft[] =>
    local.type === "code"
      ? []
      : [draft(local.type, local.spec, (resolve) => bodyInPlace(local, resolve), referencesIn(local))];

  const all = documents.map((document) => ({ document, references: referencesOf(document) }));
  const made = all.flatMap(({ document, references }) => {
    const type = resourceOf(document.kind);
    return type === undefined ? [] : [draft(type, document, bodyOf(document), references, document)];
  });
  const locals = all
    .flatMap(({ references }) => references)
    .filter(({ kind }) => kind === "local") as (Reference & {
    readonly kind: "local";
  })[];
  const drafts = unique([...locals.flatMap(inPlace), ...made]);
  const codes = unique(locals.flatMap((local) => (local.type === "code" ? [code(local.path)] : [])));

  const named = (type: string, name: string, version?: string): string | undefined => {
    const [one, ...others] = drafts.filter(
      (item) =>
        !item.anonymous &&
        item.type === type &&
        sameName(item.name, name) &&
        (version === undefined || item.version === version),
    );
    return others.length === 0 ? one?.key : undefined;
  };
  const producerOf = (reference: Reference): Producer | undefined => {
    if (reference.kind !== "asset" || reference.type !== "model" || reference.version !== undefined)
      return undefined;
    for (const document of documents)
      for (const { output, model } of registeredModels(document))
        if (sameName(model, reference.name)) return { key: named("job", document.name)!, output };
    return undefined;
  };
  const keyOf = (reference: Reference): string | undefined => {
    switch (reference.kind) {
      case "local":
        return reference.type === "code" ? code(reference.path).key : inPlace(reference)[0]?.key;
      case "prefixed":
        return keyOf(reference.of);
      case "asset":
        return named(reference.type, reference.name, reference.version) ?? producerOf(reference)?.key;
      case "compute":
      case "datastore":
      case "job":
        return named(reference.kind, reference.name);
      case "datastorePath":
        return named("datastore", reference.datastore);
      default:
        return undefined;
    }
  };
  const needsOf = ({ references, document }: Draft): string[] => {
    const entities = document?.kind === "featureSet" ? entitiesOf(document) : [];
    const keys = [
      ...references.map(keyOf),
      ...entities.map(({ name, version }) => named("featureStoreEntity", name, version)),
    ];
    return [...new Set(keys.filter((key) => key !== undefined))];
  };
  const planned = drafts.map(({ references, ...rest }) => ({
    ...rest,
    needs: needsOf({ references, ...rest }),
  }));
  return {
    contents: Object.fromEntries([...contents.values()].map((one) => [one.source, one])),
    codes,
    ...inOrder(planned),
    keyOf,
    producerOf,
    contentOf: ({ path }) => content(path).source,
  };
}

const NOWHERE = { location: "" };
const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function resourceOf(kind: Kind): ResourceType | undefined {
  const fate = kindTable[kind];
  return "resource" in fate ? fate.resource : undefined;
}

const bodyOf =
  (document: AnyDocument): PlannedResource["body"] =>
  (resolve, context) =>
    toArm(document, resolve, context).body;

/** Each after what it needs; what needs itself, over whatever way, is a cycle. */
function inOrder<T extends { readonly key: string; readonly needs: readonly string[] }>(
  items: readonly T[],
): { readonly resources: readonly T[]; readonly cycles: readonly (readonly T[])[] } {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const done = new Set<T>();
  const cycles: T[][] = [];
  const visit = (item: T, way: readonly T[]): void => {
    if (done.has(item)) return;
    const before = way.indexOf(item);
    if (before >= 0) {
      cycles.push([...way.slice(before), item]);
      return;
    }
    for (const need of item.needs) {
      const needed = byKey.get(need);
      if (needed) visit(needed, [...way, item]);
    }
    done.add(item);
  };
  for (const item of items) visit(item, []);
  return { resources: [...done], cycles };
}

/** What makes a version what it is; the rest can change in place. */
function lasting(properties: object): object {
  const changing = ["description", "tags", "properties", "stage", "isArchived", "isAnonymous"];
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !changing.includes(name)));
}

const unique = <T extends { readonly key: string }>(items: readonly T[]): T[] => [
  ...new Map(items.map((item) => [item.key, item])).values(),
];
