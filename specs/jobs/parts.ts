/** What jobs of several kinds hold: where they run, as whom, for how long, with what beside them. */
import { z } from "zod";
import { isoFromSeconds } from "../durations.ts";
import {
  anything,
  boolean,
  choose,
  isMapping,
  keys,
  readOnly,
  text,
  texts,
  whole,
  words,
} from "../fields.ts";
import { environmentSchema, readEnvironmentReference } from "../kinds/environment.ts";
import { camelKeys, hole, pascal } from "../template.ts";
import { isBinding } from "./bindings.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Reference, Template } from "../types.ts";

export const resourcesFields = {
  instance_count: whole(0).optional(),
  instance_type: text.optional(),
  properties: anything.optional(),
  locations: z.array(text).optional(),
  shm_size: text.optional(),
  max_instance_count: whole(0).optional(),
  docker_args: z.union([text, z.array(text)]).optional(),
};
export const resources = keys(resourcesFields);

export const readResources = ({
  docker_args,
  properties,
  ...raw
}: z.infer<typeof resources>): Record<string, Template> => ({
  ...camelKeys(raw),
  ...(properties && { properties: readPlatform(properties) }),
  ...(Array.isArray(docker_args) ? { dockerArgsList: docker_args } : { dockerArgs: docker_args }),
});

/** Of a job: `properties` is always there. */
export const jobResources = (raw: z.infer<typeof resources>): Record<string, Template> => ({
  properties: {},
  ...readResources(raw),
});

/** What the client calls the platform properties that it knows, in any letters. */
const PLATFORMS: Readonly<Record<string, string>> = {
  aisupercomputer: "AISuperComputer",
  singularity: "AISuperComputer",
  itp: "itp",
  target_selector: "target_selector",
};
const readPlatform = (raw: Readonly<Record<string, unknown>>): Template =>
  Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [PLATFORMS[key.toLowerCase()] ?? key, value as Template]),
  );

const DISTRIBUTIONS = { pytorch: "PyTorch", mpi: "Mpi", tensorflow: "TensorFlow", ray: "Ray" } as const;
const processes = { process_count_per_instance: whole(0).optional() };
const distributions = {
  pytorch: keys({ type: words(["pytorch"]), ...processes }),
  mpi: keys({ type: words(["mpi"]), ...processes }),
  tensorflow: keys({
    type: words(["tensorflow"]),
    parameter_server_count: whole(0).default(0),
    worker_count: whole(0).optional(),
  }),
  ray: keys({
    type: words(["ray"]),
    port: whole(0).optional(),
    address: text.optional(),
    include_dashboard: boolean.optional(),
    dashboard_port: whole(0).optional(),
    head_node_additional_args: text.optional(),
    worker_node_additional_args: text.optional(),
  }),
} as const;
type Distribution = { type: keyof typeof distributions } & Readonly<Record<string, unknown>>;
const anyDistribution = keys({ type: words(["pytorch", "tensorflow", "mpi", "ray"]) });
export const distribution = choose<Distribution>((value) => {
  const type = isMapping(value) ? String(value["type"]).toLowerCase() : "";
  return ((distributions as Readonly<Record<string, z.ZodType>>)[type] ??
    anyDistribution) as z.ZodType<Distribution>;
});
export const readDistribution = ({ type, ...raw }: Distribution): Record<string, Template> => ({
  distributionType: DISTRIBUTIONS[type],
  ...camelKeys(raw),
});

export const queueSettings = keys({
  job_tier: words(["spot", "basic", "standard", "premium", "null"]).optional(),
  priority: words(["low", "medium", "high"]).optional(),
});
const PRIORITIES = { low: 1, medium: 2, high: 3 } as const;
export const readQueue = ({
  job_tier,
  priority,
}: z.infer<typeof queueSettings>): Record<string, Template> => ({
  jobTier: job_tier && pascal(job_tier),
  priority: priority && PRIORITIES[priority],
});

const identities = {
  managed: keys({
    type: words(["managed", "managed_identity"]),
    client_id: text.optional(),
    object_id: text.optional(),
    msi_resource_id: z.never({ error: "no key of the client any more: use client_id" }).optional(),
  }),
  other: keys({ type: words(["managed", "managed_identity", "aml_token", "user_identity"]) }),
};
interface RawIdentity {
  type: "managed" | "managed_identity" | "aml_token" | "user_identity";
  client_id?: string | undefined;
  object_id?: string | undefined;
}
export const jobIdentity = choose<RawIdentity>(
  (value) =>
    (isMapping(value) && /^managed(_?identity)?$/i.test(String(value["type"]))
      ? identities.managed
      : identities.other) as z.ZodType<RawIdentity>,
);
const IDENTITIES = {
  managed: "Managed",
  managed_identity: "Managed",
  aml_token: "AMLToken",
  user_identity: "UserIdentity",
} as const;
export const readJobIdentity = ({ type, client_id, object_id }: RawIdentity): Record<string, Template> => ({
  identityType: IDENTITIES[type],
  clientId: client_id,
  objectId: object_id,
});

