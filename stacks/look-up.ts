/** Looks in the workspace for what workloads refer to and the stage does not make: a name that leads nowhere stops the run. */
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { RunError } from "@pulumi/pulumi";
import { showReference } from "../specs/references.ts";
import type { AnyDocument, AssetType, Reference } from "../specs/types.ts";

interface Place {
  readonly resourceGroupName: string;
  readonly workspaceName: string;
}
type Found = Promise<{ readonly id: string }>;
type Ask = (place: Place, name: string, version: string) => Found;

const VERSIONS: Readonly<Record<AssetType, Ask>> = {
  model: (place, name, version) => ml.getModelVersion({ ...place, name, version }),
  environment: (place, name, version) => ml.getEnvironmentVersion({ ...place, name, version }),
  data: (place, name, version) => ml.getDataVersion({ ...place, name, version }),
  code: (place, name, version) => ml.getCodeVersion({ ...place, name, version }),
  component: (place, name, version) => ml.getComponentVersion({ ...place, name, version }),
};
const NAMED = {
  compute: (place, computeName) => ml.getCompute({ ...place, computeName }),
  datastore: (place, name) => ml.getDatastore({ ...place, name }),
  job: (place, id) => ml.getJob({ ...place, id }),
} as const satisfies Readonly<Record<string, (place: Place, name: string) => Found>>;

/** How to ask for what a reference means; nothing for what is in no workspace, or made by Azure in every one. */
function question(reference: Reference): ((place: Place) => Found) | undefined {
  switch (reference.kind) {
    case "asset": {
      const { type, name, version } = reference;
      return version === undefined ? undefined : (place) => VERSIONS[type](place, name, version);
    }
    case "compute":
    case "datastore":
    case "job":
      return (place) => NAMED[reference.kind](place, reference.name);
    case "deployment": {
      const { endpoint: endpointName, name: deploymentName } = reference;
      return (place) => ml.getOnlineDeployment({ ...place, endpointName, deploymentName });
    }
    case "datastorePath":
      return (place) => NAMED.datastore(place, reference.datastore);
    default:
      return undefined;
  }
}

/**
 * The id or URI `id` of a reference, once what it means was found.
 * @throws RunError that names who refers to what, if it was not.
 */
export async function lookUp(
  reference: Reference,
  id: string,
  place: Place,
  documents: readonly AnyDocument[],
): Promise<string> {
  const ask = question(reference);
  if (!ask) return id;
  try {
    await ask(place);
    return id;
  } catch (error) {
    throw new RunError(
      `${whoSays(reference, documents)} refers to ${reference.kind === "asset" ? reference.type : reference.kind} ${showReference(reference)}, ` +
        `which neither the stage makes nor workspace ${place.workspaceName} has: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function whoSays(wanted: Reference, documents: readonly AnyDocument[]): string {
  const text = showReference(wanted);
  const from = documents.find(({ references }) =>
    references.some(({ reference }) => showReference(reference) === text),
  );
  return from ? `${from.file}: ${from.kind} "${from.name}"` : "a document";
}
