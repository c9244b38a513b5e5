/** The words in which a resource type is described. One entry of the table per type; the engine knows no type by name. */
import type { BlobStore, Claims, CloudIdentity, Log, Serving, Tokens, Urls } from "../../contracts.ts";
import type { CloudAccess } from "../access/access.ts";
import type { JsonObject } from "./json.ts";
import type { Resource, Store } from "./store.ts";

export type Method = "GET" | "HEAD" | "PUT" | "PATCH" | "DELETE" | "POST";

export interface ArmRequest {
  readonly method: Method;
  /** Decoded, without the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: JsonObject | undefined;
  readonly caller: Claims;
}

export interface ArmResponse {
  readonly status: number;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What hooks and rules reach. */
export interface Cloud {
  readonly identity: CloudIdentity;
  readonly urls: Urls;
  readonly tokens: Tokens;
  readonly blobs: BlobStore;
  readonly serving: Serving;
  readonly access: CloudAccess;
  readonly store: Store;
  readonly log: Log;
  readonly now: () => Date;
  readonly arm: ArmInternals;
  /** Jobs that run, by key: what stops them. */
  readonly runs: Map<string, AbortController>;
  /** Filled by the server, which builds what runs jobs upon all this; empty where nothing does. */
  readonly jobRuns: { current?: JobRuns };
  /** Filled by the server; empty where nothing fires. */
  readonly schedules: { current?: Schedules };
}

/** What makes schedules fire. */
export interface Schedules {
  /** One was written: what was due before is not made up for. */
  wake(schedule: Resource): void;
  /** Fires it now, on or off; resolves to the job's name. @param time what the job is named after; now unless given */
  fire(schedule: Resource, time?: Date): Promise<string>;
  /** `undefined` of one that is off, or never fires again. */
  next(schedule: Resource): Date | undefined;
  /** The schedules' clock. */
  now(): Date;
  /** Moves that clock ahead and fires what became due; resolves to how many. */
  move(milliseconds: number): Promise<number>;
}

/** What runs the jobs that are written to a workspace. */
export interface JobRuns {
  /** Whether a job of these properties is run; others are records. */
  runs(properties: JsonObject): boolean;
  /** What this machine would need to run jobs of the type. */
  lacks(jobType: string): string | undefined;
  /** Rejects with a 400 a job that could not be run, with all that is wrong. */
  check(id: string, properties: JsonObject): void;
  start(job: Resource): void;
}

/** Writes that the services themselves make: no rules, no operations. */
export interface ArmInternals {
  /** Writes a resource that the service makes, or changes it where it is there. */
  write(id: string, body: JsonObject, internal?: JsonObject): Resource;
  /** Changes a stored resource in place; nothing if it is gone. */
  change(key: string, alter: (resource: Resource) => Partial<Pick<Resource, "body" | "internal">>): void;
  /** Removes the resource and all under it, hooks included. */
  remove(key: string): Promise<void>;
}

/** What is about to be written. */
export interface WriteContext {
  readonly cloud: Cloud;
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly verb: "PUT" | "PATCH";
  /** Canonical, defaults filled in, without what is write-only. */
  readonly body: JsonObject;
  /** Write-only values of this request, by path. */
  readonly hidden: JsonObject;
  readonly existing: Resource | undefined;
  /** Parent resource; undefined for what has only a scope. */
  readonly parent: Resource | undefined;
  readonly query: Readonly<Record<string, string>>;
  readonly caller: Claims;
  /** Random, the same for the life of the resource: what generated ids are made from. */
  readonly salt: string;
}

export interface DeleteContext {
  readonly cloud: Cloud;
  readonly resource: Resource;
  readonly query: Readonly<Record<string, string>>;
}

export interface ActionContext {
  readonly cloud: Cloud;
  readonly resource: Resource;
  readonly request: ArmRequest;
  readonly body: JsonObject;
}

/** An action on something that need not be there yet. */
export interface LooseContext {
  readonly cloud: Cloud;
  readonly id: string;
  readonly request: ArmRequest;
  readonly body: JsonObject;
}

export interface ListContext {
  readonly cloud: Cloud;
  readonly type: string;
  /** Key of the parent or scope. */
  readonly parent: string;
  readonly query: Readonly<Record<string, string>>;
  readonly found: readonly Resource[];
}

/** A condition that must hold; the message says what broke it. 400 unless it says otherwise. */
export interface Rule<Context> {
  readonly code: string;
  readonly status?: number;
  readonly target?: string;
  /** What is wrong, or nothing. */
  check(context: Context): string | undefined;
}

export interface NameRule {
  readonly pattern: RegExp;
  readonly code: string;
  /** Of what a name consists, for the message. */
  readonly says: string;
}

export type LroHeader = "Azure-AsyncOperation" | "Location";

/** How a verb answers. Without it the verb is done when it answers. */
export interface LongRunning {
  /** Statuses of the first answer. */
  readonly create?: number;
  readonly update: number;
  readonly headers: readonly LroHeader[];
}

export interface Changes {
  readonly body?: JsonObject;
  readonly internal?: JsonObject;
}

/** Runs after the row is written; must bear to be run again after a restart. */
export interface ProvisionContext {
  readonly cloud: Cloud;
  readonly resource: Resource;
  readonly signal: AbortSignal;
}

export type Action = (context: ActionContext) => ArmResponse | Promise<ArmResponse>;

export interface ResourceType {
  /** `Namespace/type[/child…]` as Azure spells it. */
  readonly type: string;
  /** Where a type without a parent may live; a resource group unless it says otherwise. */
  readonly scope?: "group" | "any" | "subscription";
  readonly name?: NameRule;
  /** Always one, made with its parent: cannot be deleted. */
  readonly singleton?: boolean;
  /** Has a location: required at creation, fixed afterwards. */
  readonly tracked?: boolean;
  /** Written by services alone: PUT, PATCH and DELETE are refused. */
  readonly readOnlyType?: boolean;
  readonly put?: LongRunning;
  readonly patch?: LongRunning;
  /** Status of a synchronous PUT that creates; 201 unless it says otherwise. */
  readonly created?: number;
  readonly delete?: LongRunning;
  /** Typical seconds of long-running verbs, on the real service; multiplied by the time scale. */
  readonly seconds?: Partial<Record<"PUT" | "PATCH" | "DELETE", number>>;
  /** Last segments of the URLs of operations; `operationStatuses`, `operationResults` unless given. */
  readonly operationPaths?: readonly [status: string, result: string];
  /** No other resource of these types may have the name. `region`: compared with the same location only. */
  readonly unique?: {
    readonly among: readonly string[];
    readonly within: "cloud" | "region";
    readonly code: string;
    readonly says: (name: string) => string;
  };
  /** Dotted paths that must be there. */
  readonly required?: readonly string[];
  readonly enums?: Readonly<Record<string, readonly string[]>>;
  /** Maps whose numbers and booleans become strings; `tags`, `properties.tags`, `properties.properties` unless given. */
  readonly stringMaps?: readonly string[];
  /** Ignored when sent. */
  readonly readOnly?: readonly string[];
  /** Kept apart, never shown. */
  readonly writeOnly?: readonly string[];
  /** May not change after creation; what a PUT leaves out is carried over. */
  readonly immutable?: readonly string[];
  /** May change, but a PUT that leaves it out leaves it as it is. */
  readonly carried?: readonly string[];
  readonly defaults?:
    JsonObject | ((context: { readonly body: JsonObject; readonly parent?: Resource }) => JsonObject);
  /** The only members that a PATCH may have. */
  readonly patchable?: readonly string[];
  /** Has no `properties.provisioningState`. */
  readonly stateless?: boolean;
  /** A parent that is missing is made. */
  readonly makesParent?: boolean;
  /** Shows and honours ETags. */
  readonly etag?: boolean;
  readonly rules?: readonly Rule<WriteContext>[];
  readonly deleteRules?: readonly Rule<DeleteContext>[];
  /** Outputs, laid over the body. */
  readonly computed?: (context: WriteContext) => JsonObject;
  /** What is kept apart, laid over what was kept before. */
  readonly internal?: (context: WriteContext) => JsonObject;
  /** In the transaction of the write. */
  readonly written?: (cloud: Cloud, resource: Resource, before: Resource | undefined) => void;
  /** The work; what it rejects with fails the operation. Its changes are laid over the resource. */
  readonly provision?: (context: ProvisionContext) => Promise<Changes | undefined>;
  /** Before the row goes. */
  readonly removing?: (context: DeleteContext) => Promise<void>;
  /** In the transaction in which it goes. */
  readonly removed?: (cloud: Cloud, resource: Resource) => void;
  /** Name stays taken until purged or this many days went by; `force` says when to purge at once. */
  readonly softDelete?: {
    readonly days: (resource: Resource) => number;
    readonly force?: (query: Readonly<Record<string, string>>) => boolean;
    /** Whether this PUT takes the deleted one back. */
    readonly recovers?: (body: JsonObject, hidden: JsonObject) => boolean;
    readonly within: "cloud" | "id";
    readonly code: string;
    readonly says: (name: string) => string;
  };
  /** Laid over what a GET shows. */
  readonly view?: (cloud: Cloud, resource: Resource) => JsonObject;
  /** Filters or replaces what a list found. */
  readonly list?: (context: ListContext) => readonly Resource[];
  /** By name in lower case. */
  readonly actions?: Readonly<Record<string, Action>>;
  readonly gets?: Readonly<Record<string, Action>>;
  /** Actions that do not ask whether the resource is there. */
  readonly looseActions?: Readonly<Record<string, (context: LooseContext) => Promise<ArmResponse>>>;
  /** Lists of it do not ask whether the parent is there, but whether the grandparent is. */
  readonly looseList?: boolean;
}

/** A path outside of `/providers/NS/type/name…`. */
export interface Route {
  readonly method: Method;
  readonly pattern: RegExp;
  handle(cloud: Cloud, match: readonly string[], request: ArmRequest): ArmResponse | Promise<ArmResponse>;
}

export interface ProviderTable {
  readonly types: readonly ResourceType[];
  readonly routes?: readonly Route[];
}

export const ok = (body: JsonObject): ArmResponse => ({ status: 200, body });
