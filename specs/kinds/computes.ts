/** Compute other than clusters: instances, and what is attached. */
import { z } from "zod";
import {
  boolean,
  common,
  textTags,
  identity,
  keys,
  names,
  readOnly,
  required,
  strings,
  text,
  whole,
  words,
} from "../fields.ts";
import { readTrigger, trigger } from "../jobs/trigger.ts";
import { LOCATION, defineTemplate, hole, unlessEmpty } from "../template.ts";
import { armIdentity } from "./endpoint.ts";
import type { Reader } from "../reader.ts";
import type { Template } from "../types.ts";

const computeFields = {
  ...common,
  tags: textTags.optional(),
  name: names.compute.optional(),
  location: text.optional(),
  resource_id: text.optional(),
  id: readOnly,
  created_on: readOnly,
  provisioning_errors: readOnly,
  provisioning_state: readOnly,
};
const resourceType = "workspaces/computes";
type Raw = z.infer<z.ZodObject<typeof computeFields>> & { identity?: z.infer<typeof identity> | undefined };

const frame = (raw: Raw, reader: Reader, properties: Record<string, Template>): Record<string, Template> => {
  const who = reader.identity(raw.identity, ["identity"]);
  return {
    location: raw.location ?? LOCATION,
    tags: unlessEmpty(reader.strings(raw.tags, ["tags"])),
    identity: who && (armIdentity(who) as unknown as Template),
    properties: { description: raw.description, ...properties },
  };
};
const is = (type: string) => (value: Readonly<Record<string, unknown>>) =>
  String(value["type"]).toLowerCase() === type;

const script = keys({
  path: text.optional(),
  command: text.optional(),
  timeout_minutes: whole(0).optional(),
});
const startStop = keys({
  action: words(["start", "stop"]),
  state: words(["enabled", "disabled"]).optional(),
  trigger: trigger.optional(),
  schedule_id: readOnly,
  provisioning_state: readOnly,
});
const application = keys({
  name: required,
  type: words(["docker"]).optional(),
  image: keys({ reference: text.optional() }).optional(),
  endpoints: z
    .array(keys({ target: whole(1, 65535).optional(), published: whole(1, 65535).optional() }))
    .optional(),
  environment_variables: strings.optional(),
  bind_mounts: z.array(keys({ source: text.optional(), target: text.optional() })).optional(),
});

const instanceSchema = keys({
  ...computeFields,
  type: words(["computeinstance"]),
  size: required.default("STANDARD_DS3_V2"),
  network_settings: keys({ vnet_name: text.optional(), subnet: text.optional() }).optional(),
  create_on_behalf_of: keys({ user_tenant_id: text.optional(), user_object_id: text.optional() }).optional(),
  ssh_settings: keys({
    ssh_key_value: text.optional(),
    admin_username: readOnly,
    ssh_port: readOnly,
  }).optional(),
  ssh_public_access_enabled: boolean.optional(),
  schedules: keys({ compute_start_stop: z.array(startStop).optional() }).optional(),
  identity: identity.optional(),
  idle_time_before_shutdown: text.optional(),
  idle_time_before_shutdown_minutes: whole(0).optional(),
  custom_applications: z.array(application).optional(),
  setup_scripts: keys({ creation_script: script.optional(), startup_script: script.optional() }).optional(),
  enable_node_public_ip: boolean.default(true),
  enable_sso: boolean.default(true),
  enable_root_access: boolean.default(true),
  release_quota_on_stop: boolean.default(false),
  enable_os_patching: boolean.default(false),
  state: readOnly,
  last_operation: readOnly,
  applications: readOnly,
  services: readOnly,
  os_image_metadata: readOnly,
});
type Instance = z.infer<typeof instanceSchema>;

const readScript = (raw: z.infer<typeof script> | undefined): Template =>
  raw && {
    scriptSource: "workspaceStorage",
    scriptData: raw.path,
    scriptArguments: raw.command,
    timeout: raw.timeout_minutes === undefined ? undefined : `${String(raw.timeout_minutes)}m`,
  };
const readApplication = (raw: z.infer<typeof application>, reader: Reader): Template => ({
  name: raw.name,
  type: raw.type ?? "docker",
  image: raw.image && { type: "docker", reference: raw.image.reference },
  endpoints: raw.endpoints?.map((endpoint) => ({
    name: "connect",
    protocol: "http",
    ...endpoint,
  })) as Template,
  environmentVariables: Object.fromEntries(
    Object.entries(reader.strings(raw.environment_variables, [])).map(([key, value]) => [
      key,
      { type: "local", value },
    ]),
  ),
  volumes: raw.bind_mounts?.map((mount) => ({ type: "bind", readOnly: false, ...mount })) as Template,
  docker: { privileged: true },
});
function readStartStop(raw: z.infer<typeof startStop>): Template {
  const when = raw.trigger && readTrigger(raw.trigger);
  return {
    action: raw.action,
    status: raw.state ?? "Enabled",
    triggerType: when?.["triggerType"],
    ...(raw.trigger?.type === "cron" ? { cron: when } : { recurrence: when }),
  };
}

