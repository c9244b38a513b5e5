/**
 * MLflow's model registry, answered from the workspace's models: what is registered by either is in both. Aliases and
 * MLflow's own tags are kept with the model.
 */
import type { Claims } from "../../contracts.ts";
import type { Arm } from "../arm/arm.ts";
import { ArmError } from "../arm/errors.ts";
import { keyOf } from "../arm/id.ts";
import { asText, at, isObject, type JsonObject, objectAt, textAt } from "../arm/json.ts";
import type { Resource } from "../arm/store.ts";
import { MODELS } from "./artifacts.ts";

const TYPE = "Microsoft.MachineLearningServices/workspaces/models";
const API = "2025-12-01";
/** What an `MLmodel` beside the files makes of a model. */
const MLFLOW = "mlflow_model";

export interface RegistryCall {
  readonly arm: Arm;
  readonly workspaceId: string;
  readonly sent: JsonObject;
  readonly caller: Claims;
  /** Asks the workspace's MLflow server, for models that were logged and not yet registered. */
  readonly ask: (path: string) => Promise<JsonObject>;
}
type Answer = (call: RegistryCall) => JsonObject | Promise<JsonObject>;

const missing = (what: string) => new ArmError(404, "RESOURCE_DOES_NOT_EXIST", `There is no ${what}.`);
const name = ({ sent }: RegistryCall) => textAt(sent, "name") ?? "";
const idOf = (call: RegistryCall, own = name(call)) => `${call.workspaceId}/models/${own}`;

function model(call: RegistryCall): Resource {
  const found = call.arm.cloud.store.get(keyOf(idOf(call)));
  if (!found) throw missing(`registered model '${name(call)}'`);
  return found;
}
const versionsOf = ({ arm }: RegistryCall, { key }: Resource) =>
  arm.cloud.store
    .children(key, `${TYPE}/versions`)
    .filter(({ body }) => at(body, "properties.isArchived") !== true);
function version(call: RegistryCall): Resource {
  const wanted = asText(call.sent["version"]);
  const found = call.arm.cloud.store.get(keyOf(`${idOf(call)}/versions/${wanted}`));
  if (!found) throw missing(`version '${wanted}' of the model '${name(call)}'`);
  return found;
}

const millis = (resource: Resource, which: "createdAt" | "lastModifiedAt") =>
  Date.parse(textAt(resource.systemData, which) ?? "") || 0;
const tagsOf = ({ body }: Resource) =>
  Object.entries(objectAt(body, "properties.tags")).map(([key, value]) => ({ key, value: asText(value) }));
const aliasesOf = (resource: Resource) => objectAt(resource.internal, "aliases");

function showVersion(call: RegistryCall, one: Resource): JsonObject {
  const container = one.id.split("/").at(-3)!;
  const kept = call.arm.cloud.store.get(one.parent);
  const run = textAt(one.body, "properties.jobName");
  return {
    name: container,
    version: one.name,
    creation_timestamp: millis(one, "createdAt"),
    last_updated_timestamp: millis(one, "lastModifiedAt"),
    current_stage: textAt(one.body, "properties.stage") ?? "None",
    description: textAt(one.body, "properties.description") ?? "",
    source: textAt(one.internal, "source") ?? textAt(one.body, "properties.modelUri") ?? "",
    status: "READY",
    ...(run !== undefined && { run_id: run }),
    tags: tagsOf(one),
    aliases: kept
      ? Object.entries(aliasesOf(kept)).flatMap(([alias, named]) => (named === one.name ? [alias] : []))
      : [],
  };
}

function showModel(call: RegistryCall, one: Resource): JsonObject {
  const latest = versionsOf(call, one).at(-1);
  return {
    name: one.name,
    creation_timestamp: millis(one, "createdAt"),
    last_updated_timestamp: millis(one, "lastModifiedAt"),
    description: textAt(one.body, "properties.description") ?? "",
    latest_versions: latest ? [showVersion(call, latest)] : [],
    tags: tagsOf(one),
    aliases: Object.entries(aliasesOf(one)).map(([alias, named]) => ({ alias, version: named ?? "" })),
  };
}

