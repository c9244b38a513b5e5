/**
 * What each kind of resource can tell Log Analytics, and which of it a stage keeps. Pure.
 * Source: https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/logs-index
 */

export interface Diagnostics {
  /** Appended to the resource's id: storage keeps its logs by service. */
  readonly parts: readonly string[];
  /** Group of log categories; nothing where there are no logs. */
  readonly logs?: "allLogs" | "audit";
  /** Category of metrics; nothing where there are none. */
  readonly metrics?: "AllMetrics" | "Transaction";
}

const whole = [""];
const all = { parts: whole, logs: "allLogs", metrics: "AllMetrics" } as const;

export const diagnostics = {
  workspace: all,
  onlineEndpoint: all,
  vault: all,
  containerRegistry: all,
  mlRegistry: all,
  /** The account itself has metrics alone; reads, writes and deletions are told by its services. */
  storage: { parts: whole, metrics: "Transaction" },
  storageServices: {
    parts: ["blob", "file", "queue", "table"].map((service) => `/${service}Services/default`),
    logs: "allLogs",
    metrics: "Transaction",
  },
  /** Who asked what of the logs. */
  logAnalytics: { parts: whole, logs: "audit", metrics: "AllMetrics" },
  virtualNetwork: all,
  securityGroup: { parts: whole, logs: "allLogs" },
} as const satisfies Record<string, Diagnostics>;

export type Diagnosed = keyof typeof diagnostics;
