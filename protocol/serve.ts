/** Serves a {@link Provider} over gRPC on the loopback interface: as a plugin, or for `PULUMI_DEBUG_PROVIDERS`. */
import type * as Grpc from "@grpc/grpc-js";
import type * as Pb from "@pulumi/pulumi/proto/provider_pb.js";
import {
  Any,
  channelOptions,
  Empty,
  fromStruct,
  grpc,
  pluginPb,
  providerPb,
  requireProto,
  statusPb,
  toStruct,
} from "./grpc.ts";
import { InitFailed } from "./provider.ts";
import type { CheckFailure, DiffResult, Provider } from "./provider.ts";
import { unwrapProperties } from "./values.ts";

interface Message {
  serializeBinary(): Uint8Array;
}
/** A resource request has these three in every call; `name` and `type` may be empty with an older engine. */
interface Named {
  getUrn(): string;
  getName(): string;
  getType(): string;
}

const named = (request: Named) => {
  const urn = request.getUrn();
  const [, , qualifiedType = "", ...name] = urn.split("::");
  return {
    urn,
    type: request.getType() || (qualifiedType.split("$").at(-1) ?? ""),
    name: request.getName() || name.join("::"),
  };
};

function checkFailures(failures: readonly CheckFailure[] = []): Pb.CheckFailure[] {
  return failures.map(({ property, reason }) => {
    const message = new providerPb.CheckFailure();
    message.setProperty(property);
    message.setReason(reason);
    return message;
  });
}

function diffResponse(result: DiffResult): Pb.DiffResponse {
  const response = new providerPb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
  response.setChanges(result.changes ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...(result.diffs ?? [])]);
  response.setReplacesList([...(result.replaces ?? [])]);
  response.setDeletebeforereplace(result.deleteBeforeReplace ?? false);
  if (result.detailedDiff) {
    response.setHasdetaileddiff(true);
    for (const [path, { kind, inputDiff }] of Object.entries(result.detailedDiff)) {
      const property = new providerPb.PropertyDiff();
      property.setKind(providerPb.PropertyDiff.Kind[kind]);
      property.setInputdiff(inputDiff ?? false);
      response.getDetaileddiffMap().set(path, property);
    }
  }
  return response;
}

/** A gRPC error; an {@link InitFailed} travels in its details, where the engine looks for it. */
function grpcError(error: unknown): Partial<Grpc.ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const base = { code: grpc.status.UNKNOWN, message, details: message };
  if (!(error instanceof InitFailed)) return base;
  const detail = new providerPb.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toStruct(error.properties));
  detail.setReasonsList([...error.reasons]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any); // the same class, seen through another copy of its types
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { ...base, metadata };
}

function unary<Request, Response extends Message>(
  answer: (request: Request) => Response | Promise<Response>,
): Grpc.handleUnaryCall<Request, Message> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then((response) => callback(null, response))
      .catch((error: unknown) => callback(grpcError(error)));
  };
}

