/** What the matrix is made of: one subject for each resource type, generated from the tables of types. Pure. */
import { tables } from "@azure-ml-as-code/local/cloud/arm/tables/index.ts";
import type { ResourceType as CloudType } from "@azure-ml-as-code/local/cloud/arm/table.ts";
import { TYPES } from "@azure-ml-as-code/local/providers/azure-native/table/index.ts";
import type { ResourceType } from "@azure-ml-as-code/local/providers/azure-native/types.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { RESOURCES } from "../../provider/resources/table.ts";
import { GROUP } from "../support/arm.ts";
import type { FaultKind } from "./kinds.ts";
import { OWN_SAMPLES, SAMPLES } from "./samples.ts";
import type { Sample } from "./samples.ts";

export const OPS = ["create", "refresh", "update", "delete"] as const;
export type Op = (typeof OPS)[number];

export interface Subject {
  /** For the report. */
  readonly type: string;
  /** As the program names it. */
  readonly token: string;
  readonly inputs: (n: number) => PropertyMap;
  readonly change: PropertyMap;
  readonly id: (n: number) => string;
  /** The ARM resource is there before and after. */
  readonly stays: boolean;
  /** Why a fault cannot strike an operation; it then must not. */
  readonly outOfReach: (op: Op, fault: FaultKind) => string | undefined;
}

const cloudTypes: readonly CloudType[] = tables.flatMap(({ types }) => types);
const written = cloudTypes.filter(({ readOnlyType }) => readOnlyType !== true);
/** Types that the services alone write: no operation of ours makes them. */
export const SERVICE_MADE: readonly string[] = cloudTypes
  .filter(({ readOnlyType }) => readOnlyType === true)
  .map(({ type }) => type);

/** `{a}/providers/N/t/{b}/u/{c}` → `n/t/u` */
const armTypeOf = (path: string): string => {
  const segments = path.slice(path.lastIndexOf("/providers/") + "/providers/".length).split("/");
  return segments
    .filter((segment) => !segment.startsWith("{"))
    .join("/")
    .toLowerCase();
};
const standIns = new Map(TYPES.map((type) => [armTypeOf(type.path), type]));
const tokenOf = ({ type }: CloudType) => `azure-native:arm:${type.replaceAll("/", ".")}`;
const byToken = new Map(written.map((type) => [tokenOf(type), type]));

/** The stand-in's entry for an ARM type: its own ways of writing, without the SDK's shapes. */
export function typeOf(token: string): ResourceType {
  const type = byToken.get(token);
  if (!type) throw new Error(`no such type in the cloud's table: ${token}`);
  const apiVersion = standIns.get(type.type.toLowerCase())?.apiVersion ?? "2025-12-01";
  return {
    ...{ token, apiVersion, path: "/{scope}", naming: "copy" as const },
    ...(type.put && { longRunning: true as const }),
    ...(type.singleton && { singleton: true as const }),
  };
}

const OTHERWISE: Sample = {
  body: { location: "westeurope", properties: {} },
  change: { tags: { changed: "yes" } },
};

function idOf(type: CloudType, sample: Sample, n: number): string {
  const parent = sample.parent ?? GROUP;
  const name = sample.name?.(n) ?? `thing${n}`;
  const segments = type.type.split("/");
  if (type.type === "Microsoft.Resources/resourceGroups") return `${parent}/resourceGroups/${name}`;
  return segments.length === 2
    ? `${parent}/providers/${type.type}/${name}`
    : `${parent}/${segments.at(-1)!}/${name}`;
}

/** What holds for every subject; `long` says which operations are long-running. */
const reach =
  (long: (op: Op) => boolean, reads: (op: Op) => boolean) =>
  (op: Op, { operation, at, blob }: FaultKind): string | undefined => {
    if (blob) return "asks nothing of the blob server";
    if (op === "refresh" && (operation || at === "write" || at === "poll")) return "a refresh writes nothing";
    if (op === "refresh" && at === "read") return "nothing was written that a read could be older than";
    if ((operation || at === "poll") && !long(op)) return "is done when it answers";
    if (at === "read" && !reads(op)) return "nothing is read after its last write";
    return undefined;
  };

function ofCloud(type: CloudType): Subject {
  const sample = SAMPLES[type.type] ?? OTHERWISE;
  const modes = { create: type.put, update: type.put, delete: type.singleton ? type.put : type.delete };
  return {
    type: type.type,
    token: tokenOf(type),
    inputs: (n) => ({ scope: idOf(type, sample, n), ...sample.body }),
    change: sample.change,
    id: (n) => idOf(type, sample, n),
    stays: type.singleton ?? false,
    outOfReach: reach(
      (op) => op !== "refresh" && modes[op] !== undefined,
      // What is set back and answers at once is not read again.
      (op) => op !== "delete" || (type.singleton === true && type.put !== undefined),
    ),
  };
}

function ofOurs(type: string): Subject | undefined {
  const sample = OWN_SAMPLES[type];
  if (!sample) return undefined;
  const general = reach(
    (op) => op !== "refresh" && sample.short !== true,
    (op) => sample.blind !== true && (op !== "delete" || (sample.stays ?? false)),
  );
  return {
    ...{ type, token: type, inputs: sample.inputs, change: sample.change, id: sample.id },
    stays: sample.stays ?? false,
    outOfReach: (op, fault) => (sample.quiet?.includes(op) ? "asks nothing of Azure" : general(op, fault)),
  };
}

/** Of the provider `azureml`, what has no row, each with its reason. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "azureml:index:Upload":
    "asks the blob server alone; its faults are in tests/provider/resources/upload.test.ts",
  "azureml:index:QuotaCheck": "reads usages and makes nothing",
  "azureml:index:WorkspaceGuard": "asks nothing of Azure",
  "azureml:index:Job": "its runs are its own to find again: tests/provider/resources/job.test.ts",
  "azureml:index:EndpointKeys":
    "writes only to rotate a key; what then fails is in tests/provider/resources/endpoint-keys.test.ts",
  "azureml:index:EndpointToken": "asks for a token and writes nothing",
  "azureml:index:RoleReadiness": "writes nothing: it reads until role assignments count",
  "azureml:index:ScheduleSwitch": "writes once in its life, by the way of EndpointTraffic",
};
/** Types without a sample: there must be none. */
export const WITHOUT_SAMPLE: readonly string[] = Object.keys(RESOURCES).filter(
  (type) => !OWN_SAMPLES[type] && !ELSEWHERE[type],
);

export const SUBJECTS: readonly Subject[] = [
  ...written.map(ofCloud),
  ...Object.keys(RESOURCES).flatMap((type) => ofOurs(type) ?? []),
];
