/** Jobs that run when what they are made of changes: what that is, what a run is called, what its state means. Pure. */
import { createHash } from "node:crypto";
import { hasUnknown, isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

/** Says how a job is shown, where it runs and for whom: the next run has it, and none is made for it. */
const NOT_CONTENT = [
  ...["displayName", "description", "experimentName", "tags", "properties", "isArchived", "services"],
  ...["computeId", "resources", "queueSettings", "identity", "notificationSetting"],
];
/** Hex digits of a run's name. */
const LENGTH = 12;

/** What makes a job what it is. */
const contentOf = (properties: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !NOT_CONTENT.includes(name)));

function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

interface Asked {
  readonly properties: PropertyMap;
  readonly triggers: PropertyMap;
}

/** The same for the same content; Azure changes the case of ids as it likes, so case does not count. */
export const contentKey = ({ properties, triggers }: Asked): string =>
  createHash("sha256")
    .update(canonical([contentOf(properties), triggers]).toLowerCase())
    .digest("hex")
    .slice(0, LENGTH);

/** A tag by which the runs of a content are found. */
export const contentTag = (key: string): string => `azureml-as-code-content-${key}`;

/** `train-1f0c…`, and for another try after one that failed `train-1f0c…-2`. */
export const runName = (stem: string, key: string, attempt: number): string =>
  attempt === 1 ? `${stem}-${key}` : `${stem}-${key}-${attempt}`;

/** Paths at which two values differ, no deeper than where one of them ends; an unknown differs from everything. */
export function differences(is: Value | undefined, was: Value | undefined, path = ""): string[] {
  if (isObject(is) && isObject(was)) {
    const under = (key: string) => (path === "" ? key : `${path}.${key}`);
    return [...new Set([...Object.keys(is), ...Object.keys(was)])].flatMap((key) =>
      differences(is[key], was[key], under(key)),
    );
  }
  if (is === undefined || was === undefined) return is === was ? [] : [path];
  return !hasUnknown(is) && canonical(is).toLowerCase() === canonical(was).toLowerCase() ? [] : [path];
}

/** Why a job has to run: what of its content is not as it was when it ran last. Empty if it need not. */
export const reasons = (is: Asked, was: Asked): string[] => [
  ...differences(contentOf(is.properties), contentOf(was.properties)),
  ...differences(is.triggers, was.triggers, "triggers"),
];

type JobState = "running" | "completed" | "failed";

/** Of a status as ARM has it. */
export function stateOf(status: string): JobState {
  if (status === "Completed" || status === "Finished") return "completed";
  return ["Failed", "Canceled", "NotResponding"].includes(status) ? "failed" : "running";
}
