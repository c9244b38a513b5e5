/** Schedules: what is done when, and whether it is on. When they fire: `../../ml/schedules.ts`. */
import { ArmError } from "../../errors.ts";
import { at, type JsonObject, objectAt, textAt } from "../../json.ts";
import { triggerProblems } from "../../ml/schedule-times.ts";
import { ok, type ResourceType } from "../../table.ts";
import { assetName, mfePaths, mfePut, WS } from "./common.ts";

export const SCHEDULE = `${WS}/schedules`;

export const scheduleType: ResourceType = {
  type: SCHEDULE,
  name: assetName,
  put: mfePut,
  delete: { update: 202, headers: ["Location", "Azure-AsyncOperation"] },
  operationPaths: mfePaths,
  required: ["properties.action.actionType", "properties.trigger.triggerType"],
  enums: {
    "properties.action.actionType": ["CreateJob", "CreateMonitor", "InvokeBatchEndpoint", "ImportData"],
    "properties.trigger.triggerType": ["Cron", "Recurrence"],
    "properties.trigger.frequency": ["Minute", "Hour", "Day", "Week", "Month"],
  },
  defaults: { properties: { isEnabled: true, tags: {}, properties: {}, trigger: { timeZone: "UTC" } } },
  rules: [
    {
      code: "ValidationError",
      target: "properties.trigger",
      check: ({ body }) => {
        const lacks =
          textAt(body, "properties.trigger.triggerType") === "Cron"
            ? ["expression"]
            : ["frequency", "interval"];
        const missing = lacks.filter((name) => at(body, `properties.trigger.${name}`) === undefined);
        if (missing.length > 0) return `The trigger lacks ${missing.join(" and ")}.`;
        const problems = triggerProblems(objectAt(body, "properties.trigger"));
        return problems.length > 0 ? problems.join(" ") : undefined;
      },
    },
  ],
  internal: ({ caller, existing }): JsonObject => (existing ? {} : { startedBy: caller.oid }),
  written: ({ schedules }, resource) => schedules.current?.wake(resource),
  actions: {
    /** What azure-ai-ml's `schedules.trigger` asks: `{scheduleTime}` becomes a job now. */
    trigger: async ({ cloud, resource, body }) => {
      const { current } = cloud.schedules;
      if (!current) throw new ArmError(400, "NotSupported", "Nothing here fires schedules.");
      const asked = Date.parse(textAt(body, "scheduleTime") ?? "");
      const name = await current.fire(resource, Number.isNaN(asked) ? undefined : new Date(asked));
      return ok({
        submissionId: name,
        scheduleActionType: textAt(resource.body, "properties.action.actionType") ?? "",
      });
    },
  },
  deleteRules: [
    {
      code: "BadArgument",
      check: ({ resource }) =>
        at(resource.body, "properties.isEnabled") === true
          ? "You must first disable a schedule to delete it."
          : undefined,
    },
  ],
  list: ({ found, query }) => {
    const view = (query["listviewtype"] ?? "EnabledOnly").toLowerCase();
    return found.filter(
      ({ body }) =>
        view === "all" || (at(body, "properties.isEnabled") === true) === (view === "enabledonly"),
    );
  },
};
