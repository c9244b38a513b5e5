/** Calls a provider over gRPC: the counterpart of `serve.ts`, for the engine and for tests of providers. */
import type * as Grpc from "@grpc/grpc-js";
import type * as Service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import {
  channelOptions,
  Empty,
  fromStruct,
  grpc,
  pluginPb,
  providerPb,
  requireProto,
  toStruct,
} from "./grpc.ts";
import { initFailed } from "./init-failed.ts";
import {
  checkRequest,
  checkResult,
  configureRequest,
  diffAnswer,
  diffRequest,
  failuresOf,
  handshakeRequest,
  name,
} from "./messages.ts";
import type { DiffAnswer, ProviderCall, ProviderConfigure, ProviderDiff } from "./messages.ts";
export type { DiffAnswer, ProviderCall, ProviderConfigure, ProviderDiff } from "./messages.ts";
import type {
  CheckRequest,
  CheckResult,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  InvokeRequest,
  InvokeResult,
  ReadRequest,
  ReadResult,
  UpdateRequest,
  UpdateResult,
} from "./provider.ts";
import type { PropertyMap } from "./values.ts";

/** A call that the provider refused; `message` is the provider's own. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  /** gRPC status. */
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

export interface Handshake {
  readonly acceptSecrets: boolean;
  readonly acceptResources: boolean;
  readonly supportsAutonaming: boolean;
}

export interface ConfigureAnswer extends Handshake {
  readonly supportsPreview: boolean;
}

/** For an import `inputs` and `properties` are absent; `timeout` in seconds, 0 (the default) is unset. */
export type ReadCall = Omit<ReadRequest, "inputs" | "properties"> &
  Partial<Pick<ReadRequest, "inputs" | "properties">> & { readonly timeout?: number };

export interface ReadAnswer extends ReadResult {
  /** The provider did not say what the inputs are; `inputs` is then `{}`. */
  readonly withoutInputs?: boolean;
}

export interface ProviderClient {
  /** `undefined` where the provider is older than this call. */
  handshake(engineAddress: string): Promise<Handshake | undefined>;
  /** Tells an attached provider where the engine is. */
  attach(engineAddress: string): Promise<void>;
  version(): Promise<string>;
  checkConfig(call: ProviderCall & { olds?: PropertyMap; news: PropertyMap }): Promise<CheckResult>;
  diffConfig(call: ProviderDiff): Promise<DiffAnswer>;
  configure(call: ProviderConfigure): Promise<ConfigureAnswer>;
  check(call: CheckRequest): Promise<CheckResult>;
  diff(call: DiffRequest): Promise<DiffAnswer>;
  /** Rejects with `InitFailed` when the resource exists, but is not what was asked for; `update` and `read` likewise. */
  create(call: CreateRequest): Promise<CreateResult>;
  read(call: ReadCall): Promise<ReadAnswer>;
  update(call: UpdateRequest): Promise<UpdateResult>;
  delete(call: DeleteRequest): Promise<void>;
  invoke(call: InvokeRequest & { preview?: boolean }): Promise<InvokeResult>;
  cancel(): Promise<void>;
  close(): void;
}

const { ResourceProviderService: api } = requireProto(
  "@pulumi/pulumi/proto/provider_grpc_pb.js",
) as typeof Service;
const UNIMPLEMENTED: number = grpc.status.UNIMPLEMENTED;

/** Sends one request; rejects with what the provider's error was on the other side. */
function ask<Request, Response>(
  client: Grpc.Client,
  method: Grpc.MethodDefinition<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const answer = (error: Grpc.ServiceError | null, response?: Response) => {
      if (error) reject(initFailed(error) ?? new ProviderError(error.details || error.message, error.code));
      else resolve(response!);
    };
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      answer,
    );
  });
}

function ready(client: Grpc.Client, address: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + timeoutMs, (error) => {
      if (!error) {
        resolve();
        return;
      }
      client.close();
      reject(new ProviderError(`no provider answers at ${address}`, grpc.status.UNAVAILABLE));
    });
  });
}

/**
 * Connects to the provider at `address` (`127.0.0.1:PORT`).
 * @throws ProviderError when nothing answers there within `timeoutMs` (10,000 unless given).
 */
