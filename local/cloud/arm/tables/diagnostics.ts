/** What each type of resource can tell a diagnostic setting; what it cannot is refused. */
import { keyOf } from "../id.ts";
import { at, isObject, sameText, textAt } from "../json.ts";
import type { Rule, WriteContext } from "../table.ts";

interface Telling {
  readonly groups: readonly string[];
  readonly logs: readonly string[];
  readonly metrics: readonly string[];
}

const telling = (logs: string, groups = "allLogs audit", metrics = "AllMetrics"): Telling => ({
  groups: groups.split(" "),
  logs: logs.split(" ").filter(Boolean),
  metrics: metrics.split(" ").filter(Boolean),
});
const service = telling("StorageRead StorageWrite StorageDelete", "allLogs audit", "Transaction Capacity");

const ml = "microsoft.machinelearningservices";
const TELLING: Readonly<Record<string, Telling>> = {
  [`${ml}/workspaces`]: telling(
    "AmlComputeClusterEvent AmlComputeClusterNodeEvent AmlComputeJobEvent AmlComputeCpuGpuUtilization AmlRunStatusChangedEvent ModelsChangeEvent ModelsReadEvent ModelsActionEvent DeploymentReadEvent DeploymentEventACI DeploymentEventAKS InferencingOperationAKS InferencingOperationACI EnvironmentChangeEvent EnvironmentReadEvent DataLabelChangeEvent DataLabelReadEvent DataSetChangeEvent DataSetReadEvent PipelineChangeEvent PipelineReadEvent RunEvent RunReadEvent ComputeInstanceEvent DataStoreChangeEvent DataStoreReadEvent",
  ),
  [`${ml}/workspaces/onlineendpoints`]: telling(
    "AmlOnlineEndpointTrafficLog AmlOnlineEndpointConsoleLog AmlOnlineEndpointEventLog",
    "allLogs",
  ),
  [`${ml}/registries`]: telling("RegistryAssetReadEvent RegistryAssetWriteEvent"),
  "microsoft.keyvault/vaults": telling("AuditEvent AzurePolicyEvaluationDetails"),
  "microsoft.containerregistry/registries": telling(
    "ContainerRegistryRepositoryEvents ContainerRegistryLoginEvents",
  ),
  "microsoft.storage/storageaccounts": telling("", "", "Transaction Capacity"),
  "microsoft.storage/storageaccounts/blobservices": service,
  "microsoft.storage/storageaccounts/fileservices": service,
  "microsoft.storage/storageaccounts/queueservices": service,
  "microsoft.storage/storageaccounts/tableservices": service,
  "microsoft.operationalinsights/workspaces": telling("Audit SummaryLogs"),
  "microsoft.network/virtualnetworks": telling("VMProtectionAlerts", "allLogs"),
  "microsoft.network/networksecuritygroups": telling(
    "NetworkSecurityGroupEvent NetworkSecurityGroupRuleCounter",
    "allLogs",
    "",
  ),
};

const targetOf = (id: string): string =>
  id.slice(0, id.toLowerCase().lastIndexOf("/providers/microsoft.insights/"));

const missing = (known: readonly string[], asked: string | undefined) =>
  asked === undefined || known.some((one) => sameText(one, asked)) ? undefined : asked;

export const diagnosable: Rule<WriteContext> = {
  code: "BadRequest",
  check: ({ cloud, id, body }) => {
    const target = cloud.store.get(keyOf(targetOf(id)));
    if (!target) return `The resource '${targetOf(id)}' was not found.`;
    const can = TELLING[target.type.toLowerCase()];
    if (!can) return `The resource type '${target.type.toLowerCase()}' does not support diagnostic settings.`;
    const list = (name: string) => {
      const found = at(body, `properties.${name}`);
      return Array.isArray(found) ? found.filter(isObject) : [];
    };
    const group = list("logs")
      .map((log) => missing(can.groups, textAt(log, "categoryGroup")))
      .find((name) => name !== undefined);
    if (group !== undefined)
      return `Category group: '${group}' is not supported, supported ones are: '${can.groups.join(", ")}'.`;
    const category = [
      ...list("logs").map((log) => missing(can.logs, textAt(log, "category"))),
      ...list("metrics").map((metric) => missing(can.metrics, textAt(metric, "category"))),
    ].find((name) => name !== undefined);
    return category === undefined ? undefined : `Category '${category}' is not supported.`;
  },
};

const SETTINGS = "Microsoft.Insights/diagnosticSettings";

/** At most five settings a resource, and one for each place that they send to. */
export const notTwice: Rule<WriteContext> = {
  code: "Conflict",
  status: 409,
  check: ({ cloud, id, key, body }) => {
    const others = cloud.store.children(keyOf(targetOf(id)), SETTINGS).filter((other) => other.key !== key);
    if (others.length >= 5) return "The limit of 5 diagnostic settings was reached.";
    const sink = textAt(body, "properties.workspaceId");
    const same =
      sink && others.find((other) => sameText(textAt(other.body, "properties.workspaceId") ?? "", sink));
    return same
      ? `Data sink '${sink}' is already used in diagnostic setting '${same.name}' for this resource. Data sinks can't be reused in different settings on the same category for the same resource.`
      : undefined;
  },
};
