/** Computes of a workspace. Clusters and instances are records: what runs on them runs on this machine. */
import { ArmError } from "../../errors.ts";
import { canonicalLocation } from "../../normalise.ts";
import { asText, at, type JsonObject, numberAt, sameText, textAt } from "../../json.ts";
import type { Action, ResourceType, Rule, WriteContext } from "../../table.ts";
import { asyncPut, nameRule } from "../modes.ts";
import { RETRY_HEADERS } from "../../operations.ts";
import { durationMs } from "../../durations.ts";
import { WS } from "./common.ts";
import { isDefaultKind } from "./workspace.ts";

export const COMPUTE = `${WS}/computes`;
const KINDS = [
  "AKS",
  "AmlCompute",
  "ComputeInstance",
  "DataFactory",
  "DataLakeAnalytics",
  "Databricks",
  "HDInsight",
  "Kubernetes",
  "SynapseSpark",
  "VirtualMachine",
];
export const kindOf = (body: JsonObject | undefined): string => textAt(body, "properties.computeType") ?? "";
const isCluster = (w: { readonly body: JsonObject }) => kindOf(w.body) === "AmlCompute";
const nodes = (body: JsonObject, which: "min" | "max") =>
  numberAt(body, `properties.properties.scaleSettings.${which}NodeCount`);

const rules: readonly Rule<WriteContext>[] = [
  {
    code: "ValidationError",
    target: "properties.properties.vmSize",
    check: (w) =>
      ["AmlCompute", "ComputeInstance"].includes(kindOf(w.body)) &&
      !textAt(w.body, "properties.properties.vmSize")
        ? `A compute of type ${kindOf(w.body)} needs vmSize.`
        : undefined,
  },
  {
    code: "ValidationError",
    target: "properties.properties.scaleSettings",
    check: (w) => {
      if (!isCluster(w)) return undefined;
      const [min, max] = [nodes(w.body, "min") ?? 0, nodes(w.body, "max")];
      if (max === undefined) return "scaleSettings.maxNodeCount is required.";
      return min < 0 || max < min
        ? `minNodeCount ${min} must not be negative or exceed maxNodeCount ${max}.`
        : undefined;
    },
  },
  {
    code: "ValidationError",
    target: "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
    check: ({ body }) => {
      const idle = textAt(body, "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown");
      return idle !== undefined && durationMs(idle) === undefined
        ? `'${idle}' is no ISO 8601 duration such as PT120S.`
        : undefined;
    },
  },
  {
    code: "ValidationError",
    target: "location",
    check: ({ body, parent }) =>
      body["location"] === parent?.body["location"]
        ? undefined
        : "The location of a compute is that of its workspace; where it runs is computeLocation.",
  },
  {
    code: "ValidationError",
    target: "properties.computeLocation",
    check: ({ body, parent }) =>
      kindOf(body) === "ComputeInstance" &&
      canonicalLocation(textAt(body, "properties.computeLocation") ?? "") !== parent?.body["location"]
        ? "A compute instance must be in the region of its workspace."
        : undefined,
  },
  {
    code: "ValidationError",
    target: "identity",
    check: (w) =>
      isCluster(w) && textAt(w.body, "identity.type") === "SystemAssigned,UserAssigned"
        ? "A cluster has one system-assigned identity or user-assigned ones, not both."
        : undefined,
  },
  {
    code: "ValidationError",
    check: (w) =>
      isCluster(w) && !isDefaultKind(w.parent)
        ? `Workspaces of kind ${asText(w.parent?.body["kind"])} take no AmlCompute.`
        : undefined,
  },
];

function outputs({ cloud, body, existing }: WriteContext): JsonObject {
  const time = cloud.now().toISOString();
  const base = {
    createdOn: textAt(existing?.body, "properties.createdOn") ?? time,
    modifiedOn: time,
    provisioningErrors: [],
    isAttachedCompute: !["AmlCompute", "ComputeInstance"].includes(kindOf(body)),
  };
  if (kindOf(body) === "ComputeInstance")
    return {
      properties: {
        ...base,
        properties: {
          state: textAt(existing?.body, "properties.properties.state") ?? "Running",
          applications: [],
          errors: [],
        },
      },
    };
  if (kindOf(body) !== "AmlCompute") return { properties: base };
  const count = nodes(body, "min") ?? 0;
  const nodeStateCounts = {
    idleNodeCount: count,
    leavingNodeCount: 0,
    preemptedNodeCount: 0,
    preparingNodeCount: 0,
    runningNodeCount: 0,
    unusableNodeCount: 0,
  };
  return {
    properties: {
      ...base,
      properties: {
        allocationState: "Steady",
        allocationStateTransitionTime: time,
        currentNodeCount: count,
        targetNodeCount: count,
        nodeStateCounts,
        errors: [],
      },
    },
  };
}