export async function connect(address: string, timeoutMs = 10_000): Promise<ProviderClient> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), channelOptions);
  await ready(client, address, timeoutMs);
  return {
    async handshake(engineAddress) {
      try {
        const response = await ask(client, api.handshake, handshakeRequest(engineAddress));
        return {
          acceptSecrets: response.getAcceptSecrets(),
          acceptResources: response.getAcceptResources(),
          supportsAutonaming: response.getSupportsAutonamingConfiguration(),
        };
      } catch (error) {
        if (error instanceof ProviderError && error.code === UNIMPLEMENTED) return undefined;
        throw error;
      }
    },
    async attach(engineAddress) {
      const request = new pluginPb.PluginAttach();
      request.setAddress(engineAddress);
      await ask(client, api.attach, request);
    },
    async version() {
      const info = await ask(client, api.getPluginInfo, new Empty());
      return info.getVersion();
    },
    async checkConfig(call) {
      return checkResult(await ask(client, api.checkConfig, checkRequest(call)));
    },
    async diffConfig(call) {
      return diffAnswer(await ask(client, api.diffConfig, diffRequest(call)));
    },
    async configure(call) {
      const response = await ask(client, api.configure, configureRequest(call));
      return {
        acceptSecrets: response.getAcceptsecrets(),
        acceptResources: response.getAcceptresources(),
        supportsAutonaming: response.getSupportsAutonamingConfiguration(),
        supportsPreview: response.getSupportspreview(),
      };
    },
    async check(call) {
      return checkResult(await ask(client, api.check, checkRequest(call)));
    },
    async diff(call) {
      return diffAnswer(await ask(client, api.diff, diffRequest(call)));
    },
    async create(call) {
      const request = name(new providerPb.CreateRequest(), call);
      request.setProperties(toStruct(call.properties));
      request.setTimeout(call.timeout);
      request.setPreview(call.preview);
      const response = await ask(client, api.create, request);
      return {
        id: response.getId(),
        properties: fromStruct(response.getProperties()),
        refreshBeforeUpdate: response.getRefreshBeforeUpdate(),
      };
    },
    async read(call) {
      const request = name(new providerPb.ReadRequest(), call);
      request.setId(call.id);
      if (call.inputs) request.setInputs(toStruct(call.inputs));
      if (call.properties) request.setProperties(toStruct(call.properties));
      request.setTimeout(call.timeout ?? 0);
      const response = await ask(client, api.read, request);
      return {
        id: response.getId(),
        inputs: fromStruct(response.getInputs()),
        ...(!response.hasInputs() && { withoutInputs: true }),
        properties: fromStruct(response.getProperties()),
        refreshBeforeUpdate: response.getRefreshBeforeUpdate(),
      };
    },
    async update(call) {
      const request = name(new providerPb.UpdateRequest(), call);
      request.setId(call.id);
      request.setOldInputs(toStruct(call.oldInputs));
      request.setOlds(toStruct(call.olds));
      request.setNews(toStruct(call.news));
      request.setTimeout(call.timeout);
      request.setIgnorechangesList([...call.ignoreChanges]);
      request.setPreview(call.preview);
      const response = await ask(client, api.update, request);
      return {
        properties: fromStruct(response.getProperties()),
        refreshBeforeUpdate: response.getRefreshBeforeUpdate(),
      };
    },
    async delete(call) {
      const request = name(new providerPb.DeleteRequest(), call);
      request.setId(call.id);
      request.setOldInputs(toStruct(call.oldInputs));
      request.setProperties(toStruct(call.properties));
      request.setTimeout(call.timeout);
      await ask(client, api.delete, request);
    },
    async invoke(call) {
      const request = new providerPb.InvokeRequest();
      request.setTok(call.token);
      request.setArgs(toStruct(call.args));
      request.setPreview(call.preview ?? false);
      const response = await ask(client, api.invoke, request);
      const result = response.getReturn();
      return {
        ...(result && { result: fromStruct(result) }),
        failures: failuresOf(response.getFailuresList()),
      };
    },
    async cancel() {
      await ask(client, api.cancel, new Empty());
    },
    close: () => {
      client.close();
    },
  };
}
