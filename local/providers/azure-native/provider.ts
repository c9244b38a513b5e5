/**
 * Stand-in for the azure-native provider: Pulumi's provider protocol in, ARM requests out. It does what
 * azure-native 3.28 does (section 6.3 of the contract notes), for the types of `table/`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { TokenCredential } from "@azure/identity";
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type {
  CheckRequest,
  CheckResult,
  CreateRequest,
  Provider,
  ReadRequest,
  ReadResult,
  UpdateRequest,
} from "@azure-ml-as-code/protocol/provider.ts";
import {
  hasUnknown,
  sameValue,
  UNKNOWN,
  unwrapProperties,
  unwrapSecrets,
} from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { keepSecrets } from "../secrets.ts";
import { ServiceError } from "../http.ts";
import { connectArm } from "./arm.ts";
import { callFunction } from "./functions.ts";
import { autoname, nameFailures, resourceId } from "./naming.ts";
import * as plan from "./plan.ts";
import { DELAYS } from "../retry.ts";
import type { Delays } from "../retry.ts";
import { resourceType } from "./table/index.ts";
import type { ResourceType } from "./types.ts";

export interface AzureNativeOptions {
  /** `https://localhost:PORT`, without a trailing slash; also the audience of the tokens asked for. */
  readonly armEndpoint: string;
  readonly credential: TokenCredential;
  /** PEM text of the authority behind `armEndpoint`. */
  readonly ca: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Object id of the signed-in principal, for `getClientConfig`. */
  readonly objectId: string;
  /** azure-native's own unless given. */
  readonly delays?: Delays;
  /** The table to look types up in, by token; the stand-in's own unless given. */
  readonly typeOf?: (token: string) => ResourceType;
}

const VERSION = "3.28.0";
const DEFAULT_TIMEOUT_SECONDS = 120 * 60;
/** How often a read that is older than the write before it is asked again. */
const REREADS = 3;
const RESOURCE_GROUPS = "2024-03-01";

/**
 * Whether a write may have taken effect though it failed: the service had taken it on, or nobody knows, because the answer
 * was lost or came from something in between. azure-native keeps the first kind only, and loses the others.
 */
const mayBeThere = (error: unknown): error is Error =>
  error instanceof ServiceError
    ? error.accepted || error.status >= 500
    : error instanceof Error && error.name === "RestError";

