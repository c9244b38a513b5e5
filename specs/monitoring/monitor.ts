/** What a schedule of monitoring runs: on which machines, watching what, by which signals, and who hears of it. */
import { z } from "zod";
import { choose, isMapping, keys, lowerWords, required, text } from "../fields.ts";
import { hole } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";
import { windowsOf } from "./data.ts";
import { readSignal, signal } from "./signals.ts";

const mails = keys({ emails: z.array(text).optional() });
type Notification = "azmonitoring" | z.infer<typeof mails>;

export const monitor = keys({
  compute: keys({ instance_type: required, runtime_version: z.enum(["3.4", "3.5"]) }),
  monitoring_target: keys({
    ml_task: lowerWords(["classification", "regression", "questionanswering"]).optional(),
    endpoint_deployment_id: required.optional(),
    model_id: required.optional(),
  }).optional(),
  monitoring_signals: z.record(z.string(), signal, {
    error: "a mapping of signals; what its deployment collects is in a workspace, which nobody asks here",
  }),
  alert_notification: choose<Notification>((value) =>
    isMapping(value) ? (mails as z.ZodType<Notification>) : lowerWords(["azmonitoring"]),
  ).optional(),
});
type Monitor = z.infer<typeof monitor>;

const NOTIFIED = ["JobFailed", "JobCompleted"] as const;
const readNotification = (raw: Notification): Template =>
  typeof raw === "string"
    ? { alertNotificationType: "AzureMonitor" }
    : {
        alertNotificationType: "Email",
        emailNotificationSetting: { emails: raw.emails, emailOn: NOTIFIED },
      };

function readTarget(raw: NonNullable<Monitor["monitoring_target"]>, reader: Reader, path: KeyPath): Template {
  const { ml_task = "classification", endpoint_deployment_id: deployment, model_id: model } = raw;
  return {
    taskType: ml_task,
    deploymentId:
      deployment === undefined
        ? undefined
        : hole(reader.deployment(deployment, [...path, "endpoint_deployment_id"])),
    modelId: model === undefined ? undefined : hole(reader.asset(model, "model", [...path, "model_id"])),
  };
}

/** @param trigger when it runs, which says how far back it looks. */
export function readMonitor(
  raw: Monitor,
  trigger: Parameters<typeof windowsOf>[0],
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  const windows = windowsOf(trigger);
  return {
    computeConfiguration: {
      computeType: "ServerlessSpark",
      runtimeVersion: raw.compute.runtime_version,
      instanceType: raw.compute.instance_type,
      computeIdentity: { computeIdentityType: "AmlToken" },
    },
    monitoringTarget:
      raw.monitoring_target && readTarget(raw.monitoring_target, reader, [...path, "monitoring_target"]),
    signals: Object.fromEntries(
      Object.entries(raw.monitoring_signals).map(([name, one]) => [
        name,
        readSignal(one, windows, reader, [...path, "monitoring_signals", name]),
      ]),
    ),
    alertNotificationSetting: raw.alert_notification && readNotification(raw.alert_notification),
  };
}
