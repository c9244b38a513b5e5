/** Stand-in for the azuread provider: groups, applications, service principals and their credentials, by Microsoft Graph. */
import type { TokenCredential } from "@azure/identity";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { unwrapProperties } from "@azure-ml-as-code/protocol/values.ts";
import { differences, diffResult, isWithin } from "../diff.ts";
import { DELAYS } from "../retry.ts";
import { keepSecrets } from "../secrets.ts";
import { callFunction } from "./functions.ts";
import type { SignedIn } from "./functions.ts";
import { connectGraph } from "./graph.ts";
import { kindOf } from "./kinds.ts";

export interface AzureAdOptions extends SignedIn {
  /** `https://localhost:PORT/graph`, without a trailing slash; also the audience of the tokens asked for. */
  readonly graphEndpoint: string;
  readonly credential: TokenCredential;
  /** PEM text of the authority behind `graphEndpoint`. */
  readonly ca: string;
  /** Milliseconds before each further try of a request; those of the azure-native stand-in unless given. */
  readonly retries?: readonly number[];
}

/** A provider for the local directory. */
export function createAzureAd({ graphEndpoint, credential, ca, retries, ...who }: AzureAdOptions): Provider {
  const graph = connectGraph({ audience: graphEndpoint, credential, ca, retries: retries ?? DELAYS.retries });
  return {
    version: "6.9.1",
    acceptSecrets: true,
    configure: () => Promise.resolve(),
    check({ type, news }) {
      const inputs = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
      return Promise.resolve({ inputs, failures: kindOf(type).failures(inputs) });
    },
    diff({ type, oldInputs, news }) {
      const { fixed } = kindOf(type);
      return Promise.resolve(
        diffResult(differences(oldInputs, news), ({ rule }) => isWithin(rule, fixed), false),
      );
    },
    async create({ type, properties, preview }) {
      const kind = kindOf(type);
      if (preview) return { id: "", properties: kind.preview(properties) };
      const { id, outputs } = await kind.create(graph, unwrapProperties(properties));
      return { id, properties: keepSecrets(outputs, properties) };
    },
    async read({ type, id, inputs, properties }) {
      const found = await kindOf(type).read(
        graph,
        id,
        unwrapProperties(inputs),
        unwrapProperties(properties),
      );
      if (!found) return { id: "", inputs: {}, properties: {} };
      return {
        id,
        inputs: keepSecrets(found.inputs, inputs),
        properties: keepSecrets(found.outputs, inputs),
      };
    },
    async update({ type, id, oldInputs, olds, news, preview }) {
      const kind = kindOf(type);
      if (preview) return { properties: kind.preview(news, olds) };
      const outputs = await kind.update(graph, id, unwrapProperties(oldInputs), unwrapProperties(news));
      return { properties: keepSecrets(outputs, news) };
    },
    delete: ({ type, id }) => kindOf(type).delete(graph, id),
    invoke: async ({ token, args }) => ({
      result: await callFunction(token, unwrapProperties(args), graph, who),
    }),
  };
}
