/** Codes, models, environments, data and components: containers and their versions, which never change their content. */
import { createHash, randomUUID } from "node:crypto";
import { ArmError } from "../../errors.ts";
import { keyOf } from "../../id.ts";
import { at, type JsonObject, objectAt, sameJson, textAt } from "../../json.ts";
import type { Resource } from "../../store.ts";
import {
  type Cloud,
  type ListContext,
  type LooseContext,
  ok,
  type ResourceType,
  type Rule,
  type WriteContext,
} from "../../table.ts";
import { type AssetKind, REGISTRY, workspaceOf } from "../../ml/references.ts";
import { asyncPut } from "../modes.ts";
import { STORAGE_ACCOUNT } from "../storage.ts";
import { assetName, without, WS } from "./common.ts";

/** What may change after a version was made; all else is its content. */
const MUTABLE = [
  "tags",
  "description",
  "isArchived",
  "properties",
  "stage",
  "autoRebuild",
  "isAnonymous",
  "materializationSettings",
  "provisioningState",
];

/** Assets that a registry has none of, and that workloads name in no other way than by their versions. */
type FeatureKind = "featuresets" | "featurestoreEntities";

interface Asset {
  readonly kind: AssetKind | FeatureKind;
  readonly required: readonly string[];
  readonly enums?: Readonly<Record<string, readonly string[]>>;
  readonly defaults?: (body: JsonObject) => JsonObject;
  readonly rules?: readonly Rule<WriteContext>[];
}

const ASSETS: readonly Asset[] = [
  { kind: "codes", required: ["properties.codeUri"] },
  {
    kind: "models",
    required: ["properties.modelUri"],
    enums: { "properties.modelType": ["custom_model", "mlflow_model", "triton_model"] },
    defaults: () => ({ properties: { modelType: "custom_model", flavors: {} } }),
  },
  {
    kind: "environments",
    required: [],
    enums: { "properties.osType": ["Linux", "Windows"] },
    defaults: (body) => ({
      properties: {
        osType: "Linux",
        environmentType: "UserCreated",
        ...(at(body, "properties.build") ? { build: { dockerfilePath: "Dockerfile" } } : {}),
      },
    }),
    rules: [
      {
        code: "ValidationError",
        target: "properties",
        check: ({ body }) => {
          const [image, build] = [
            textAt(body, "properties.image"),
            textAt(body, "properties.build.contextUri"),
          ];
          if (image !== undefined && build !== undefined)
            return "An environment has an image or a build context, not both.";
          return image === undefined && build === undefined
            ? "An environment needs an image or a build context."
            : undefined;
        },
      },
    ],
  },
  {
    kind: "data",
    required: ["properties.dataUri", "properties.dataType"],
    enums: { "properties.dataType": ["uri_file", "uri_folder", "mltable"] },
  },
  {
    kind: "components",
    required: ["properties.componentSpec"],
  },
];

const FEATURES: readonly Asset[] = [
  {
    kind: "featuresets",
    required: ["properties.entities", "properties.specification.path"],
    defaults: () => ({ properties: { stage: "Development" } }),
  },
  {
    kind: "featurestoreEntities",
    required: ["properties.indexColumns"],
    defaults: () => ({ properties: { stage: "Development" } }),
  },
];
const inOperations = (base: string, kind: Asset["kind"]) =>
  base === REGISTRY || FEATURES.some((asset) => asset.kind === kind);

const content = (body: JsonObject) => without(objectAt(body, "properties"), MUTABLE);

const immutableVersion = (kind: Asset["kind"]): Rule<WriteContext> => ({
  code: "Conflict",
  status: 409,
  check: ({ body, existing, id }) =>
    existing && !sameJson(content(existing.body), content(body))
      ? `A version with other content exists: ${kind} versions are immutable and '${id}' cannot be overwritten. Please provide a unique name or version.`
      : undefined,
});

const versionsOf = (cloud: Cloud, container: Resource) =>
  cloud.store.children(container.key, `${container.type}/versions`);

/** The version made last, and the number after the highest. */
function containerView(cloud: Cloud, container: Resource): JsonObject {
  const versions = versionsOf(cloud, container);
  const live = versions.filter(({ body }) => at(body, "properties.isArchived") !== true);
  const newest = live.at(-1);
  const highest = Math.max(0, ...versions.map(({ name }) => (/^\d+$/.test(name) ? Number(name) : 0)));
  const properties: JsonObject = { nextVersion: String(highest + 1) };
  if (newest) properties["latestVersion"] = newest.name;
  const dataType = textAt(newest?.body, "properties.dataType");
  if (dataType !== undefined) properties["dataType"] = dataType;
  return { properties };
}

