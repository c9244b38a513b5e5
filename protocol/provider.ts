/** What a resource provider answers, in types: the protocol's `ResourceProvider` without gRPC. */
import type { PropertyMap } from "./values.ts";

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What names a resource in every call. */
interface ResourceCall {
  readonly urn: string;
  /** `pkg:module:Type` */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
}

export interface CheckRequest extends ResourceCall {
  /** Inputs of the last checked registration; `{}` when there is none. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  /** 32 bytes, the same in both Checks of a replacement. */
  readonly randomSeed: Uint8Array;
  /** The engine's proposal where `pulumi:autonaming` is configured. */
  readonly autonaming?: { readonly proposedName: string; readonly mode: number };
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest extends ResourceCall {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  /** Old outputs. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export type DiffKind = "ADD" | "ADD_REPLACE" | "DELETE" | "DELETE_REPLACE" | "UPDATE" | "UPDATE_REPLACE";

export interface DiffResult {
  readonly changes: boolean;
  /** Top-level properties that differ. */
  readonly diffs?: readonly string[];
  /** Top-level properties that force a replacement. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** By property path. */
  readonly detailedDiff?: Readonly<Record<string, { kind: DiffKind; inputDiff?: boolean }>>;
}

export interface CreateRequest extends ResourceCall {
  /** Checked inputs. */
  readonly properties: PropertyMap;
  /** Seconds; 0 when unset. */
  readonly timeout: number;
  readonly preview: boolean;
}

export interface CreateResult {
  /** Empty in a preview. */
  readonly id: string;
  readonly properties: PropertyMap;
  /** Asks the engine to read this resource before each later update and preview. */
  readonly refreshBeforeUpdate?: boolean;
}

export interface UpdateRequest extends ResourceCall {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  /** Old outputs. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly timeout: number;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
}

export interface UpdateResult {
  readonly properties: PropertyMap;
  readonly refreshBeforeUpdate?: boolean;
}

export interface DeleteRequest extends ResourceCall {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  /** Old outputs. */
  readonly properties: PropertyMap;
  readonly timeout: number;
}

export interface ReadRequest extends ResourceCall {
  readonly id: string;
  readonly inputs: PropertyMap;
  /** Old outputs; `{}` for an import. */
  readonly properties: PropertyMap;
}

export interface ReadResult {
  /** Empty when the resource is gone. */
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly properties: PropertyMap;
  readonly refreshBeforeUpdate?: boolean;
}

export interface ConfigureRequest {
  /** Config of the provider by bare key; secrets unwrapped. */
  readonly args: PropertyMap;
}

export interface InvokeRequest {
  readonly token: string;
  readonly args: PropertyMap;
}

export interface InvokeResult {
  readonly result?: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

/**
 * A resource provider. Values carry the markers of `values.ts`: secrets only if `acceptSecrets`, unknowns only in previews.
 * A method that throws {@link InitFailed} leaves the resource in the state with its errors; any other error does not.
 */
export interface Provider {
  readonly version: string;
  /** Whether property values may arrive wrapped as secrets. */
  readonly acceptSecrets: boolean;
  /** JSON; `{}` when there is none. */
  readonly schema?: string;
  checkConfig?(news: PropertyMap): Promise<CheckResult>;
  configure(request: ConfigureRequest): Promise<void>;
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<CreateResult>;
  read(request: ReadRequest): Promise<ReadResult>;
  update(request: UpdateRequest): Promise<UpdateResult>;
  delete(request: DeleteRequest): Promise<void>;
  invoke?(request: InvokeRequest): Promise<InvokeResult>;
  /** Sent at the normal end of every run too: must be harmless when idle. */
  cancel?(): Promise<void>;
}

/** The resource exists, but is not what was asked for: it is kept in the state, and the next `up` updates it. */
export class InitFailed extends Error {
  readonly id: string;
  readonly properties: PropertyMap;
  readonly reasons: readonly string[];
  /** What the resource's inputs are now; used by a failed read only. */
  readonly inputs: PropertyMap | undefined;

  constructor(id: string, properties: PropertyMap, reasons: readonly string[], inputs?: PropertyMap) {
    super(reasons.join("\n"));
    this.name = "InitFailed";
    this.id = id;
    this.properties = properties;
    this.reasons = reasons;
    this.inputs = inputs;
  }
}
