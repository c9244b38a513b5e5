/** The table of kinds: what is read, and what is recognised and refused by name. */
import { amlCompute } from "./kinds/aml-compute.ts";
import { azureBlob } from "./kinds/azure-blob.ts";
import {
  automlComponent,
  commandComponent,
  importComponent,
  parallelComponent,
  pipelineComponent,
  sparkComponent,
} from "./kinds/components.ts";
import { computeInstance, kubernetesCompute, synapseSparkCompute, vmCompute } from "./kinds/computes.ts";
import { connection } from "./kinds/connection.ts";
import { dataImport } from "./kinds/data-import.ts";
import { azureDataLakeGen1, azureDataLakeGen2, azureFile, oneLake } from "./kinds/datastores.ts";
import { featureSet, featureStoreEntity } from "./kinds/features.ts";
import { pipelineBatchDeployment } from "./kinds/pipeline-batch-deployment.ts";
import { registry } from "./kinds/registry.ts";
import { schedule } from "./kinds/schedule.ts";
import { featureStore, workspace } from "./kinds/workspace.ts";
import { autoMLJob } from "./kinds/automl-job.ts";
import { commandJob } from "./kinds/command-job.ts";
import { pipelineJob } from "./kinds/pipeline-job.ts";
import { sparkJob } from "./kinds/spark-job.ts";
import { sweepJob } from "./kinds/sweep-job.ts";
import { batchDeployment } from "./kinds/batch-deployment.ts";
import { batchEndpoint } from "./kinds/batch-endpoint.ts";
import { data } from "./kinds/data.ts";
import { environment } from "./kinds/environment.ts";
import { modelPackage } from "./kinds/model-package.ts";
import { model } from "./kinds/model.ts";
import { onlineDeployment } from "./kinds/online-deployment.ts";
import { onlineEndpoint } from "./kinds/online-endpoint.ts";
import { nearest } from "./nearest.ts";
import type { KindDefinition, Mapping } from "./kind.ts";
import type { ArmContext, ArmResource } from "./arm.ts";
import type { Kind, ReferenceResolver, SpecDocument } from "./types.ts";

export const kinds: { readonly [K in Kind]: KindDefinition<K> } = {
  environment,
  model,
  data,
  onlineEndpoint,
  onlineDeployment,
  batchEndpoint,
  batchDeployment,
  amlCompute,
  azureBlob,
  commandComponent,
  parallelComponent,
  sparkComponent,
  pipelineComponent,
  automlComponent,
  importComponent,
  commandJob,
  sweepJob,
  sparkJob,
  pipelineJob,
  autoMLJob,
  schedule,
  dataImport,
  pipelineBatchDeployment,
  computeInstance,
  kubernetesCompute,
  vmCompute,
  synapseSparkCompute,
  azureDataLakeGen1,
  azureDataLakeGen2,
  azureFile,
  oneLake,
  workspace,
  featureStore,
  featureSet,
  featureStoreEntity,
  registry,
  connection,
  modelPackage,
};

/** Documents that are known for what they are, and why they are not read, as Microsoft's client does not. */
const REFUSED: Readonly<Record<string, string>> = {
  hub: "hubs of AI studio: Microsoft's client knows them no more; allowed: workspace",
  project: "projects of AI studio: Microsoft's client knows them no more; allowed: workspace",
  outboundRule:
    "an outbound rule is made by flags, from no file; allowed: managed_network.outbound_rules of a workspace",
  parallelJob: "a parallel run is no job of its own; allowed: a node with type: parallel in a pipeline",
  importJob: "an import is no job of its own; allowed: a dataImport, or import_data of a schedule",
  flow: "a prompt flow is content of a component; allowed: its code in a command component",
  run: "a run of a prompt flow is started by its own tool; allowed: a command component with its code",
};

const names = Object.values(kinds).flatMap(({ kind, schemas }) =>
  schemas.map((schema) => ({ kind, schema })),
);

