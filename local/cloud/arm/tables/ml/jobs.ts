/** Jobs, and what is kept as a record: connections, outbound rules. */
import { ArmError } from "../../errors.ts";
import { asText, at, isObject, type JsonObject, objectAt, textAt } from "../../json.ts";
import { type Cloud, ok, type ResourceType } from "../../table.ts";
import { nameRule } from "../modes.ts";
import { assetName, shortName, studioService, WS } from "./common.ts";

export const JOB = `${WS}/jobs`;
export const FINAL = ["Completed", "Failed", "Canceled", "NotResponding"];

export const statusOf = (internal: JsonObject): string => asText(internal["status"] ?? "NotStarted");

/** Why a job ends as soon as it is there. */
function refusedWords(cloud: Cloud, jobType: string): string {
  const lacks = cloud.jobRuns.current?.lacks(jobType);
  const why = lacks === undefined ? "" : `this machine has no ${lacks.replace(/^a /, "")}: `;
  return `This local Azure does not run ${jobType} jobs of this kind: ${why}it keeps them as records.`;
}

const jobType: ResourceType = {
  type: JOB,
  stateless: true,
  name: nameRule(assetName.pattern, assetName.says, "ValidationError"),
  required: ["properties.jobType"],
  enums: {
    "properties.jobType": ["AutoML", "Command", "Pipeline", "Spark", "Sweep", "Labeling", "FineTuning"],
  },
  readOnly: ["properties.status"],
  defaults: {
    properties: { experimentName: "Default", isArchived: false, tags: {}, properties: {}, services: {} },
  },
  computed: ({ id, name, existing }) => ({
    properties: {
      ...(existing ? { ...objectAt(existing.body, "properties") } : {}),
      services: studioService(name, id.slice(0, id.lastIndexOf("/jobs/"))),
    },
  }),
  rules: [
    {
      code: "UserError",
      check: ({ cloud, existing, id, body }) => {
        if (!existing) cloud.jobRuns.current?.check(id, objectAt(body, "properties"));
        return undefined;
      },
    },
  ],
  internal: ({ cloud, existing, body, caller }): JsonObject =>
    existing
      ? {}
      : cloud.jobRuns.current?.runs(objectAt(body, "properties"))
        ? { status: "NotStarted", startedBy: caller.oid }
        : {
            status: "Failed",
            error: {
              code: "NotSupported",
              message: refusedWords(cloud, textAt(body, "properties.jobType") ?? ""),
            },
          },
  provision: ({ cloud, resource }) => {
    const begun = cloud.runs.has(resource.key) || statusOf(resource.internal) !== "NotStarted";
    if (!begun) cloud.jobRuns.current?.start(resource);
    return Promise.resolve(undefined);
  },
  view: (_, { internal, body }): JsonObject =>
    body["properties"] === null ? {} : { properties: { status: statusOf(internal) } },
  list: ({ found, query }) => {
    const type = query["jobtype"]?.toLowerCase();
    const tag = query["tag"];
    const view = (query["listviewtype"] ?? "ActiveOnly").toLowerCase();
    return found.filter(({ body, internal }) => {
      if (!isObject(body["properties"]) || typeof internal["parent"] === "string") return false; // children are listed by their parent
      const archived = at(body, "properties.isArchived") === true;
      return (
        (tag === undefined || Object.hasOwn(objectAt(body, "properties.tags"), tag)) &&
        (type === undefined || textAt(body, "properties.jobType")?.toLowerCase() === type) &&
        (view === "all" || archived === (view === "archivedonly"))
      );
    });
  },
  actions: {
    cancel: ({ cloud, resource }) => {
      if (FINAL.includes(statusOf(resource.internal)))
        throw new ArmError(
          400,
          "BadArgument",
          `The job '${resource.name}' is ${statusOf(resource.internal)}: it cannot be canceled.`,
        );
      cloud.arm.change(resource.key, ({ internal }) => ({
        internal: { ...internal, status: "CancelRequested" },
      }));
      cloud.runs.get(resource.key)?.abort();
      return { status: 200 };
    },
  },
  removing: ({ cloud, resource }) => {
    cloud.runs.get(resource.key)?.abort();
    return Promise.resolve();
  },
  deleteRules: [
    {
      code: "BadArgument",
      check: ({ resource }) =>
        FINAL.includes(statusOf(resource.internal))
          ? undefined
          : `The job '${resource.name}' is ${statusOf(resource.internal)}: cancel it before it is deleted.`,
    },
  ],
};

const connectionType: ResourceType = {
  type: `${WS}/connections`,
  name: shortName,
  stateless: true,
  created: 200,
  required: ["properties.authType"],
  writeOnly: ["properties.credentials"],
  defaults: { properties: { isSharedToAll: false, metadata: {} } },
  actions: {
    listsecrets: ({ resource }) => {
      const { id, name, type, body, internal } = resource;
      return ok({
        id,
        name,
        type,
        ...body,
        properties: {
          ...objectAt(body, "properties"),
          credentials: internal["properties.credentials"] ?? null,
        },
      });
    },
  },
  list: ({ found, query }) =>
    found.filter(({ body }) =>
      ["category", "target"].every(
        (name) =>
          query[name] === undefined ||
          textAt(body, `properties.${name}`)?.toLowerCase() === query[name].toLowerCase(),
      ),
    ),
};

const outboundRuleType: ResourceType = {
  type: `${WS}/outboundRules`,
  name: shortName,
  stateless: true,
  put: { update: 202, headers: ["Location"] },
  delete: { update: 202, headers: ["Location"] },
  operationPaths: ["workspaceOperationsStatus", "workspaceOperationResults"],
  required: ["properties.type", "properties.destination"],
  enums: { "properties.type": ["FQDN", "PrivateEndpoint", "ServiceTag"] },
  defaults: { properties: { category: "UserDefined", status: "Inactive" } },
  rules: [
    {
      code: "ValidationError",
      check: ({ body, parent }) => {
        const mode = textAt(parent?.body, "properties.managedNetwork.isolationMode") ?? "Disabled";
        if (mode === "Disabled") return "The workspace has no managed network: outbound rules need one.";
        return textAt(body, "properties.type") === "FQDN" && mode !== "AllowOnlyApprovedOutbound"
          ? "FQDN rules need the isolation mode AllowOnlyApprovedOutbound."
          : undefined;
      },
    },
  ],
};

export const jobTypes: readonly ResourceType[] = [jobType, connectionType, outboundRuleType];