const properties = (sent: JsonObject): JsonObject => ({
  ...(typeof sent["description"] === "string" && { description: sent["description"] }),
  tags: Object.fromEntries(
    (Array.isArray(sent["tags"]) ? sent["tags"] : [])
      .filter(isObject)
      .map((tag) => [asText(tag["key"]), asText(tag["value"])]),
  ),
});

async function put({ arm, caller }: RegistryCall, id: string, body: JsonObject): Promise<void> {
  await arm.engine.dispatch({
    method: "PUT",
    path: id,
    query: { "api-version": API },
    headers: {},
    body: { properties: body },
    caller,
  });
}

/** Where the files of a source lie, as a URI of the workspace. */
async function placeOf(call: RegistryCall, source: string): Promise<string> {
  const logged = /^models:\/(m-[^/]+)\/?$/.exec(source)?.[1];
  const uri = logged
    ? (textAt(await call.ask(`/api/2.0/mlflow/logged-models/${logged}`), "model.info.artifact_uri") ?? source)
    : source;
  const [, plugin, below = ""] =
    /^azureml:\/\/[^/]+\/mlflow\/.*\/runs\/([^/]+)\/artifacts\/?(.*)$/.exec(uri) ?? [];
  if (plugin !== undefined) return `azureml://jobs/${plugin}/outputs/artifacts/paths/${below}`;
  const [, run, path = ""] = /^(?:mlflow-artifacts:\/|runs:\/)\/*([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return run === undefined ? uri : `azureml://jobs/${run}/outputs/artifacts/paths/${path}`;
}

const changeTags = (
  call: RegistryCall,
  resource: Resource,
  alter: (tags: JsonObject) => JsonObject,
): JsonObject => {
  call.arm.cloud.arm.change(resource.key, ({ body }) => {
    const own = objectAt(body, "properties");
    return { body: { ...body, properties: { ...own, tags: alter(objectAt(own, "tags")) } } };
  });
  return {};
};
const setTag = (call: RegistryCall, resource: Resource) =>
  changeTags(call, resource, (tags) => ({ ...tags, [asText(call.sent["key"])]: asText(call.sent["value"]) }));
const dropTag = (call: RegistryCall, resource: Resource) =>
  changeTags(call, resource, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => key !== call.sent["key"])),
  );
const setAlias = (call: RegistryCall, named: string | undefined): JsonObject => {
  const alias = textAt(call.sent, "alias") ?? "";
  call.arm.cloud.arm.change(model(call).key, ({ internal }) => {
    const { [alias]: _, ...others } = objectAt(internal, "aliases");
    return {
      internal: { ...internal, aliases: named === undefined ? others : { ...others, [alias]: named } },
    };
  });
  return {};
};
const describe = ({ arm, sent }: RegistryCall, { key }: Resource) =>
  arm.cloud.arm.change(key, ({ body }) => ({
    body: {
      ...body,
      properties: { ...objectAt(body, "properties"), description: textAt(sent, "description") ?? "" },
    },
  }));

/** Names in a filter such as `name = 'credit'` or `name LIKE 'cre%'`; all where it asks for none. */
function filtered(filter: string | undefined): (own: string) => boolean {
  const [, how, text] = /name\s*(=|like|ilike)\s*'([^']*)'/i.exec(filter ?? "") ?? [];
  if (text === undefined) return () => true;
  if (how === "=") return (own) => own === text;
  const pattern = text.split("%").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return (own) => new RegExp(`^${pattern.join(".*")}$`, /ilike/i.test(how!) ? "i" : "").test(own);
}
const models = (call: RegistryCall) => {
  const matches = filtered(textAt(call.sent, "filter"));
  return call.arm.cloud.store
    .children(keyOf(call.workspaceId), TYPE)
    .filter((one) => matches(one.name) && at(one.body, "properties.isArchived") !== true);
};