/** A provider for one subscription of the local cloud. */
export function createAzureNative(options: AzureNativeOptions): Provider {
  const { subscriptionId, armEndpoint, credential, ca, delays, typeOf = resourceType } = options;
  const arm = connectArm({ endpoint: armEndpoint, credential, ca, ...(delays && { delays }) });
  let configuredLocation: string | undefined;
  const groupLocations = new Map<string, string>();
  let stop = new AbortController();

  const signal = (seconds: number) =>
    AbortSignal.any([
      stop.signal,
      AbortSignal.timeout(Math.ceil((seconds > 0 ? seconds : DEFAULT_TIMEOUT_SECONDS) * 1000)),
    ]);

  /** Old, then configured, then the resource group's. */
  const defaultLocation = async ({ olds, news }: CheckRequest): Promise<Value | undefined> => {
    const known = olds["location"] ?? configuredLocation;
    if (known !== undefined) return known;
    const group = unwrapSecrets(news["resourceGroupName"] ?? null);
    if (group === null) return undefined;
    if (typeof group !== "string" || hasUnknown(group)) return UNKNOWN;
    const cached = groupLocations.get(group);
    if (cached !== undefined) return cached;
    const id = `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(group)}`;
    const location = (await arm.get(id, { apiVersion: RESOURCE_GROUPS }))?.["location"];
    if (typeof location !== "string") return undefined;
    groupLocations.set(group, location);
    return location;
  };

  const check = async (request: CheckRequest): Promise<CheckResult> => {
    const type = typeOf(request.type);
    const given = Object.fromEntries(Object.entries(request.news).filter(([, value]) => value !== null));
    const inputs: PropertyMap = { azureApiVersion: type.apiVersion, ...given, ...autoname(type, request) };
    const failures = nameFailures(type, inputs);
    if (type.location && inputs["location"] === undefined) {
      const location = await defaultLocation(request);
      if (location !== undefined) inputs["location"] = location;
      else if (type.location === "required")
        failures.push({
          property: "location",
          reason:
            "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'.",
        });
    }
    return { inputs, failures };
  };

  /** ARM's answer for a resource that has to be there. */
  const live = async (type: ResourceType, id: string, ask: { signal: AbortSignal }): Promise<PropertyMap> => {
    const body = await arm.get(id, { apiVersion: type.apiVersion, ...ask });
    if (!body) throw new ServiceError(404, { code: "ResourceNotFound", message: `there is no '${id}'` });
    return body;
  };

  /** What the service had taken on before it failed is kept in the state, with what can be read of it. */
  const partial = async (type: ResourceType, id: string, inputs: PropertyMap, error: Error) => {
    const reasons = [error.message];
    let properties: PropertyMap = {};
    try {
      // Not the run's own signal: a cancelled run, too, wants to know what it left.
      const body = await live(type, id, { signal: AbortSignal.timeout(30_000) });
      properties = keepSecrets(plan.outputs(type, body), inputs);
    } catch (readError) {
      const isGone = readError instanceof ServiceError && readError.status === 404;
      if (isGone && !(error instanceof ServiceError && error.accepted)) return error;
      reasons.push(`its state could not be read: ${String(readError)}`);
    }
    return new InitFailed(id, properties, reasons);
  };

  /**
   * What a read after a write shows, once it is not older than the write: ARM's replicas may lag. A read that shows what
   * was `before` is one, if the write's own answer differed from that. azure-native takes the first read for true.
   */
  const settled = async (
    type: ResourceType,
    id: string,
    { first, before }: { readonly first: PropertyMap; readonly before: PropertyMap | undefined },
    ask: { signal: AbortSignal },
  ): Promise<PropertyMap> => {
    const outputs = (body: PropertyMap) => plan.comparable(plan.outputs(type, body));
    const lags = (body: PropertyMap) =>
      before !== undefined &&
      Object.keys(first).length > 0 &&
      sameValue(outputs(body), plan.comparable(before)) &&
      !sameValue(outputs(first), plan.comparable(before));
    for (let tries = REREADS; ; tries--) {
      const body = await arm.get(id, { apiVersion: type.apiVersion, ...ask });
      if (body && !lags(body)) return body;
      if (tries === 0 && body) throw new Error("reads still show it as it was before");
      if (tries === 0)
        throw new ServiceError(404, { code: "ResourceNotFound", message: `there is no '${id}'` });
      await sleep((delays ?? DELAYS).poll, undefined, ask);
    }
  };

  /** Writes the resource and reads it again, as a refresh will see it. */
  const write = async (
    type: ResourceType,
    id: string,
    inputs: PropertyMap,
    { method, body, before }: plan.Update & { readonly before?: PropertyMap },
    ask: { signal: AbortSignal },
  ) => {
    const request = { ...ask, apiVersion: type.apiVersion, query: plan.query(type.query, inputs), body };
    let written: Awaited<ReturnType<typeof arm.write>>;
    try {
      written = await arm.write(method, id, { ...request, longRunning: type.longRunning ?? false });
    } catch (error) {
      throw mayBeThere(error) ? await partial(type, id, inputs, error) : error;
    }
    const found = [written.body["id"], written.first["id"]].find((value) => typeof value === "string");
    const canonicalId = found ?? id;
    try {
      const live = await settled(type, canonicalId, { first: written.first, before }, ask);
      return { id: canonicalId, properties: keepSecrets(plan.outputs(type, live), inputs) };
    } catch (error) {
      const properties = keepSecrets(plan.outputs(type, written.body), inputs);
      throw new InitFailed(canonicalId, properties, [
        `it was written, but could not be read: ${String(error)}`,
      ]);
    }
  };

  const create = async ({ type: token, properties: inputs, preview, timeout }: CreateRequest) => {
    const type = typeOf(token);
    if (preview) return { id: "", properties: plan.preview(type, inputs) };
    const ask = { signal: signal(timeout) };
    const id = resourceId(type.path, inputs, subscriptionId);
    const existing = await arm.get(id, { apiVersion: type.apiVersion, ...ask });
    if (existing && !type.singleton && Object.keys(existing).length > 0)
      throw new Error(`cannot create already existing resource '${id}'`);
    return write(type, id, inputs, { method: "PUT", body: plan.createBody(type, inputs) }, ask);
  };

  const update = async ({ type: token, oldInputs, olds, news: inputs, preview, timeout }: UpdateRequest) => {
    const type = typeOf(token);
    if (preview) {
      const stable = Object.entries(olds).filter(([name]) => name === "name" || name === "location");
      return { properties: plan.preview(type, inputs, Object.fromEntries(stable)) };
    }
    const ask = { signal: signal(timeout) };
    const id = resourceId(type.path, inputs, subscriptionId);
    const current = plan.keptLists(type, inputs).length > 0 ? await live(type, id, ask) : {};
    const change = plan.update(type, { inputs: oldInputs, outputs: olds }, inputs, current);
    const { properties } = await write(type, id, inputs, { ...change, before: olds }, ask);
    return { properties };
  };

  const read = async ({ type: token, id: known, inputs, properties }: ReadRequest): Promise<ReadResult> => {
    const type = typeOf(token);
    // Without an id: whether what these inputs describe is there, after a create that nobody saw the end of.
    const id = known === "" ? resourceId(type.path, inputs, subscriptionId) : known;
    const body = await arm.get(id, { apiVersion: type.apiVersion, signal: signal(0) });
    if (!body) return { id: "", inputs: {}, properties: {} };
    const outputs = plan.outputs(type, body);
    const isImport = Object.keys(inputs).length === 0;
    return {
      id,
      inputs: isImport
        ? plan.importedInputs(type, id, outputs)
        : keepSecrets(plan.refreshedInputs(type, inputs, properties, outputs), inputs),
      properties: keepSecrets(outputs, inputs),
    };
  };

  return {
    version: VERSION,
    acceptSecrets: true,
    configure: ({ args }) => {
      configuredLocation = typeof args["location"] === "string" ? args["location"] : undefined;
      groupLocations.clear();
      return Promise.resolve();
    },
    check,
    diff: (request) => Promise.resolve(plan.diff(typeOf(request.type), request)),
    create,
    update,
    read,
    async delete({ type: token, id, timeout }) {
      const type = typeOf(token);
      const ask = {
        apiVersion: type.apiVersion,
        signal: signal(timeout),
        longRunning: type.longRunning ?? false,
      };
      if (type.singleton) await arm.write("PUT", id, { ...ask, body: {} });
      else
        await arm.delete(id, ask).catch(async (error: unknown) => {
          if (!mayBeThere(error)) throw error;
          // The answer may be lost and the resource gone: kept in the state, it would be taken for there from then on.
          const there = await arm
            .get(id, { apiVersion: type.apiVersion, signal: signal(timeout) })
            .catch(() => true);
          if (there !== undefined) throw error;
        });
    },
    async invoke({ token, args }) {
      return {
        result: await callFunction(token, unwrapProperties(args), { ...options, arm, signal: signal(0) }),
      };
    },
    cancel() {
      stop.abort(new Error("the run was cancelled"));
      stop = new AbortController();
      groupLocations.clear();
      return Promise.resolve();
    },
  };
}