const SERVICES = {
  jupyter_lab: { type: "JupyterLab" },
  vs_code: { type: "VSCode" },
  ssh: { type: "SSH", own: "ssh_public_keys", as: "sshPublicKeys" },
  tensor_board: { type: "TensorBoard", own: "log_dir", as: "logDir" },
} as const;
const service = keys({
  type: text.optional(),
  port: whole(0).optional(),
  nodes: text.optional(),
  properties: texts.optional(),
  ssh_public_keys: text.optional(),
  log_dir: text.optional(),
  endpoint: readOnly,
  status: readOnly,
  error_message: readOnly,
});
export const services = z.record(z.string(), service);
export function readServices(
  raw: z.infer<typeof services>,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, item]) => [name, readService(item, reader, [...path, name])]),
  );
}
function readService(raw: z.infer<typeof service>, reader: Reader, path: KeyPath): Template {
  const word = raw.type?.toLowerCase() ?? "";
  const services: Readonly<
    Record<string, { type: string; own?: "ssh_public_keys" | "log_dir"; as?: string }>
  > = SERVICES;
  const known = services[word];
  for (const key of ["ssh_public_keys", "log_dir"] as const)
    if (raw[key] !== undefined && known?.own !== key)
      reader.problem(
        [...path, key],
        `unknown key "${key}" of a service of type ${word || "none"}; known: port, nodes, properties`,
      );
  if (raw.nodes !== undefined && raw.nodes !== "all")
    reader.problem([...path, "nodes"], `found ${JSON.stringify(raw.nodes)}; allowed: all`);
  const own = known?.own && raw[known.own];
  const properties = {
    ...raw.properties,
    ...(own !== undefined && { [known!.as!]: own }),
  };
  return {
    jobServiceType: known?.type,
    port: raw.port,
    nodes: raw.nodes === undefined ? undefined : { nodesValueType: "All" },
    properties: Object.keys(properties).length > 0 ? properties : undefined,
  };
}

/** Of every job. */
export const jobFields = {
  $schema: text.optional(),
  name: text.optional(),
  display_name: text.optional(),
  experiment_name: text.optional(),
  description: text.optional(),
  tags: texts.optional(),
  properties: texts.optional(),
  compute: text.optional(),
  identity: jobIdentity.optional(),
  services: services.optional(),
  id: readOnly,
  status: readOnly,
  creation_context: readOnly,
  log_files: readOnly,
};
type RawJob = z.infer<z.ZodObject<typeof jobFields>>;

export const readJob = (raw: RawJob, reader: Reader): Record<string, Template> => ({
  displayName: raw.display_name,
  experimentName: raw.experiment_name,
  description: raw.description,
  tags: raw.tags ?? {},
  properties: raw.properties ?? {},
  isArchived: false,
  computeId: readCompute(raw.compute, reader, ["compute"]),
  identity: raw.identity && readJobIdentity(raw.identity),
  services: raw.services && readServices(raw.services, reader, ["services"]),
});

/** A target by name or id. `serverless` and other words that name no target of the workspace stay. */
export function readCompute(raw: string | undefined, reader: Reader, path: KeyPath): Template {
  if (raw === undefined || /^local$/i.test(raw)) return undefined;
  if (/^serverless$/i.test(raw) || isBinding(raw)) return raw;
  return hole(reader.compute(raw, path));
}

export const environment = choose((value) =>
  isMapping(value) ? environmentSchema : (z.string().min(1) as never),
) as z.ZodType<string | z.infer<typeof environmentSchema>>;

export function readEnvironment(raw: z.infer<typeof environment>, reader: Reader, path: KeyPath): Reference {
  const short = typeof raw === "string" && /^azureml:[^/@:]+$/.test(raw) && !raw.includes("AzureML-");
  // Without a version, it is the latest.
  const reference = readEnvironmentReference(short ? `${raw}@latest` : raw, reader, path);
  if (reference.kind !== "local" || reference.type !== "environment") return reference;
  // One that is written in place is nobody's but the job's, whatever it is called.
  const { name: _, version: __, ...spec } = reference.spec;
  return { ...reference, spec };
}

const command = {
  command: text.min(1),
  code: text.optional(),
  environment,
  environment_variables: choose<Readonly<Record<string, unknown>>>(() => anything).optional(),
  resources: resources.optional(),
  distribution: distribution.optional(),
  queue_settings: queueSettings.optional(),
};
export const commandFields = command;
export const trialSchema = keys({ $schema: text.optional(), ...command });

/** What a command job and the trial of a sweep share. */
export const readCommand = (
  raw: Omit<z.infer<typeof trialSchema>, "queue_settings">,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> => ({
  command: raw.command,
  codeId: raw.code === undefined ? undefined : hole(reader.jobCode(raw.code, [...path, "code"])),
  environmentId: hole(readEnvironment(raw.environment, reader, [...path, "environment"])),
  environmentVariables: readVariables(raw.environment_variables, reader, [...path, "environment_variables"]),
  distribution: raw.distribution && readDistribution(raw.distribution),
  resources: raw.resources && jobResources(raw.resources),
});

export const readVariables = (
  raw: Readonly<Record<string, unknown>> | undefined,
  reader: Reader,
  path: KeyPath,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(raw ?? {}).map(([key, value]) => [
      key,
      typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? reader.scalar(value, [...path, key])
        : "",
    ]),
  );

export const commandLimits = keys({ timeout: whole(0).optional() });
export const readCommandLimits = ({ timeout }: z.infer<typeof commandLimits>): Record<string, Template> => ({
  timeout: isoFromSeconds(timeout),
  jobLimitsType: "Command",
});
