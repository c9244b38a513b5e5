/** What can be reached, and how, that could not before. One table. Pure. Sources: `security-reliability.md` section 1.4. */
import { hasUnknown } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import { compare } from "../changes.ts";
import type { Resources } from "../changes.ts";
import { at, spoken } from "./references.ts";

interface Opening {
  readonly types: RegExp;
  readonly path: string;
  readonly open: (value: Value | undefined) => boolean;
  /** What stands open: `key vault "vault" …` */
  readonly words: string;
}

const is =
  (...values: readonly Value[]) =>
  (value: Value | undefined) =>
    values.some((one) =>
      typeof one === "string" && typeof value === "string"
        ? one.toLowerCase() === value.toLowerCase()
        : one === value,
    );
/** Azure takes what is absent for open. */
const notDisabled = (value: Value | undefined) => !is("Disabled")(value);
const INTERNET = "answers callers on the Internet";

const OPENINGS: readonly Opening[] = [
  {
    types:
      /^azure-native:(machinelearningservices:(Workspace|Registry)|storage:StorageAccount|containerregistry:Registry)$/,
    path: "publicNetworkAccess",
    open: notDisabled,
    words: INTERNET,
  },
  { types: /:keyvault:Vault$/, path: "properties.publicNetworkAccess", open: notDisabled, words: INTERNET },
  {
    types: /^azureml:index:OnlineEndpoint$/,
    path: "properties.publicNetworkAccess",
    open: notDisabled,
    words: INTERNET,
  },
  {
    types: /^azureml:index:(Online|Batch)Endpoint$/,
    path: "properties.authMode",
    open: is("Key", "AMLToken"),
    words: "takes a key or token, without a role",
  },
  {
    types: /:storage:StorageAccount$/,
    path: "allowSharedKeyAccess",
    open: (value) => value !== false,
    words: "takes account keys, without a role",
  },
  {
    types: /:storage:StorageAccount$/,
    path: "allowBlobPublicAccess",
    open: is(true),
    words: "lets containers be read by anybody",
  },
  {
    types: /:storage:BlobContainer$/,
    path: "publicAccess",
    open: is("Blob", "Container"),
    words: "can be read by anybody",
  },
  {
    types: /:containerregistry:Registry$/,
    path: "adminUserEnabled",
    open: is(true),
    words: "takes a shared password",
  },
  {
    types: /:machinelearningservices:Workspace$/,
    path: "managedNetwork.isolationMode",
    open: is("Disabled"),
    words: "lets its compute reach any address",
  },
  {
    types: /:machinelearningservices:Compute$/,
    path: "properties.properties.enableNodePublicIp",
    open: is(true),
    words: "gives its nodes public addresses",
  },
];

function openOf(resources: Resources): Map<string, string> {
  const open = new Map<string, string>();
  for (const state of resources.values())
    for (const { types, path, open: isOpen, words } of OPENINGS) {
      if (!types.test(state.type)) continue;
      const value = at(state.inputs, path);
      if (value !== undefined && hasUnknown(value)) continue;
      if (isOpen(value)) open.set(`${state.urn}|${path}`, `${spoken(state)} ${words}`);
    }
  return open;
}

/** Sentences. What is new and open counts as opened, what is deleted as closed. */
export function exposureChanges(
  before: Resources,
  after: Resources,
): { readonly opened: string[]; readonly closed: string[] } {
  const [was, is] = [openOf(before), openOf(after)];
  const only = (these: Map<string, string>, those: Map<string, string>) =>
    [...these]
      .filter(([key]) => !those.has(key))
      .map(([, words]) => words)
      .sort(compare);
  return { opened: only(is, was), closed: only(was, is) };
}
