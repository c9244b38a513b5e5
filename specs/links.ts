/** What documents refer to by name, so that a stage can order them and find what leads nowhere. */
import { nearest } from "./nearest.ts";
import { keyPath } from "./problems.ts";
import type { AnyDocument, AssetType, KeyPath, Kind, Problem, Reference } from "./types.ts";

/** `onlineEndpoint/NAME`, `onlineDeployment/ENDPOINT/NAME`, `compute/NAME`, `model/NAME`. Azure compares names in any letters. */
export type ResourceKey = string;

/** What is referred to by one word, whichever of these it is. */
const KEY_KIND: Readonly<Partial<Record<Kind, string>>> = {
  ...{ amlCompute: "compute", computeInstance: "compute", kubernetesCompute: "compute" },
  ...{ vmCompute: "compute", synapseSparkCompute: "compute" },
  ...{ azureBlob: "datastore", azureDataLakeGen1: "datastore", azureDataLakeGen2: "datastore" },
  ...{ azureFile: "datastore", oneLake: "datastore" },
  ...{ commandComponent: "component", parallelComponent: "component" },
  ...{ sparkComponent: "component", pipelineComponent: "component" },
  ...{ automlComponent: "component", importComponent: "component" },
  pipelineBatchDeployment: "batchDeployment",
  ...{ commandJob: "job", sweepJob: "job", sparkJob: "job", pipelineJob: "job", autoMLJob: "job" },
};

export function documentKey(document: AnyDocument): ResourceKey {
  const kind = KEY_KIND[document.kind] ?? document.kind;
  const { endpoint_name: endpoint } = document.spec as { endpoint_name?: string };
  const parent = endpoint === undefined ? "" : `${endpoint}/`;
  return `${kind}/${parent}${document.name}`.toLowerCase();
}

export interface Link {
  readonly from: AnyDocument;
  /** Where `from` says it. */
  readonly path: KeyPath;
  readonly to: ResourceKey;
  /** Of an asset, if it is named. */
  readonly version?: string;
}

/** Everything in the same workspace that a document refers to. */
export function links(from: AnyDocument): Link[] {
  const named = namedByText(from).map(({ path, to }) => ({ from, path, to: to.toLowerCase() }));
  const referred = from.references.flatMap(({ path, reference }) => {
    const target = targetOf(reference);
    return target ? [{ from, path, ...target }] : [];
  });
  return [...named, ...referred];
}

/** Names in plain keys: what they name is known from the key. */
function namedByText(document: AnyDocument): { path: KeyPath; to: ResourceKey }[] {
  switch (document.kind) {
    case "onlineDeployment":
      return [{ path: ["endpoint_name"], to: `onlineEndpoint/${document.spec.endpoint_name}` }];
    case "batchDeployment":
    case "pipelineBatchDeployment":
      return [{ path: ["endpoint_name"], to: `batchEndpoint/${document.spec.endpoint_name ?? ""}` }];
    case "featureSet":
      return entitiesOf(document).map(({ name }, index) => ({
        path: ["entities", index],
        to: `featureStoreEntity/${name}`,
      }));
    case "batchEndpoint":
      return document.spec.defaults
        ? [
            {
              path: ["defaults", "deployment_name"],
              to: `batchDeployment/${document.name}/${document.spec.defaults.deployment_name}`,
            },
          ]
        : [];
    case "onlineEndpoint":
      return (["traffic", "mirror_traffic"] as const).flatMap((key) =>
        Object.entries(document.spec[key])
          .filter(([, percent]) => percent > 0)
          .map(([name]) => ({ path: [key, name], to: `onlineDeployment/${document.name}/${name}` })),
      );
    default:
      return [];
  }
}

/** The entities that a feature set is about: its body has them as they are written, `azureml:NAME:VERSION`. */
export function entitiesOf({ spec }: AnyDocument & { readonly kind: "featureSet" }) {
  const { entities } = spec.body["properties"] as { readonly entities: readonly string[] };
  return entities.map((text) => {
    const [name = "", version] = text.replace(/^azureml:/, "").split(":");
    return { name, version };
  });
}

function targetOf(reference: Reference): { to: ResourceKey; version?: string } | undefined {
  switch (reference.kind) {
    case "asset":
      return {
        to: `${reference.type satisfies AssetType}/${reference.name}`.toLowerCase(),
        ...(reference.version !== undefined && { version: reference.version }),
      };
    case "compute":
    case "datastore":
      return { to: `${reference.kind}/${reference.name}`.toLowerCase() };
    case "deployment":
      return { to: `onlineDeployment/${reference.endpoint}/${reference.name}`.toLowerCase() };
    case "datastorePath":
      return { to: `datastore/${reference.datastore}`.toLowerCase() };
    default:
      return undefined;
  }
}

/**
 * A problem for each reference that leads nowhere.
 *
 * @param known what a stage's config makes or says is there.
 */
export function danglingLinks(
  documents: readonly AnyDocument[],
  known: readonly ResourceKey[] = [],
): Problem[] {
  const made = [...documents.map(documentKey), ...known.map((key) => key.toLowerCase())];
  return documents.flatMap(links).flatMap((link) => {
    if (made.includes(link.to)) return [];
    const meant = nearest(link.to, made);
    const { line, column } = link.from.position(link.path);
    const message = `${link.from.kind} "${link.from.name}" refers to ${describe(link.to)}, which no file and no config makes${meant === undefined ? "" : `; did you mean ${describe(meant)}?`}`;
    return [{ file: link.from.file, line, column, path: keyPath(link.path), message }];
  });
}

const describe = (key: ResourceKey): string => {
  const [kind, ...names] = key.split("/");
  return `${kind!} "${names.join("/")}"`;
};