function subnet(raw: NonNullable<Instance["network_settings"]>, reader: Reader): Template {
  if (raw.subnet === undefined) return undefined;
  if (raw.subnet.startsWith("/subscriptions/")) return { id: hole({ kind: "armId", id: raw.subnet }) };
  if (raw.vnet_name === undefined) {
    reader.problem(["network_settings", "vnet_name"], "is missing; a subnet by name needs its network");
    return undefined;
  }
  return { id: hole({ kind: "subnet", network: raw.vnet_name, name: raw.subnet }) };
}

export const computeInstance = defineTemplate({
  kind: "computeInstance",
  schemas: ["computeInstance"],
  resourceType,
  looksLike: is("computeinstance"),
  schema: instanceSchema,
  read: (raw, reader) => {
    if (raw.idle_time_before_shutdown !== undefined && !/^PT\d+[MH]$/.test(raw.idle_time_before_shutdown))
      reader.problem(
        ["idle_time_before_shutdown"],
        `found ${JSON.stringify(raw.idle_time_before_shutdown)}; allowed: ISO 8601 minutes or hours, as PT30M`,
      );
    const minutes = raw.idle_time_before_shutdown_minutes;
    const starts = raw.schedules?.compute_start_stop;
    return {
      name: raw.name,
      body: frame(raw, reader, {
        computeType: "ComputeInstance",
        disableLocalAuth: !(raw.ssh_public_access_enabled ?? raw.ssh_settings !== undefined),
        properties: {
          vmSize: raw.size,
          subnet: raw.network_settings && subnet(raw.network_settings, reader),
          sshSettings:
            raw.ssh_public_access_enabled !== undefined || raw.ssh_settings
              ? {
                  sshPublicAccess: (raw.ssh_public_access_enabled ?? true) ? "Enabled" : "Disabled",
                  adminPublicKey: raw.ssh_settings?.ssh_key_value,
                }
              : undefined,
          personalComputeInstanceSettings: raw.create_on_behalf_of && {
            assignedUser: {
              objectId: raw.create_on_behalf_of.user_object_id,
              tenantId: raw.create_on_behalf_of.user_tenant_id,
            },
          },
          idleTimeBeforeShutdown:
            minutes === undefined ? raw.idle_time_before_shutdown : `PT${String(minutes)}M`,
          enableNodePublicIp: raw.enable_node_public_ip,
          enableSSO: raw.enable_sso,
          enableRootAccess: raw.enable_root_access,
          releaseQuotaOnStop: raw.release_quota_on_stop,
          enableOSPatching: raw.enable_os_patching,
          applicationSharingPolicy: "Shared",
          computeInstanceAuthorizationType: "personal",
          schedules: starts && {
            computeStartStop: starts.map(readStartStop),
          },
          setupScripts: raw.setup_scripts && {
            scripts: {
              startupScript: readScript(raw.setup_scripts.startup_script),
              creationScript: readScript(raw.setup_scripts.creation_script),
            },
          },
          customServices: raw.custom_applications?.map((item) => readApplication(item, reader)),
        },
      }),
    };
  },
});

export const kubernetesCompute = defineTemplate({
  kind: "kubernetesCompute",
  schemas: ["kubernetesCompute"],
  resourceType,
  looksLike: is("kubernetes"),
  schema: keys({
    ...computeFields,
    type: words(["kubernetes"]),
    namespace: required,
    properties: z.record(z.string(), z.unknown()).optional(),
    identity: identity.optional(),
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: frame(raw, reader, {
      computeType: "Kubernetes",
      resourceId: raw.resource_id,
      properties: { ...(raw.properties as Record<string, Template> | undefined), namespace: raw.namespace },
    }),
  }),
});

export const vmCompute = defineTemplate({
  kind: "vmCompute",
  schemas: ["vmCompute", "virtualMachineCompute"],
  resourceType,
  looksLike: is("virtualmachine"),
  schema: keys({
    ...computeFields,
    resource_id: required,
    type: words(["virtualmachine"]),
    ssh_settings: keys({
      admin_username: text.optional(),
      admin_password: text.optional(),
      ssh_port: whole(1, 65535).optional(),
      ssh_private_key_file: text.optional(),
    }).optional(),
  }),
  read: (raw, reader) => {
    const ssh = raw.ssh_settings;
    const path = ["ssh_settings", "ssh_private_key_file"];
    const key =
      ssh?.ssh_private_key_file === undefined ? undefined : reader.text(ssh.ssh_private_key_file, path);
    return {
      name: raw.name,
      body: frame(raw, reader, {
        computeType: "VirtualMachine",
        resourceId: raw.resource_id,
        properties: {
          sshPort: ssh?.ssh_port ?? 22,
          administratorAccount: ssh && {
            username: ssh.admin_username,
            password: ssh.admin_password,
            privateKeyData: key,
          },
        },
      }),
    };
  },
});

export const synapseSparkCompute = defineTemplate({
  kind: "synapseSparkCompute",
  schemas: ["synapseSparkCompute", "synapsesparkCompute"],
  resourceType,
  looksLike: is("synapsespark"),
  schema: keys({
    ...computeFields,
    resource_id: required,
    type: words(["synapsespark"]),
    identity: identity.optional(),
    scale_settings: readOnly,
    auto_pause_settings: readOnly,
    node_count: readOnly,
    node_family: readOnly,
    node_size: readOnly,
    spark_version: readOnly,
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: frame(raw, reader, { computeType: "SynapseSpark", resourceId: raw.resource_id }),
  }),
});
