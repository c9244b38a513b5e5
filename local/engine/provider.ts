/** A provider as the steps see it: what its protocol version and configuration allow is settled here. */
import { ProviderError } from "@azure-ml-as-code/protocol/client.ts";
import type { DiffAnswer, ProviderClient, ReadAnswer, ReadCall } from "@azure-ml-as-code/protocol/client.ts";
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type {
  CheckRequest,
  CheckResult,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  InvokeRequest,
  InvokeResult,
  UpdateRequest,
  UpdateResult,
} from "@azure-ml-as-code/protocol/provider.ts";
import { hasSecret, secret } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { annotateSecrets, elideAssets, restoreAssets, sendable } from "./properties.ts";

/** The provider's configuration holds unknowns (a preview): it cannot be asked. `message` is for people. */
export class DiffUnavailable extends Error {
  override readonly name = "DiffUnavailable";
}

/** What steps ask of a provider; values are in the engine's form, with secrets and references. */
export interface ResourceProvider {
  check(request: CheckRequest): Promise<CheckResult>;
  /** Rejects with {@link DiffUnavailable} where only the update itself will tell. */
  diff(request: DiffRequest): Promise<DiffAnswer>;
  create(request: CreateRequest): Promise<CreateResult>;
  update(request: UpdateRequest): Promise<UpdateResult>;
  delete(request: DeleteRequest): Promise<void>;
  read(request: ReadCall): Promise<ReadAnswer>;
}

export interface InvokableProvider extends ResourceProvider {
  invoke(request: InvokeRequest & { preview: boolean }): Promise<InvokeResult>;
}

export interface Protocol {
  readonly acceptSecrets: boolean;
  readonly acceptResources: boolean;
  readonly supportsAutonaming: boolean;
  readonly supportsPreview: boolean;
}

const none: PropertyMap = {};

/** The error with what could not be sent as a secret marked again. */
function withSecrets(error: unknown, mark: (outs: PropertyMap) => PropertyMap): unknown {
  if (!(error instanceof InitFailed)) return error;
  return new InitFailed(error.id, mark(error.properties), error.reasons, error.inputs && mark(error.inputs));
}

/** A provider that is configured and can be asked. */
export function configuredProvider(client: ProviderClient, protocol: Protocol): InvokableProvider {
  const { acceptSecrets, acceptResources, supportsPreview, supportsAutonaming } = protocol;
  const send = (properties: PropertyMap) =>
    sendable(properties, { secrets: acceptSecrets, resources: acceptResources });
  /** Where the content of assets is not needed. */
  const brief = (properties: PropertyMap) => elideAssets(send(properties));
  const mark = (outs: PropertyMap, ins: PropertyMap) => (acceptSecrets ? outs : annotateSecrets(outs, ins));

  return {
    async check({ autonaming, ...request }) {
      const answer = await client.check({
        ...request,
        olds: send(request.olds),
        news: send(request.news),
        ...(autonaming && supportsAutonaming && { autonaming }),
      });
      return { ...answer, inputs: mark(answer.inputs, request.news) };
    },
    diff: (request) =>
      client.diff({
        ...request,
        oldInputs: brief(request.oldInputs),
        olds: brief(request.olds),
        news: brief(request.news),
      }),
    async create(request) {
      if (request.preview && !supportsPreview) return { id: "", properties: request.properties };
      try {
        const answer = await client.create({ ...request, properties: send(request.properties) });
        if (answer.id === "" && !request.preview)
          throw new ProviderError("the provider created it, but returned no id", 0);
        return { ...answer, properties: mark(answer.properties, request.properties) };
      } catch (error) {
        throw withSecrets(error, (outs) => mark(outs, request.properties));
      }
    },
    async update(request) {
      if (request.preview && !supportsPreview) return { properties: request.news };
      try {
        const answer = await client.update({
          ...request,
          oldInputs: brief(request.oldInputs),
          olds: brief(request.olds),
          news: send(request.news),
        });
        return { ...answer, properties: mark(answer.properties, request.news) };
      } catch (error) {
        throw withSecrets(error, (outs) => mark(outs, request.news));
      }
    },
    delete: (request) =>
      client.delete({
        ...request,
        oldInputs: brief(request.oldInputs),
        properties: brief(request.properties),
      }),
    async read({ inputs, properties, ...request }) {
      const finish = (outs: PropertyMap, ins: PropertyMap | undefined) =>
        restoreAssets(mark(outs, ins ?? none), inputs ?? none);
      try {
        const answer = await client.read({
          ...request,
          ...(inputs && { inputs: brief(inputs) }),
          ...(properties && { properties: brief(properties) }),
        });
        return {
          ...answer,
          inputs: finish(answer.inputs, inputs),
          properties: finish(answer.properties, properties),
        };
      } catch (error) {
        throw withSecrets(error, (outs) => finish(outs, properties));
      }
    },
    async invoke(request) {
      const answer = await client.invoke({ ...request, args: send(request.args) });
      if (acceptSecrets || !hasSecret(request.args) || !answer.result) return answer;
      const hidden = Object.entries(answer.result).map(([key, value]): [string, Value] => [
        key,
        secret(value),
      ]);
      return { ...answer, result: Object.fromEntries(hidden) };
    },
  };
}

const PREVIEW_ONLY =
  "its provider has settings that are not known yet: what would change can only be told when it is done";

/** Stands in, during a preview, for a provider whose configuration is not known: every output is unknown. */
export const unconfiguredProvider: InvokableProvider = {
  check: ({ news }) => Promise.resolve({ inputs: news }),
  diff: () => Promise.reject(new DiffUnavailable(PREVIEW_ONLY)),
  create: () => Promise.resolve({ id: "", properties: {} }),
  update: () => Promise.resolve({ properties: {} }),
  delete: () => Promise.reject(new DiffUnavailable(PREVIEW_ONLY)),
  read: ({ id }) => Promise.resolve({ id, inputs: {}, properties: {} }),
  invoke: () => Promise.resolve({ result: {} }),
};
