/** Connections of a workspace: to what is outside of it, with the way to sign in there. */
import { z } from "zod";
import { boolean, choose, isMapping, keys, readOnly, required, strings, text, words } from "../fields.ts";
import { defineTemplate } from "../template.ts";
import type { Template } from "../types.ts";

/** Each way to sign in: `authType`, and its keys in YAML and in ARM. */
const CREDENTIALS = {
  pat: { auth: "PAT", fields: { pat: "pat" } },
  sas: { auth: "SAS", fields: { sas_token: "sas" } },
  username_password: { auth: "UsernamePassword", fields: { username: "username", password: "password" } },
  managed_identity: { auth: "ManagedIdentity", fields: { client_id: "clientId", resource_id: "resourceId" } },
  service_principal: {
    auth: "ServicePrincipal",
    fields: { client_id: "clientId", client_secret: "clientSecret", tenant_id: "tenantId" },
  },
  access_key: {
    auth: "AccessKey",
    fields: { access_key_id: "accessKeyId", secret_access_key: "secretAccessKey" },
  },
  api_key: { auth: "ApiKey", fields: { key: "key" } },
  account_key: { auth: "AccountKey", fields: { account_key: "sas" } },
  aad: { auth: "AAD", fields: {} },
  none: { auth: "None", fields: {} },
} as const;
type SignIn = keyof typeof CREDENTIALS;
const signIns = Object.keys(CREDENTIALS) as [SignIn, ...SignIn[]];
type RawCredentials = { type: SignIn } & Readonly<Record<string, string | undefined>>;

const credentialSchemas = Object.fromEntries(
  signIns.map((type) => [
    type,
    keys({
      type: words([type]),
      ...Object.fromEntries(
        Object.keys(CREDENTIALS[type].fields).map((key) => [
          key,
          type === "managed_identity" ? text.optional() : text,
        ]),
      ),
    }),
  ]),
);
const credentials = choose<RawCredentials>((value) => {
  const type = isMapping(value) ? String(value["type"]).toLowerCase() : "";
  return credentialSchemas[type] ?? z.looseObject({ type: words(signIns) });
});

interface Row {
  readonly category: string;
  /** Which key is the target; `target` unless another. */
  readonly target?: string;
  readonly keys?: z.ZodRawShape;
  readonly metadata?: (raw: Readonly<Record<string, unknown>>) => Readonly<Record<string, Template>>;
}
const apiKey = { api_key: text.nullable().optional() };
const service = { ...apiKey, endpoint: text.optional() };

/** Each type: its category in ARM, and the keys that only it has. */
const TYPES = {
  git: { category: "Git" },
  container_registry: { category: "ContainerRegistry" },
  python_feed: { category: "PythonFeed" },
  s3: { category: "S3" },
  snowflake: { category: "Snowflake" },
  azure_sql_db: { category: "AzureSqlDb" },
  azure_synapse_analytics: { category: "AzureSynapseAnalytics" },
  azure_my_sql_db: { category: "AzureMySqlDb" },
  azure_postgres_db: { category: "AzurePostgresDb" },
  custom: { category: "CustomKeys" },
  azure_data_lake_gen2: { category: "ADLSGen2" },
  azure_blob: {
    category: "AzureBlob",
    target: "url",
    keys: { url: text.optional(), account_name: required, container_name: required },
    metadata: (raw) => ({
      ContainerName: raw["container_name"] as string,
      AccountName: raw["account_name"] as string,
    }),
  },
  azure_open_ai: {
    category: "AzureOpenAi",
    target: "azure_endpoint",
    keys: {
      ...apiKey,
      api_version: text.nullable().optional(),
      azure_endpoint: text.optional(),
      open_ai_resource_id: text.nullable().optional(),
    },
    metadata: (raw) => ({
      ApiVersion: (raw["api_version"] ?? null) as Template,
      ApiType: "Azure",
      ResourceId: (raw["open_ai_resource_id"] ?? null) as Template,
    }),
  },
  azure_ai_services: {
    category: "AIServices",
    target: "endpoint",
    keys: { ...service, ai_services_resource_id: text.optional() },
    metadata: (raw) => ({ ResourceId: (raw["ai_services_resource_id"] ?? null) as Template }),
  },
  azure_ai_search: { category: "CognitiveSearch", target: "endpoint", keys: service },
  azure_content_safety: {
    category: "CognitiveService",
    target: "endpoint",
    keys: service,
    metadata: () => ({ Kind: "Content Safety" }),
  },
  azure_speech_services: {
    category: "CognitiveService",
    target: "endpoint",
    keys: service,
    metadata: () => ({ Kind: "speech" }),
  },
  api_key: { category: "ApiKey", target: "api_base", keys: { api_key: required, api_base: required } },
  open_ai: { category: "OpenAi", keys: { api_key: required } },
  serp: { category: "Serp", keys: { api_key: required } },
  serverless: {
    category: "Serverless",
    target: "endpoint",
    keys: { api_key: required, endpoint: text.optional() },
  },
} as const satisfies Readonly<Record<string, Row>>;
type Type = keyof typeof TYPES;
const types = Object.keys(TYPES) as [Type, ...Type[]];

