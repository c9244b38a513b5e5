/** The provider `azureml`: finds the resource type in the table and gives it its means. */
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { azure } from "./azure/arm.ts";
import type { Environment } from "./azure/cloud.ts";
import { explain, FinalError } from "./azure/errors.ts";
import { PACE } from "./resources/resource.ts";
import type { Pace, Resource, Run } from "./resources/resource.ts";
import { RESOURCES } from "./resources/table.ts";

export const VERSION = "0.1.0";

export type Severity = "info" | "warning";
/** `info` is for the moment, a warning stays. Resolves when the message arrived, or cannot. */
export type Log = (urn: string, severity: Severity, message: string) => Promise<void>;

export interface ProviderOptions {
  /** @default `process.env` */
  readonly env?: Environment;
  /** @default the working directory, which is the project's root when Pulumi starts the plugin */
  readonly root?: string;
  /** @default nobody is told */
  readonly log?: Log;
  readonly pace?: Pace;
  /** @default `Date.now` */
  readonly now?: () => number;
}

interface Call {
  readonly urn: string;
  readonly type: string;
  /** Seconds; 0 or absent: what the resource type says. */
  readonly timeout?: number;
}

const CONFIG_KEYS = ["armEndpoint", "subscriptionId"];
/** What an engine may put among a provider's config by itself. */
const isEngineKey = (key: string) =>
  /^(version|pluginDownloadURL|pluginChecksums|parameterization|__.*)$/.test(key);
const textOf = (value: Value | undefined) => (typeof value === "string" && value !== "" ? value : undefined);

export function createProvider({
  env = process.env,
  root = process.cwd(),
  log = () => Promise.resolve(),
  pace = PACE,
  now = Date.now,
}: ProviderOptions = {}): Provider {
  let cancelled = new AbortController();
  let config: PropertyMap = {};
  let cloud = azure({ env, retryDelayMs: pace.retry });

  /** Does `work` within the resource's time; an error says which resource, what Azure said, what to do. */
  async function within<T>(call: Call, work: (resource: Resource, run: Run) => Promise<T>): Promise<T> {
    const resource = RESOURCES[call.type];
    if (!resource)
      throw new Error(
        `azureml has no resource type ${call.type}; it has ${Object.keys(RESOURCES).join(", ")}`,
      );
    const minutes = (call.timeout ?? 0) / 60 || resource.minutes;
    const late = AbortSignal.timeout(minutes * 60_000);
    const signal = AbortSignal.any([cancelled.signal, late]);
    let doing = "";
    const told: Promise<void>[] = [];
    const run: Run = {
      azure: cloud,
      root,
      subscriptionId:
        textOf(config["subscriptionId"]) ?? env["ARM_SUBSCRIPTION_ID"] ?? env["AZURE_SUBSCRIPTION_ID"],
      signal,
      pace,
      now,
      progress: (message) => {
        doing = `, while ${message}`;
        told.push(log(call.urn, "info", message));
      },
      warn: (message) => told.push(log(call.urn, "warning", message)),
      sleep: (ms) => sleep(ms, undefined, { signal }),
    };
    try {
      return await work(resource, run);
    } catch (error) {
      if (error instanceof FinalError) throw error;
      if (error instanceof InitFailed && (!signal.aborted || error.cause instanceof FinalError)) throw error;
      const reason = late.aborted
        ? `not done after ${minutes} minutes${doing}. Azure may still finish it; run again, or raise customTimeouts`
        : signal.aborted
          ? `cancelled${doing}; run again to go on from what is there`
          : explain(error);
      if (error instanceof InitFailed) throw new InitFailed(error.id, error.properties, [reason]);
      throw new Error(reason, { cause: error });
    } finally {
      await Promise.all(told); // an engine that has its answer may end at once
    }
  }

  return {
    version: VERSION,
    acceptSecrets: false,

    checkConfig: (news) => {
      const endpoint = textOf(news["armEndpoint"]);
      const unknown = Object.keys(news).filter((key) => !CONFIG_KEYS.includes(key) && !isEngineKey(key));
      return Promise.resolve({
        inputs: news,
        failures: [
          ...unknown.map((property) => ({
            property,
            reason: `is no setting of azureml; it has ${CONFIG_KEYS.join(", ")}`,
          })),
          ...(endpoint && !endpoint.startsWith("https://") && endpoint !== UNKNOWN
            ? [{ property: "armEndpoint", reason: `${endpoint} is not an https address` }]
            : []),
        ],
      });
    },

    configure: ({ args }) => {
      config = args;
      const armEndpoint = textOf(args["armEndpoint"]);
      cloud = azure({ env, retryDelayMs: pace.retry, ...(armEndpoint && { armEndpoint }) });
      return Promise.resolve();
    },

    check: (request) => within(request, (resource, run) => resource.check(request, run)),
    diff: (request) => within(request, (resource) => Promise.resolve(resource.diff(request))),
    create: (request) => within(request, (resource, run) => resource.create(request, run)),
    read: (request) => within(request, (resource, run) => resource.read(request, run)),
    update: (request) => within(request, (resource, run) => resource.update(request, run)),
    delete: (request) => within(request, (resource, run) => resource.delete(request, run)),

    /** Ends what is under way, and lets later calls begin anew: an engine also cancels at the end of each part of a run. */
    cancel: () => {
      const running = cancelled;
      cancelled = new AbortController();
      running.abort();
      return Promise.resolve();
    },
  };
}
