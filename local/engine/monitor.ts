/** The gRPC side of a run: what the program's SDK calls. */
import type * as Grpc from "@grpc/grpc-js";
import type * as Pb from "@pulumi/pulumi/proto/resource_pb.js";
import {
  channelOptions,
  Empty,
  fromStruct,
  grpc,
  providerPb,
  toStruct,
} from "@azure-ml-as-code/protocol/grpc.ts";
import type { RunContext } from "./context.ts";
import type { ProgramRun } from "./deployment.ts";
import { engineHandlers } from "./engine-service.ts";
import { engineService, monitorPb, ResourceMonitorService, unsupported } from "./messages.ts";
import { sendable, versionedReferences } from "./properties.ts";
import { registrations } from "./registrations.ts";
import { Reported } from "./runner.ts";
import { Stopped } from "./scheduling.ts";
import type { Callback } from "./transforms.ts";
import { isProviderType } from "./urn.ts";

interface Message {
  serializeBinary(): Uint8Array;
}
type Answer<Request> = (request: Request) => Message | Promise<Message>;

export interface Monitor {
  /** `127.0.0.1:PORT`, for `--monitor` and `--engine`. */
  readonly address: string;
  close(): void;
}

/** What the SDK may use; it refuses the rest by name itself. */
const FEATURES = [
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "deletedWith",
  "replaceWith",
  "replacementTrigger",
  "transforms",
] as const;

function featureCodes(): Pb.ResourceMonitorFeature[] {
  const known = monitorPb.ResourceMonitorFeature as unknown as Record<string, Pb.ResourceMonitorFeature>;
  return FEATURES.map((name) => {
    const upper = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    return known[`RESOURCE_MONITOR_FEATURE_${upper}`]!;
  });
}

/** A class of calls that this engine does not answer, with the words of the refusal. */
const REFUSED = {
  call: "methods of components",
  existsResource: "existence checks (Resource.exists)",
  registerStackInvokeTransform: "invoke transforms",
  registerResourceHook: "resource hooks",
  registerErrorHook: "error hooks",
  registerPackage: "parameterized packages",
} as const;

const notDone = (what: string) => new Error(`the embedded engine does not support ${what}`);