/** Kinds that the client tells apart by their `type`, whatever schema file a document names. */
const FAMILIES: readonly Readonly<Record<string, Kind>>[] = [
  {
    command: "commandComponent",
    parallel: "parallelComponent",
    spark: "sparkComponent",
    pipeline: "pipelineComponent",
    automl: "automlComponent",
    import: "importComponent",
  },
  {
    command: "commandJob",
    sweep: "sweepJob",
    spark: "sparkJob",
    pipeline: "pipelineJob",
    automl: "autoMLJob",
  },
  {
    amlcompute: "amlCompute",
    computeinstance: "computeInstance",
    kubernetes: "kubernetesCompute",
    virtualmachine: "vmCompute",
    synapsespark: "synapseSparkCompute",
  },
  {
    azure_blob: "azureBlob",
    azure_file: "azureFile",
    azure_data_lake_gen1: "azureDataLakeGen1",
    azure_data_lake_gen2: "azureDataLakeGen2",
    one_lake: "oneLake",
  },
];

export type Recognised =
  { readonly kind: Kind } | { readonly message: string; readonly path: readonly string[] };

/** The kind of a document: by the file name in `$schema`, in any letters; without `$schema` by what it holds. */
export function recognise(value: Mapping): Recognised {
  const schema = value["$schema"];
  if (typeof schema === "string") return bySchema(schema, value);
  if (schema !== undefined)
    return { path: ["$schema"], message: "found no text; allowed: the address of a CLI v2 schema" };
  const alike = Object.values(kinds).filter(({ looksLike }) => looksLike(value));
  const [one, ...others] = alike;
  if (one && others.length === 0) return { kind: one.kind };
  const what = one
    ? `it could be ${alike.map(({ kind }) => kind).join(" or ")}`
    : "nothing in it tells what it is";
  return { path: [], message: `not a known kind of document: ${what}; a $schema line says what it is` };
}

function bySchema(schema: string, value: Mapping): Recognised {
  const path = ["$schema"];
  const name = schema
    .split(/[/\\]/)
    .at(-1)!
    .replace(/(\.schema)?\.json$/i, "");
  const same = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
  const known = names.find((candidate) => same(candidate.schema));
  const type = typeof value["type"] === "string" ? value["type"].toLowerCase() : "";
  const family = FAMILIES.find((kindsOf) => known && Object.values(kindsOf).includes(known.kind));
  const typed = family?.[type];
  if (typed) return { kind: typed };
  // The older schema file is of both: a pipeline component says so, or is there.
  if (known?.kind === "batchDeployment" && isPipeline(value)) return { kind: "pipelineBatchDeployment" };
  if (known) return { kind: known.kind };
  const refused = Object.keys(REFUSED).find(same);
  if (refused !== undefined)
    return { path, message: `${refused} is recognised and not read: ${REFUSED[refused]!}` };
  const all = names.map((candidate) => candidate.schema);
  const meant = nearest(name, all);
  return {
    path,
    message: `unknown schema "${name}"${meant === undefined ? `; supported: ${names.map((candidate) => candidate.schema).join(", ")}` : `; did you mean "${meant}"?`}`,
  };
}

const isPipeline = (value: Mapping): boolean =>
  String(value["type"]).toLowerCase() === "pipeline" || "component" in value;

/** The ARM resource that a document becomes, with its references as `resolve` gives them. */
export function toArm<K extends Kind, Id>(
  document: SpecDocument<K>,
  resolve: ReferenceResolver<Id>,
  context: ArmContext<Id>,
): ArmResource<K, Id> {
  const definition: KindDefinition<K> = kinds[document.kind];
  return {
    resourceType: `Microsoft.MachineLearningServices/${definition.resourceType}`,
    name: document.name,
    ...(document.version !== undefined && { version: document.version }),
    body: definition.body(document.spec, resolve, context),
  };
}
