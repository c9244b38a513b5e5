/** The words of the table: how a resource type of `@pulumi/azure-native` becomes an ARM resource. */
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";

/**
 * How an object of the SDK becomes one of ARM, and back. What is not named goes over as it is.
 * An array is mapped item by item with the same shape.
 */
export interface Shape {
  /** Present where the SDK shows the insides of ARM's `properties` one level up: the names that stay outside. */
  readonly beside?: readonly string[];
  /** SDK name → ARM name. */
  readonly rename?: Readonly<Record<string, string>>;
  /** By SDK name: the shape of what is inside. */
  readonly parts?: Readonly<Record<string, Shape>>;
}

/** `random`: logical name and 8 hex digits; `copy`: the logical name; `uuid`: a random UUID. */
export type Naming = "random" | "copy" | "uuid";

/** What a name must be: lengths inclusive, in characters. */
export interface NameRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

export interface ResourceType {
  /** Without `azure-native:`. */
  readonly token: string;
  readonly apiVersion: string;
  /** The ARM id, with the SDK's names of its parameters. `{scope}` and `{resourceUri}` stand for whole ids. */
  readonly path: string;
  readonly shape?: Shape;
  /** Inputs that travel in the query of the PUT: SDK name → the query's. */
  readonly query?: Readonly<Record<string, string>>;
  /** Of the last parameter of `path`. Unless given: `random` for a top-level resource and for endpoints, else `copy`. */
  readonly naming?: Naming;
  readonly name?: NameRule;
  /** Whether the body has a location, found in the config or at the resource group if the program gives none. */
  readonly location?: "required" | "optional";
  /** Paths of inputs whose change replaces the resource, besides the parameters of `path`. */
  readonly forceNew?: readonly string[];
  /** Paths that only the service sets: unknown in a preview, never inputs. Those of every type are in `common`. */
  readonly computed?: readonly string[];
  /** `properties` is a discriminated union: a preview passes it through without unknowns. */
  readonly union?: true;
  /** The SDK flattens the inputs and shows the outputs as ARM has them. */
  readonly nestedOutputs?: true;
  /** The service answers a PUT or DELETE before it is done. A 202 is followed up for every type. */
  readonly longRunning?: true;
  /** Exists as long as its parent: is never created or deleted, only set and set back to `{}`. */
  readonly singleton?: true;
  /** Arrays of children that can be resources of their own: left alone unless the program sets them. */
  readonly subResources?: readonly string[];
  /** What is sent for an input that the program has removed, where ARM takes its absence for "unchanged". */
  readonly resetTo?: PropertyMap;
}

/** A function of the SDK that asks ARM. */
export interface FunctionType {
  readonly token: string;
  readonly apiVersion: string;
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly shape?: Shape;
  /** Arguments that travel in the query, as above; those that are in neither path nor query are the body. */
  readonly query?: Readonly<Record<string, string>>;
}

export const PREFIX = "azure-native:";
/** Input that Check adds to a resource it named itself: its replacement may exist beside it. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";
/** Inputs that are never part of a body. */
export const NOT_BODY: readonly string[] = [CREATE_BEFORE_DELETE, "azureApiVersion"];
/** Paths that the service sets on every type that has them. */
export const COMMON_COMPUTED = [
  "id",
  "name",
  "type",
  "systemData",
  "azureApiVersion",
  "etag",
  "provisioningState",
];
export const IDENTITY_COMPUTED = ["identity.principalId", "identity.tenantId"];

/** The names in `{}` of a path, in order. */
export const pathParameters = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
