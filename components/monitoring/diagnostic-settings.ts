import * as pulumi from "@pulumi/pulumi";
import * as monitor from "@pulumi/azure-native/monitor/index.js";
import { token, within } from "../component.ts";
import { diagnostics } from "./diagnostic-table.ts";
import type { Diagnosed, Diagnostics } from "./diagnostic-table.ts";

/** @public */
export interface DiagnosticTarget {
  readonly id: pulumi.Input<string>;
  readonly kind: Diagnosed;
}

export interface DiagnosticSettingsArgs {
  readonly logAnalyticsId: pulumi.Input<string>;
  /** By a name of its own each. */
  readonly targets: Readonly<Record<string, DiagnosticTarget>>;
}

/** Sends what resources log and measure to Log Analytics, each log in a table of its own. */
export class DiagnosticSettings extends pulumi.ComponentResource {
  constructor(name: string, args: DiagnosticSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("monitoring", "DiagnosticSettings"), name, args, opts);

    for (const [target, { id, kind }] of Object.entries(args.targets)) {
      const { parts, logs, metrics }: Diagnostics = diagnostics[kind];
      for (const part of parts)
        new monitor.DiagnosticSetting(
          [name, target, part.split("/")[1]?.replace("Services", "")].filter(Boolean).join("-"),
          {
            name: "to-log-analytics",
            resourceUri: part === "" ? id : pulumi.interpolate`${id}${part}`,
            workspaceId: args.logAnalyticsId,
            logAnalyticsDestinationType: "Dedicated",
            logs: logs ? [{ categoryGroup: logs, enabled: true }] : [],
            metrics: metrics ? [{ category: metrics, enabled: true }] : [],
          },
          within(this, opts),
        );
    }
    this.registerOutputs({});
  }
}