/** `listViewType` hides archived ones unless it says otherwise; `$orderBy=createdtime desc` turns the list round. */
function ordered({ found, query }: ListContext): readonly Resource[] {
  const view = (query["listviewtype"] ?? "ActiveOnly").toLowerCase();
  const shown = found.filter(({ body }) => {
    const archived = at(body, "properties.isArchived") === true;
    return view === "all" || archived === (view === "archivedonly");
  });
  return /desc/i.test(query["$orderby"] ?? "") ? shown.toReversed() : shown;
}

/** With `hash`: versions with this content under any name, since clients ask under a name that they just made up. */
function codeVersions(context: ListContext): readonly Resource[] {
  const { cloud, parent, query, type } = context;
  const hash = query["hash"];
  if (hash === undefined) return ordered(context);
  const workspace = parent.slice(0, parent.indexOf("/codes/"));
  return cloud.store
    .ofType(type)
    .filter(
      ({ key, body }) =>
        key.startsWith(`${workspace}/`) && textAt(body, "properties.properties.hash_sha256") === hash,
    );
}

/** Of the account that holds the content of a registry: no other has it, as the registry's name is its own in the tenant. */
export const registryAccountName = ({ key }: Resource): string =>
  `reg${createHash("sha256").update(key).digest("hex").slice(0, 20)}`;

/** The storage account of the workspace or registry that `id` is in. */
function accountFor(cloud: Cloud, id: string): Resource {
  if (!id.toLowerCase().includes(`/${REGISTRY.toLowerCase()}/`)) {
    const accountId = textAt(workspaceOf(cloud, id).body, "properties.storageAccount")!;
    return cloud.store.get(keyOf(accountId))!;
  }
  const registry = cloud.store.get(keyOf(id.split("/").slice(0, 9).join("/")));
  const account = registry && cloud.store.named(STORAGE_ACCOUNT, registryAccountName(registry))[0];
  if (!account) throw new ArmError(404, "ParentResourceNotFound", `The registry of '${id}' was not found.`);
  return account;
}

/** A fresh container with a SAS: the client uploads there, then names it in the version's URI. */
async function startPendingUpload({ cloud, id, body }: LooseContext) {
  const account = accountFor(cloud, id);
  const container = `azureml-upload-${randomUUID()}`;
  await cloud.blobs.ensureContainer(account.name, container);
  cloud.arm.write(`${account.id}/blobServices/default/containers/${container}`, {
    properties: { publicAccess: "None" },
  });
  const blobUri = cloud.blobs.url(account.name, container);
  return ok({
    pendingUploadId: textAt(body, "pendingUploadId") ?? randomUUID(),
    pendingUploadType: "TemporaryBlobReference",
    blobReferenceForConsumption: {
      blobUri,
      storageAccountArmId: account.id,
      credential: {
        credentialType: "SAS",
        sasUri: `${blobUri}?${await cloud.blobs.sas(account.name, container, 3600)}`,
      },
    },
  });
}

/** @param base whose assets they are: most of a workspace's are written at once, a registry's in an operation. */
const assetTypes = (base: string, { kind, required, enums, defaults, rules }: Asset): ResourceType[] => [
  {
    type: `${base}/${kind}`,
    name: assetName,
    stateless: true,
    required: kind === "data" ? ["properties.dataType"] : [],
    defaults: { properties: { isArchived: false, tags: {}, properties: {} } },
    readOnly: ["properties.latestVersion", "properties.nextVersion"],
    view: containerView,
    list: ordered,
  },
  {
    type: `${base}/${kind}/versions`,
    name: assetName,
    ...(inOperations(base, kind) && { put: asyncPut, seconds: { PUT: 10 } }),
    makesParent: true,
    ...(kind === "codes" ? { looseList: true } : {}),
    required,
    ...(enums ? { enums } : {}),
    defaults: ({ body }) => {
      const own = defaults?.(body) ?? {};
      const all = { isAnonymous: false, isArchived: false, tags: {}, properties: {} };
      return { properties: { ...all, ...objectAt(own, "properties") } };
    },
    readOnly: ["properties.environmentType"],
    rules: [...(rules ?? []), immutableVersion(kind)],
    list: kind === "codes" ? codeVersions : ordered,
    looseActions: { startpendingupload: startPendingUpload },
  },
];

export const assetTypesOfWorkspace: readonly ResourceType[] = [...ASSETS, ...FEATURES].flatMap((asset) =>
  assetTypes(WS, asset),
);
export const assetTypesOfRegistry: readonly ResourceType[] = ASSETS.flatMap((asset) =>
  assetTypes(REGISTRY, asset),
);
