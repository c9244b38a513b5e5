/**
 * Runs a Pulumi program without an engine and records what it registers: the only place that calls `setMocks`.
 *
 * What the SDK's mocks leave out is added here: resource options, whole URNs as the engine makes them, the error for two
 * resources of one URN, secrets taken out of their envelopes and noted, and waiting until the last registration came.
 */
import * as pulumi from "@pulumi/pulumi";
import { hasSecret, unwrapProperties } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { answer, functions } from "./azure.ts";

export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Made by a provider; a component is not. */
  readonly custom: boolean;
  /** URN; empty for the stack itself. */
  readonly parent: string;
  /** Plain values. */
  readonly inputs: PropertyMap;
  /** Names of inputs that hold a secret. */
  readonly secrets: readonly string[];
  readonly protect: boolean;
  /** URNs: of `dependsOn` and of the resources whose outputs flow in. */
  readonly dependencies: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  /** `undefined` where the provider decides. */
  readonly deleteBeforeReplace: boolean | undefined;
  /** `URN::ID` of an explicit provider, else empty. */
  readonly provider: string;
}

export interface Run {
  /** All but the stack itself, in the order of their registration. */
  readonly resources: readonly Registered[];
  /** Of the stack. */
  readonly outputs: unknown;
  /** The resources of a type. */
  readonly of: (type: string) => Registered[];
  /** @throws if there is not exactly one. */
  readonly one: (type: string, name?: string) => Registered;
}

export interface RunOptions {
  readonly stack?: string;
  /** What a first preview knows: inputs, but no ids and no outputs. @default false */
  readonly preview?: boolean;
  /** Texts by `namespace:key`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Outputs of the stack that the program refers to. @default none */
  readonly reference?: Readonly<Record<string, unknown>>;
}

/** The parts that are read of the SDK's request and monitor. */
interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getObject(): { toJavaScript(): PropertyMap } | undefined;
  getProtect(): boolean;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getDeletebeforereplace(): boolean;
  getDeletebeforereplacedefined(): boolean;
  getProvider(): string;
}
interface Monitor {
  newUrn(parent: string, type: string, name: string): string;
  registerResource(request: Request, callback: (error: unknown, response: unknown) => void): Promise<void>;
}

export async function run(program: () => unknown, options: RunOptions = {}): Promise<Run> {
  const { stack = "test", preview = false, config = {}, reference = {} } = options;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === "pulumi:pulumi:StackReference")
          return { id: name, state: { ...(inputs as object), outputs: reference, secretOutputNames: [] } };
        const made = answer(type, name, inputs as Record<string, unknown>);
        return preview ? { id: undefined, state: inputs as object } : made;
      },
      call: ({ token }) => {
        const found = functions[token];
        if (!found) throw new Error(`the program calls ${token}, which tests/support/azure.ts does not know`);
        return found;
      },
    },
    "azure-ml",
    stack,
    preview,
  );
  pulumi.runtime.setAllConfig({ ...config });
  const all: Registered[] = [];
  watch(pulumi.runtime.getMonitor() as unknown as Monitor, all);

  // The SDK keeps a stack trace of every promise; Jest maps each through source maps, which takes most of a test's time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  let failure: { readonly error: unknown } | undefined;
  const outputs: unknown = await pulumi.runtime.runInPulumiStack(async () => {
    try {
      return await program();
    } catch (error) {
      // Thrown on, it would end the process, as the SDK waits for nobody here.
      failure = { error };
      return undefined;
    }
  });
  await pulumi.runtime.disconnect();
  Error.stackTraceLimit = stackTraceLimit;
  if (failure) throw failure.error;

  const resources = all.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  const twice = resources.filter(
    ({ urn }, index) => resources.findIndex((other) => other.urn === urn) !== index,
  );
  if (twice.length > 0) throw new Error(`registered twice: ${twice.map(({ urn }) => urn).join(", ")}`);
  return {
    resources,
    outputs,
    of: (type) => resources.filter((resource) => resource.type === type),
    one: (type, name) => {
      const found = resources.filter((it) => it.type === type && it.name === (name ?? it.name));
      if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${name ?? ""}`);
      return found[0]!;
    },
  };
}

function watch(monitor: Monitor, all: Registered[]): void {
  // As the engine does it: all types of the way down, not just the last two.
  monitor.newUrn = (parent, type, name) => {
    const above = parent.split("::")[2];
    const qualified = !above || above === "pulumi:pulumi:Stack" ? type : `${above}$${type}`;
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${name}`;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const wire = request.getObject()?.toJavaScript() ?? {};
    all.push({
      urn: monitor.newUrn(request.getParent(), request.getType(), request.getName()),
      type: request.getType(),
      name: request.getName(),
      custom: request.getCustom(),
      parent: request.getParent(),
      inputs: unwrapProperties(wire),
      secrets: Object.keys(wire).filter((key) => hasSecret(wire[key]!)),
      protect: request.getProtect(),
      dependencies: request.getDependenciesList(),
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      deleteBeforeReplace: request.getDeletebeforereplacedefined()
        ? request.getDeletebeforereplace()
        : undefined,
      provider: request.getProvider(),
    });
    return register(request, callback);
  };
}