const common = {
  $schema: text.optional(),
  name: required.optional(),
  description: text.optional(),
  tags: strings.optional(),
  is_shared: boolean.default(true),
  metadata: strings.optional(),
  id: readOnly,
  creation_context: readOnly,
};
const schemas = Object.fromEntries(
  types.map((type) => {
    const row: Row = TYPES[type];
    const own: z.ZodRawShape = row.keys ?? {};
    return [
      type,
      keys({
        ...common,
        type: words([type]),
        ...("api_key" in own ? {} : { credentials: credentials.optional(), target: text.optional() }),
        ...own,
      }),
    ];
  }),
);
type Raw = Readonly<Record<string, unknown>> & {
  type: Type;
  name?: string;
  is_shared: boolean;
  credentials?: RawCredentials;
  api_key?: string | null;
  tags?: Record<string, string>;
  metadata?: Record<string, string>;
};

const typeOf = (value: unknown): string =>
  isMapping(value)
    ? String(value["type"])
        .replace(/([a-z\d])([A-Z])/g, "$1_$2")
        .toLowerCase()
    : "";

function readCredentials(raw: Raw): { authType: string; credentials?: Template } {
  if (raw.api_key !== undefined && raw.api_key !== null)
    return { authType: "ApiKey", credentials: { key: raw.api_key } };
  const given = raw.credentials;
  // A service that takes a key takes the caller's own sign-in without one.
  if (!given) return { authType: "api_key" in ((TYPES[raw.type] as Row).keys ?? {}) ? "AAD" : "None" };
  const { auth, fields } = CREDENTIALS[given.type];
  const entries = Object.entries(fields).map(([key, arm]) => [arm, given[key]] as const);
  return entries.length === 0
    ? { authType: auth }
    : { authType: auth, credentials: Object.fromEntries(entries) };
}

export const connection = defineTemplate({
  kind: "connection",
  schemas: ["workspaceConnection", "connection"],
  resourceType: "workspaces/connections",
  looksLike: (value) =>
    typeOf(value) in TYPES && !("container_name" in value && "protocol" in value) && !isDatastore(value),
  schema: choose<Raw>(
    (value) => (schemas[typeOf(value)] ?? z.looseObject({ type: words(types) })) as unknown as z.ZodType<Raw>,
  ),
  read: (raw, reader) => {
    const row: Row = TYPES[raw.type];
    return {
      name: raw.name,
      body: {
        properties: {
          category: row.category,
          target: raw[row.target ?? "target"] as Template,
          isSharedToAll: raw.is_shared,
          metadata: {
            ...reader.strings(raw.tags, ["tags"]),
            ...reader.strings(raw.metadata, ["metadata"]),
            ...row.metadata?.(raw),
          },
          ...readCredentials(raw),
        },
      },
    };
  },
});

/** A datastore of the same type has no target. */
const isDatastore = (value: Readonly<Record<string, unknown>>): boolean =>
  "filesystem" in value || ("container_name" in value && !("url" in value));