function implementation(provider: Provider): Grpc.UntypedServiceImplementation {
  const pb = providerPb;
  const handlers = {
    handshake: unary(() => {
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(provider.acceptSecrets);
      response.setAcceptResources(false);
      response.setAcceptOutputs(false);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    attach: unary(() => new Empty()),
    getPluginInfo: unary(() => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    getSchema: unary(() => {
      const response = new pb.GetSchemaResponse();
      response.setSchema(provider.schema ?? "{}");
      return response;
    }),
    checkConfig: unary(async (request: Pb.CheckRequest) => {
      const news = fromStruct(request.getNews());
      const { inputs, failures } = (await provider.checkConfig?.(news)) ?? { inputs: news };
      const response = new pb.CheckResponse();
      response.setInputs(toStruct(inputs));
      response.setFailuresList(checkFailures(failures));
      return response;
    }),
    diffConfig: unary(() => diffResponse({ changes: false })),
    configure: unary(async (request: Pb.ConfigureRequest) => {
      await provider.configure({ args: unwrapProperties(fromStruct(request.getArgs())) });
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(provider.acceptSecrets);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    check: unary(async (request: Pb.CheckRequest) => {
      const proposal = request.getAutonaming();
      const { inputs, failures } = await provider.check({
        ...named(request),
        olds: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        randomSeed: request.getRandomseed_asU8(),
        ...(proposal && {
          autonaming: { proposedName: proposal.getProposedName(), mode: proposal.getMode() },
        }),
      });
      const response = new pb.CheckResponse();
      response.setInputs(toStruct(inputs));
      response.setFailuresList(checkFailures(failures));
      return response;
    }),
    diff: unary(async (request: Pb.DiffRequest) =>
      diffResponse(
        await provider.diff({
          ...named(request),
          id: request.getId(),
          oldInputs: fromStruct(request.getOldInputs()),
          olds: fromStruct(request.getOlds()),
          news: fromStruct(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: unary(async (request: Pb.CreateRequest) => {
      const result = await provider.create({
        ...named(request),
        properties: fromStruct(request.getProperties()),
        timeout: request.getTimeout(),
        preview: request.getPreview(),
      });
      const response = new pb.CreateResponse();
      response.setId(result.id);
      response.setProperties(toStruct(result.properties));
      response.setRefreshBeforeUpdate(result.refreshBeforeUpdate ?? false);
      return response;
    }),
    read: unary(async (request: Pb.ReadRequest) => {
      const result = await provider.read({
        ...named(request),
        id: request.getId(),
        inputs: fromStruct(request.getInputs()),
        properties: fromStruct(request.getProperties()),
      });
      const response = new pb.ReadResponse();
      response.setId(result.id);
      response.setInputs(toStruct(result.inputs));
      response.setProperties(toStruct(result.properties));
      response.setRefreshBeforeUpdate(result.refreshBeforeUpdate ?? false);
      return response;
    }),
    update: unary(async (request: Pb.UpdateRequest) => {
      const result = await provider.update({
        ...named(request),
        id: request.getId(),
        oldInputs: fromStruct(request.getOldInputs()),
        olds: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        timeout: request.getTimeout(),
        ignoreChanges: request.getIgnorechangesList(),
        preview: request.getPreview(),
      });
      const response = new pb.UpdateResponse();
      response.setProperties(toStruct(result.properties));
      response.setRefreshBeforeUpdate(result.refreshBeforeUpdate ?? false);
      return response;
    }),
    delete: unary(async (request: Pb.DeleteRequest) => {
      await provider.delete({
        ...named(request),
        id: request.getId(),
        oldInputs: fromStruct(request.getOldInputs()),
        properties: fromStruct(request.getProperties()),
        timeout: request.getTimeout(),
      });
      return new Empty();
    }),
    invoke: unary(async (request: Pb.InvokeRequest) => {
      if (!provider.invoke)
        throw new Error(`this provider has no functions, and was asked for ${request.getTok()}`);
      const { result, failures } = await provider.invoke({
        token: request.getTok(),
        args: fromStruct(request.getArgs()),
      });
      const response = new pb.InvokeResponse();
      if (result) response.setReturn(toStruct(result));
      response.setFailuresList(checkFailures(failures));
      return response;
    }),
    cancel: unary(async () => {
      await provider.cancel?.();
      return new Empty();
    }),
  };
  return handlers;
}

export interface Served {
  readonly port: number;
  /** Lets calls that run end. */
  close(): Promise<void>;
  /** Ends at once, as a process that is killed: who waits for an answer gets none. */
  kill(): void;
}

/** Starts the provider on 127.0.0.1. `port` 0 (the default) takes any free one. */
export async function serve(provider: Provider, port = 0): Promise<Served> {
  const { ResourceProviderService } = requireProto("@pulumi/pulumi/proto/provider_grpc_pb.js") as {
    ResourceProviderService: Grpc.ServiceDefinition;
  };
  const server = new grpc.Server(channelOptions);
  const handlers = implementation(provider);
  const offered = Object.keys(ResourceProviderService).filter((name) => name in handlers);
  server.addService(
    Object.fromEntries(offered.map((name) => [name, ResourceProviderService[name]!])),
    handlers,
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, got) =>
      error ? reject(error) : resolve(got),
    );
  });
  return {
    port: bound,
    close: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
    kill: () => server.forceShutdown(),
  };
}
