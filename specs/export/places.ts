/** ARM bodies of datastores, computes, connections and schedules as YAML. */
import { bindings, nodes } from "./assets.ts";
import { identityOf } from "./endpoints.ts";
import { monitorOf } from "./monitor.ts";
import { mapping, said, saidOrNothing, secondsOf, word } from "./short.ts";
import type { Mapping } from "./short.ts";
import type { ToYaml } from "./to-yaml.ts";

/** What a datastore is over; secrets are never shown, so what they open has to be said again. */
export const datastore: ToYaml = ({ properties }) => {
  const artifact = mapping(properties["artifact"]);
  const credentials = mapping(properties["credentials"]);
  const none = credentials["credentialsType"] === "None" || credentials["credentialsType"] === undefined;
  return {
    type: DATASTORES[String(properties["datastoreType"])],
    description: properties["description"],
    tags: properties["tags"],
    store_name: properties["storeName"],
    account_name: properties["accountName"],
    container_name: properties["containerName"],
    filesystem: properties["filesystem"],
    file_share_name: properties["fileShareName"],
    endpoint: properties["endpoint"],
    protocol: properties["protocol"],
    one_lake_workspace_name: properties["oneLakeWorkspaceName"],
    artifact: saidOrNothing({ name: artifact["artifactName"], type: word(artifact["artifactType"]) }),
    credentials: none
      ? undefined
      : saidOrNothing({
          tenant_id: credentials["tenantId"],
          client_id: credentials["clientId"],
          authority_url: credentials["authorityUrl"],
          resource_url: credentials["resourceUrl"],
          thumbprint: credentials["thumbprint"],
        }),
  };
};

const DATASTORES: Readonly<Record<string, string>> = {
  AzureBlob: "azure_blob",
  AzureDataLakeGen1: "azure_data_lake_gen1",
  AzureDataLakeGen2: "azure_data_lake_gen2",
  AzureFile: "azure_file",
  OneLake: "one_lake",
};

const subnet = (inner: Mapping): Mapping | undefined =>
  saidOrNothing({ subnet: mapping(inner["subnet"])["id"] });

export const amlCompute: ToYaml = ({ properties, body }) => {
  const inner = mapping(properties["properties"]);
  const scale = mapping(inner["scaleSettings"]);
  const login = mapping(inner["userAccountCredentials"]);
  const remote = word(inner["remoteLoginPortPublicAccess"]);
  return {
    type: "amlcompute",
    description: properties["description"],
    tags: body["tags"],
    location: body["location"],
    size: inner["vmSize"],
    tier: word(inner["vmPriority"]),
    min_instances: scale["minNodeCount"],
    max_instances: scale["maxNodeCount"],
    idle_time_before_scale_down: secondsOf(scale["nodeIdleTimeBeforeScaleDown"]),
    ssh_public_access_enabled: remote === "enabled" ? true : remote === "disabled" ? false : undefined,
    ssh_settings: saidOrNothing({
      admin_username: login["adminUserName"],
      ssh_key_value: login["adminUserSshPublicKey"],
    }),
    network_settings: subnet(inner),
    identity: identityOf(body["identity"]),
    enable_node_public_ip: inner["enableNodePublicIp"],
  };
};

export const computeInstance: ToYaml = ({ properties, body }) => {
  const inner = mapping(properties["properties"]);
  const ssh = mapping(inner["sshSettings"]);
  const { objectId, tenantId } = mapping(mapping(inner["personalComputeInstanceSettings"])["assignedUser"]);
  const access = word(ssh["sshPublicAccess"]);
  const open = access === undefined || (access === "disabled" && properties["disableLocalAuth"] !== false);
  return {
    type: "computeinstance",
    description: properties["description"],
    tags: body["tags"],
    location: body["location"],
    size: inner["vmSize"],
    idle_time_before_shutdown: inner["idleTimeBeforeShutdown"],
    enable_node_public_ip: inner["enableNodePublicIp"],
    enable_sso: inner["enableSSO"],
    enable_root_access: inner["enableRootAccess"],
    release_quota_on_stop: inner["releaseQuotaOnStop"],
    enable_os_patching: inner["enableOSPatching"],
    ssh_public_access_enabled: open ? undefined : access === "enabled",
    ssh_settings: saidOrNothing({ ssh_key_value: ssh["adminPublicKey"] }),
    create_on_behalf_of: saidOrNothing({ user_object_id: objectId, user_tenant_id: tenantId }),
    network_settings: subnet(inner),
    identity: identityOf(body["identity"]),
  };
};

