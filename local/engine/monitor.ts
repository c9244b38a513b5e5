/** The gRPC side of a run: what the program's SDK calls. */
import type * as Pb from "@pulumi/pulumi/proto/resource_pb.js";
import { Empty, fromStruct, grpc, providerPb, toStruct } from "@azure-ml-as-code/protocol/grpc.ts";
import type { RunContext } from "./context.ts";
import type { ProgramRun } from "./deployment.ts";
import { engineHandlers } from "./engine-service.ts";
import { startServer } from "./grpc-server.ts";
import type { Answer, Handlers, Message, Server } from "./grpc-server.ts";
import { engineService, monitorPb, ResourceMonitorService, unsupported } from "./messages.ts";
import { sendable, versionedReferences } from "./properties.ts";
import { registrations } from "./registrations.ts";
import { Reported } from "./runner.ts";
import { Stopped } from "./scheduling.ts";
import type { Callback } from "./transforms.ts";
import { isProviderType } from "./urn.ts";

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
    info.setConfigsecretkeysList([...context.config.secrets]);
    info.setSupportedfeaturesList(featureCodes());
    return info;
  }

  const refused = Object.fromEntries(
    Object.entries(REFUSED).map(([name, what]): [string, Answer] => [
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
 * Starts the monitor. When the run stops, calls that wait are told that the monitor ends: the SDK then ends the program
 * without words of its own.
 * @param directory the program's, where relative asset paths begin.
 */
export async function startMonitor(context: RunContext, run: ProgramRun, directory: string): Promise<Server> {
  const monitor = monitorHandlers(context, run, directory);
  const engine: Handlers = {
    ...engineHandlers(context.emit),
    startDebugging: () => Promise.reject(notDone("debugging")),
  };
  const server = await startServer(
    [
      [ResourceMonitorService, monitor.handlers],
      [engineService, engine],
    ],
    {
      until: context.stop.whenStopped,
      status: (error) =>
        error instanceof Stopped || error instanceof Reported
          ? { code: grpc.status.UNAVAILABLE, details: "the run has stopped" }
          : undefined,
    },
  );
  return {
    address: server.address,
    close: () => {
      monitor.close();
      server.close();
    },
  };
}
