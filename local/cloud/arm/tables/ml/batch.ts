/** Batch endpoints and their deployments. */
import { keyOf } from "../../id.ts";
import { at, isObject, type JsonObject, numberAt, sameText, textAt } from "../../json.ts";
import { componentSpec } from "../../ml/component-spec.ts";
import { isRegistryAsset, missingAsset, resolveUri, workspaceIdOf } from "../../ml/references.ts";
import { ok, type ResourceType, type Rule, type WriteContext } from "../../table.ts";
import { missing } from "../insights.ts";
import { addOnly, endpointName, metadataOf, mfeChange, mfePaths, mfePut } from "./common.ts";
import { COMPUTE, kindOf } from "./computes.ts";
import { BATCH_ENDPOINT, endpointNames, sameIdentity } from "./online.ts";
import { asset, durations, MAX_DEPLOYMENTS, needsCode } from "./online-deployments.ts";

export const BATCH_DEPLOYMENT = `${BATCH_ENDPOINT}/deployments`;
export const defaultOf = (body: JsonObject | undefined): string | undefined =>
  textAt(body, "properties.defaults.deploymentName");

/** The reference or URI that a batch deployment's model is. */
export const batchModel = (body: JsonObject): string | undefined =>
  textAt(body, "properties.model.assetId") ?? textAt(body, "properties.model.path");

const findDefault = ({ cloud, key, body }: WriteContext) => {
  const name = defaultOf(body);
  return name === undefined ? undefined : cloud.store.get(keyOf(`${key}/deployments/${name}`));
};

export const batchEndpointType: ResourceType = {
  type: BATCH_ENDPOINT,
  tracked: true,
  name: endpointName,
  unique: endpointNames,
  put: mfePut,
  patch: mfeChange,
  delete: mfeChange,
  seconds: { PUT: 15, PATCH: 5, DELETE: 15 },
  operationPaths: mfePaths,
  required: ["properties.authMode"],
  enums: { "properties.authMode": ["AMLToken", "Key", "AADToken"] },
  defaults: {
    kind: "Managed",
    identity: { type: "SystemAssigned" },
    properties: { defaults: {}, properties: {} },
  },
  readOnly: ["properties.scoringUri", "properties.swaggerUri"],
  writeOnly: ["properties.keys"],
  carried: ["identity"],
  patchable: ["tags", "identity"],
  rules: [
    {
      code: "BadArgument",
      target: "properties.authMode",
      check: ({ body }) =>
        textAt(body, "properties.authMode") === "AADToken"
          ? undefined
          : "Batch endpoints take AADToken only.",
    },
    {
      code: "BadArgument",
      target: "properties.defaults.deploymentName",
      check: (w) => {
        const name = defaultOf(w.body);
        if (name === undefined) return undefined;
        const found = findDefault(w);
        if (!found) return `The default deployment '${name}' does not exist in the endpoint '${w.name}'.`;
        const state = textAt(found.body, "properties.provisioningState");
        return state === "Succeeded" || sameText(defaultOf(w.existing?.body) ?? "", name)
          ? undefined
          : `The deployment '${name}' is ${state ?? ""}, not Succeeded: it cannot become the default.`;
      },
    },
    sameIdentity,
    addOnly("properties.properties"),
  ],
  computed: (w) => {
    const found = findDefault(w);
    return {
      properties: {
        scoringUri: `${w.cloud.urls.frontDoor}/batch/${w.name}/jobs`,
        properties: { ...metadataOf(w.existing), "azureml.batchendpointid": w.key },
        ...(found ? { defaults: { deploymentName: found.name } } : {}),
      },
    };
  },
  actions: { listkeys: () => ok({ primaryKey: null, secondaryKey: null }) },
};