function monitorHandlers(context: RunContext, run: ProgramRun, directory: string) {
  const known = registrations(directory, (token, wish) => run.defaultProvider(token, wish));

  async function register(request: Pb.RegisterResourceRequest): Promise<Message> {
    const [missing] = unsupported(request);
    if (missing !== undefined) throw notDone(missing);
    const { goal, settle } = await known.goal(request);
    const state = await run.register(goal);
    settle(state.urn);
    const response = new monitorPb.RegisterResourceResponse();
    response.setUrn(state.urn);
    response.setId(state.id);
    // A component's outputs may name resources that are not there yet: the program has them itself.
    const outputs = goal.custom ? state.outputs : {};
    const accepts = { secrets: request.getAcceptsecrets(), resources: request.getAcceptresources() };
    response.setObject(toStruct(sendable(outputs, accepts)));
    return response;
  }

  async function read(request: Pb.ReadResourceRequest): Promise<Message> {
    const [type, parent] = [request.getType(), request.getParent()];
    const wish = { version: request.getVersion(), pluginDownloadURL: request.getPlugindownloadurl() };
    const provider = isProviderType(type)
      ? ""
      : await known.provider(type, request.getProvider(), parent, wish);
    const state = await run.read({
      ...{ type, parent, provider },
      name: request.getName(),
      id: request.getId(),
      inputs: fromStruct(request.getProperties()),
      dependencies: request.getDependenciesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    });
    const response = new monitorPb.ReadResourceResponse();
    response.setUrn(state.urn);
    const accepts = { secrets: request.getAcceptsecrets(), resources: request.getAcceptresources() };
    response.setProperties(toStruct(sendable(state.outputs, accepts)));
    return response;
  }

  async function invoke(request: Pb.ResourceInvokeRequest): Promise<Message> {
    const token = request.getTok();
    if (request.getPackageref() !== "") throw notDone("parameterized packages");
    if (token.startsWith("pulumi:pulumi:")) throw notDone(`the function ${token}`);
    const wish = { version: request.getVersion(), pluginDownloadURL: request.getPlugindownloadurl() };
    const provider = await known.provider(token, request.getProvider(), request.getParent(), wish);
    const { result, failures = [] } = await run.invoke(token, provider, fromStruct(request.getArgs()));
    const response = new monitorPb.ResourceInvokeResponse();
    if (result)
      response.setReturn(
        toStruct(sendable(result, { secrets: true, resources: request.getAcceptresources() })),
      );
    const list = failures.map(({ property, reason }) => {
      const failure = new providerPb.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    });
    response.setFailuresList(list);
    return response;
  }

  function deploymentInfo(): Message {
    const info = new monitorPb.DeploymentInfo();
    info.setProject(context.project);
    info.setStack(context.stack);
    info.setOrganization("organization");
    info.setDryrun(context.preview);
    for (const [key, value] of Object.entries(context.config.values)) info.getConfigMap().set(key, value);
    info.setSupportedfeaturesList(featureCodes());
    return info;
  }

  const refused = Object.fromEntries(
    Object.entries(REFUSED).map(([name, what]): [string, Answer<never>] => [
      name,
      () => Promise.reject(notDone(what)),
    ]),
  );
  return {
    close: () => known.close(),
    handlers: {
      ...refused,
      getDeploymentInfo: deploymentInfo,
      supportsFeature: (request: Pb.SupportsFeatureRequest) => {
        const response = new monitorPb.SupportsFeatureResponse();
        response.setHassupport((FEATURES as readonly string[]).includes(request.getId()));
        return response;
      },
      registerResource: register,
      readResource: read,
      invoke,
      registerResourceOutputs: async (request: Pb.RegisterResourceOutputsRequest) => {
        await run.setOutputs(request.getUrn(), versionedReferences(fromStruct(request.getOutputs())));
        return new Empty();
      },
      registerStackTransform: (callback: Callback) => {
        known.addStackTransform(callback);
        return new Empty();
      },
      signalAndWaitForShutdown: () => new Empty(),
    },
  };
}

/**
 * Answers with what `answer` gives. When the run stops, calls that wait are told that the monitor ends: the SDK then
 * ends the program without words of its own.
 */
function unary<Request>(
  context: RunContext,
  answer: Answer<Request>,
): Grpc.handleUnaryCall<Request, Message> {
  return (call, callback) => {
    const work = Promise.resolve().then(() => answer(call.request));
    Promise.race([work, context.stop.whenStopped])
      .then((response) => callback(null, response))
      .catch((error: unknown) => {
        if (error instanceof Stopped || error instanceof Reported) {
          callback({ code: grpc.status.UNAVAILABLE, details: "the run has stopped" });
          return;
        }
        const message = error instanceof Error ? error.message : String(error);
        callback({ code: grpc.status.UNKNOWN, details: message, message });
      });
    work.catch(() => undefined); // a call that lost the race has told its failure already
  };
}

/** Starts the monitor on 127.0.0.1. @param directory the program's, where relative asset paths begin. */
export async function startMonitor(
  context: RunContext,
  run: ProgramRun,
  directory: string,
): Promise<Monitor> {
  const server = new grpc.Server(channelOptions);
  const monitor = monitorHandlers(context, run, directory);
  const add = (service: object, handlers: Record<string, Answer<never>>) => {
    const offered = Object.entries(service as Grpc.ServiceDefinition).filter(([name]) => name in handlers);
    server.addService(
      Object.fromEntries(offered),
      Object.fromEntries(offered.map(([name]) => [name, unary(context, handlers[name] as Answer<unknown>)])),
    );
  };
  add(ResourceMonitorService, monitor.handlers as Record<string, Answer<never>>);
  const engine = {
    ...engineHandlers(context.emit),
    startDebugging: () => Promise.reject(notDone("debugging")),
  };
  add(engineService, engine as unknown as Record<string, Answer<never>>);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    close() {
      monitor.close();
      server.forceShutdown();
    },
  };
}