/** start, stop, restart: of instances only, answered by 202. */
const turn =
  (state: "Running" | "Stopped", doing: string): Action =>
  ({ cloud, resource }) => {
    if (kindOf(resource.body) !== "ComputeInstance")
      throw new ArmError(
        400,
        "BadRequest",
        `A compute of type ${kindOf(resource.body)} cannot ${doing}: only compute instances can.`,
      );
    cloud.arm.change(resource.key, ({ body }) => {
      const properties = at(body, "properties") as JsonObject;
      return {
        body: {
          ...body,
          properties: { ...properties, properties: { ...(properties["properties"] as JsonObject), state } },
        },
      };
    });
    return { status: 202, headers: RETRY_HEADERS };
  };

export const computeTypes: readonly ResourceType[] = [
  {
    type: COMPUTE,
    name: nameRule(
      /^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$/,
      "3 to 24 letters, digits and dashes, a letter first, not ending in a dash and digits",
      "ValidationError",
    ),
    put: asyncPut,
    patch: { update: 200, headers: ["Azure-AsyncOperation"] },
    delete: { update: 202, headers: ["Azure-AsyncOperation", "Location"] },
    seconds: { PUT: 60, PATCH: 10, DELETE: 60 },
    operationPaths: ["computeOperationsStatus", "computeOperationsResults"],
    required: ["properties.computeType"],
    stringMaps: ["tags"], // properties.properties is what a compute is made of
    enums: {
      "properties.computeType": KINDS,
      "properties.properties.vmPriority": ["Dedicated", "LowPriority"],
      "properties.properties.remoteLoginPortPublicAccess": ["Enabled", "Disabled", "NotSpecified"],
      "properties.properties.applicationSharingPolicy": ["Personal", "Shared"],
    },
    defaults: ({ body, parent }) => {
      const region = parent?.body["location"] ?? null;
      const envelope = { location: region, properties: { computeLocation: region, disableLocalAuth: false } };
      if (kindOf(body) === "ComputeInstance")
        return {
          ...envelope,
          properties: {
            ...envelope.properties,
            properties: { applicationSharingPolicy: "Shared", enableNodePublicIp: true, enableSSO: true },
          },
        };
      if (kindOf(body) !== "AmlCompute") return envelope;
      const cluster = {
        osType: "Linux",
        vmPriority: "Dedicated",
        remoteLoginPortPublicAccess: "NotSpecified",
        enableNodePublicIp: true,
        isolatedNetwork: false,
        scaleSettings: { minNodeCount: 0, nodeIdleTimeBeforeScaleDown: "PT120S" },
      };
      return { ...envelope, properties: { ...envelope.properties, properties: cluster } };
    },
    immutable: [
      "location",
      "properties.computeType",
      "properties.computeLocation",
      "properties.resourceId",
      "properties.disableLocalAuth",
      "properties.properties.vmSize",
      "properties.properties.vmPriority",
      "properties.properties.subnet",
      "properties.properties.enableNodePublicIp",
      "properties.properties.remoteLoginPortPublicAccess",
    ],
    readOnly: [
      "properties.createdOn",
      "properties.modifiedOn",
      "properties.isAttachedCompute",
      "properties.provisioningErrors",
    ],
    writeOnly: [
      "properties.properties.userAccountCredentials.adminUserPassword",
      "properties.properties.administratorAccount.password",
      "properties.properties.administratorAccount.privateKeyData",
      "properties.properties.databricksAccessToken",
    ],
    rules,
    computed: outputs,
    deleteRules: [
      {
        code: "BadRequest",
        target: "underlyingResourceAction",
        check: ({ query }) => {
          const action = query["underlyingresourceaction"]; // azure-native sends none
          return action === undefined || sameText(action, "Delete") || sameText(action, "Detach")
            ? undefined
            : `underlyingResourceAction is Delete or Detach, not '${action}'.`;
        },
      },
    ],
    actions: {
      start: turn("Running", "be started"),
      stop: turn("Stopped", "be stopped"),
      restart: turn("Running", "be restarted"),
      listnodes: () => ({ status: 200, body: { nodes: [], nextLink: null } }),
    },
  },
];