/** By method and path below `/api/2.0/mlflow/`. */
const CALLS: Readonly<Record<string, Answer>> = {
  "POST registered-models/create": async (call) => {
    if (call.arm.cloud.store.get(keyOf(idOf(call))))
      throw new ArmError(409, "RESOURCE_ALREADY_EXISTS", `The model '${name(call)}' is registered.`);
    await put(call, idOf(call), properties(call.sent));
    return { registered_model: showModel(call, model(call)) };
  },
  "GET registered-models/get": (call) => ({ registered_model: showModel(call, model(call)) }),
  "GET registered-models/search": (call) => ({
    registered_models: models(call).map((one) => showModel(call, one)),
  }),
  "POST registered-models/get-latest-versions": (call) => ({
    model_versions: versionsOf(call, model(call))
      .slice(-1)
      .map((one) => showVersion(call, one)),
  }),
  "PATCH registered-models/update": (call) => {
    describe(call, model(call));
    return { registered_model: showModel(call, model(call)) };
  },
  "DELETE registered-models/delete": async (call) => {
    await call.arm.cloud.arm.remove(model(call).key);
    return {};
  },
  "POST registered-models/set-tag": (call) => setTag(call, model(call)),
  "DELETE registered-models/delete-tag": (call) => dropTag(call, model(call)),
  "POST registered-models/alias": (call) => setAlias(call, version(call).name),
  "DELETE registered-models/alias": (call) => setAlias(call, undefined),
  "GET registered-models/alias": (call) => {
    const named = textAt(aliasesOf(model(call)), textAt(call.sent, "alias") ?? "");
    if (named === undefined) throw missing(`alias '${textAt(call.sent, "alias") ?? ""}' of '${name(call)}'`);
    return { model_version: showVersion(call, version({ ...call, sent: { ...call.sent, version: named } })) };
  },
  "POST model-versions/create": async (call) => {
    const { arm, sent } = call;
    const source = textAt(sent, "source") ?? "";
    const next = textAt(arm.engine.view(model(call).key), "properties.nextVersion") ?? "1";
    const run = textAt(sent, "run_id");
    const id = `${idOf(call)}/versions/${next}`;
    await put(call, id, {
      ...properties(sent),
      modelType: MLFLOW,
      modelUri: await placeOf(call, source),
      ...(run !== undefined && run !== "" && { jobName: run }),
    });
    arm.cloud.arm.change(keyOf(id), ({ internal }) => ({ internal: { ...internal, source } }));
    return { model_version: showVersion(call, version({ ...call, sent: { ...sent, version: next } })) };
  },
  "GET model-versions/get": (call) => ({ model_version: showVersion(call, version(call)) }),
  "GET model-versions/search": (call) => ({
    model_versions: models(call).flatMap((one) =>
      versionsOf(call, one)
        .map((each) => showVersion(call, each))
        .toReversed(),
    ),
  }),
  "GET model-versions/get-download-uri": (call) => ({
    artifact_uri: `mlflow-artifacts:/${MODELS}/${name(call)}/${version(call).name}`,
  }),
  "PATCH model-versions/update": (call) => {
    describe(call, version(call));
    return { model_version: showVersion(call, version(call)) };
  },
  "DELETE model-versions/delete": async (call) => {
    await call.arm.cloud.arm.remove(version(call).key);
    return {};
  },
  "POST model-versions/set-tag": (call) => setTag(call, version(call)),
  "DELETE model-versions/delete-tag": (call) => dropTag(call, version(call)),
};
const PATH = /^\/(?:ajax-)?api\/2\.0\/mlflow\/((?:registered-models|model-versions)\/.+)$/;

/** What answers a call of the registry; undefined for all other calls. */
export function registryAnswer(method: string, path: string): Answer | undefined {
  const own = PATH.exec(path)?.[1];
  if (own === undefined) return undefined;
  return (
    CALLS[`${method} ${own}`] ??
    (() => {
      throw new ArmError(404, "ENDPOINT_NOT_FOUND", `The registry does not answer ${method} ${own}.`);
    })
  );
}