const deploymentRules: readonly Rule<WriteContext>[] = [
  {
    code: "BadArgument",
    target: "properties.compute",
    check: ({ cloud, body }) => {
      const compute = textAt(body, "properties.compute");
      const problem = missing(cloud, compute, COMPUTE);
      if (problem !== undefined || compute === undefined) return problem;
      const kind = kindOf(cloud.store.get(keyOf(compute))?.body);
      return ["AmlCompute", "Kubernetes"].includes(kind)
        ? undefined
        : `Batch deployments run on AmlCompute or Kubernetes, not on ${kind}.`;
    },
  },
  {
    code: "BadArgument",
    check: ({ cloud, id, body }) => {
      if (isObject(at(body, "properties.deploymentConfiguration"))) {
        const reference = textAt(body, "properties.deploymentConfiguration.componentId.assetId");
        if (reference === undefined) return "deploymentConfiguration.componentId.assetId is required.";
        const missingOne = missingAsset(cloud, id, reference, "components");
        if (missingOne !== undefined || isRegistryAsset(reference)) return missingOne;
        const type = textAt(componentSpec(cloud, workspaceIdOf(id), reference), "type");
        return type === "pipeline"
          ? undefined
          : `Components of type pipeline can be deployed; '${reference}' is of type ${type ?? "none"}.`;
      }
      const model = batchModel(body);
      if (model === undefined) return "A batch deployment needs a model or a deploymentConfiguration.";
      if (textAt(body, "properties.compute") === undefined) return "A model deployment needs a compute.";
      if (textAt(body, "properties.model.referenceType") === "Id")
        return missingAsset(cloud, id, model, "models") ?? needsCode(cloud, id, body, model);
      resolveUri(cloud, workspaceIdOf(id), model); // rejects what names no blob
      return needsCode(cloud, id, body, undefined);
    },
  },
  asset("properties.environmentId", "environments"),
  asset("properties.codeConfiguration.codeId", "codes"),
  durations("properties.retrySettings.timeout"),
  {
    // Clients send the default name whatever the action is, so only a chosen one is refused.
    code: "BadArgument",
    target: "properties.outputFileName",
    check: ({ body }) =>
      textAt(body, "properties.outputAction") === "SummaryOnly" &&
      !["predictions.csv", undefined].includes(textAt(body, "properties.outputFileName"))
        ? "With outputAction SummaryOnly nothing is written: outputFileName must not be given."
        : undefined,
  },
  {
    code: "BadArgument",
    check: ({ body }) => {
      const least: readonly [string, number][] = [
        ["miniBatchSize", 1],
        ["maxConcurrencyPerInstance", 1],
        ["errorThreshold", -1],
        ["retrySettings.maxRetries", 0],
        ["resources.instanceCount", 1],
      ];
      const bad = least.find(([name, min]) => (numberAt(body, `properties.${name}`) ?? min) < min);
      return bad && `${bad[0]} must be at least ${bad[1]}.`;
    },
  },
  {
    code: "QuotaExceeded",
    check: ({ cloud, parent, existing }) =>
      !existing && parent && cloud.store.children(parent.key, BATCH_DEPLOYMENT).length >= MAX_DEPLOYMENTS
        ? `An endpoint has at most ${MAX_DEPLOYMENTS} deployments.`
        : undefined,
  },
];

export const batchDeploymentType: ResourceType = {
  type: BATCH_DEPLOYMENT,
  tracked: true,
  name: endpointName,
  put: mfePut,
  patch: mfeChange,
  delete: mfeChange,
  seconds: { PUT: 30, PATCH: 10, DELETE: 15 },
  operationPaths: mfePaths,
  enums: {
    "properties.loggingLevel": ["Info", "Warning", "Debug"],
    "properties.outputAction": ["AppendRow", "SummaryOnly"],
    "properties.model.referenceType": ["Id", "DataPath", "OutputPath"],
    "properties.deploymentConfiguration.deploymentConfigurationType": ["Model", "PipelineComponent"],
  },
  defaults: ({ body }) => {
    if (isObject(at(body, "properties.deploymentConfiguration"))) return { properties: { properties: {} } };
    const summaryOnly = sameText(textAt(body, "properties.outputAction") ?? "", "SummaryOnly");
    return {
      properties: {
        miniBatchSize: 10,
        maxConcurrencyPerInstance: 1,
        errorThreshold: -1,
        loggingLevel: "Info",
        outputAction: "AppendRow",
        ...(summaryOnly ? {} : { outputFileName: "predictions.csv" }),
        retrySettings: { maxRetries: 3, timeout: "PT30S" },
        resources: { instanceCount: 1 },
        environmentVariables: {},
        properties: {},
      },
    };
  },
  patchable: ["properties", "tags"],
  rules: deploymentRules,
  deleteRules: [
    {
      code: "BadArgument",
      check: ({ cloud, resource }) =>
        sameText(defaultOf(cloud.store.get(resource.parent)?.body) ?? "", resource.name)
          ? `The deployment '${resource.name}' is the default of its endpoint and cannot be deleted while it is.`
          : undefined,
    },
  ],
};