/** What is attached: where it is. */
export const attached: ToYaml = ({ properties, body }) => ({
  type: String(properties["computeType"]).toLowerCase(),
  description: properties["description"],
  tags: body["tags"],
  location: body["location"],
  resource_id: properties["resourceId"],
  namespace: mapping(properties["properties"])["namespace"],
  identity: identityOf(body["identity"]),
});

const CONNECTIONS: Readonly<Record<string, string>> = {
  Git: "git",
  ContainerRegistry: "container_registry",
  PythonFeed: "python_feed",
  S3: "s3",
  Snowflake: "snowflake",
  AzureSqlDb: "azure_sql_db",
  AzureSynapseAnalytics: "azure_synapse_analytics",
  AzureMySqlDb: "azure_my_sql_db",
  AzurePostgresDb: "azure_postgres_db",
  CustomKeys: "custom",
};

/** Credentials are never shown; a connection without any is whole. */
export const connection: ToYaml = ({ properties }) => ({
  type: CONNECTIONS[String(properties["category"])],
  target: properties["target"],
  is_shared: properties["isSharedToAll"],
  metadata: properties["metadata"],
});

export const schedule: ToYaml = ({ properties, short }) => {
  const trigger = mapping(properties["trigger"]);
  const { schedule: pattern } = trigger;
  const action = mapping(properties["action"]);
  const job = mapping(action["jobDefinition"]);
  const times = mapping(pattern);
  return {
    display_name: properties["displayName"],
    description: properties["description"],
    tags: properties["tags"],
    properties: properties["properties"],
    trigger: said({
      type: word(trigger["triggerType"]),
      expression: trigger["expression"],
      frequency: word(trigger["frequency"]),
      interval: trigger["interval"],
      start_time: time(trigger["startTime"]),
      end_time: time(trigger["endTime"]),
      time_zone: trigger["timeZone"],
      schedule: saidOrNothing({
        hours: times["hours"],
        minutes: times["minutes"],
        week_days: Array.isArray(times["weekDays"]) ? times["weekDays"].map(word) : undefined,
        month_days: times["monthDays"],
      }),
    }),
    create_monitor:
      action["actionType"] === "CreateMonitor"
        ? monitorOf(mapping(action["monitorDefinition"]), short)
        : undefined,
    create_job: typeof job["sourceJobId"] === "string" ? short(job["sourceJobId"]) : undefined,
  };
};
const time = (value: unknown): unknown => (typeof value === "string" ? value.replace(" ", "T") : value);

/** The pipeline of a schedule: a file of its own, as YAML wants it. */
export function pipelineOf(body: Mapping, short: (text: string) => string): Mapping | undefined {
  const job = mapping(mapping(mapping(body["properties"])["action"])["jobDefinition"]);
  if (typeof job["sourceJobId"] === "string" || word(job["jobType"]) !== "pipeline") return undefined;
  const { default_compute, default_datastore, _source, ...settings } = mapping(job["settings"]);
  const named = (value: unknown) => (typeof value === "string" ? short(value) : undefined);
  return said({
    type: "pipeline",
    display_name: job["displayName"],
    experiment_name: job["experimentName"],
    description: job["description"],
    tags: job["tags"],
    properties: job["properties"],
    compute: named(job["computeId"]),
    component: named(job["componentId"]),
    settings: saidOrNothing({
      ...settings,
      default_compute: named(default_compute),
      default_datastore: named(default_datastore),
    }),
    inputs: bindings(job["inputs"], short),
    outputs: bindings(job["outputs"], short),
    jobs: nodes(job["jobs"], short),
  });
}
