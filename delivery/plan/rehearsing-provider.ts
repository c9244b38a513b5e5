/** The provider `azureml` without its work: what it checks and plans is real, what takes bytes or clients is left out. */
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";

/** Types whose creation is planned only: their outputs are known without it. */
const PLANNED: Readonly<Record<string, (properties: PropertyMap) => string>> = {
  "azureml:index:Upload": ({ url }) => (typeof url === "string" ? url : ""),
};

/** A release asks the candidate for answers, which nobody gives here: the traffic is set at once. */
const withoutRelease = ({ release: _, ...rest }: PropertyMap): PropertyMap => rest;
const withRelease = (properties: PropertyMap, { release }: PropertyMap): PropertyMap =>
  release === undefined ? properties : { ...properties, release };

export function rehearsing(provider: Provider, { recorded }: { readonly recorded: boolean }): Provider {
  return {
    ...provider,
    async create(request) {
      const idOf = PLANNED[request.type];
      if (idOf) {
        const { properties } = await provider.create({ ...request, preview: true });
        return { id: request.preview ? "" : idOf(properties), properties };
      }
      const made = await provider.create({ ...request, properties: withoutRelease(request.properties) });
      return { ...made, properties: withRelease(made.properties, request.properties) };
    },
    async update(request) {
      if (request.preview) return provider.update(request);
      const made = await provider.update({ ...request, news: withoutRelease(request.news) });
      return { ...made, properties: withRelease(made.properties, request.news) };
    },
    read: (request) =>
      recorded || request.type in PLANNED
        ? Promise.resolve({ id: request.id, inputs: request.inputs, properties: request.properties })
        : provider.read(request),
    delete: (request) => (request.type in PLANNED ? Promise.resolve() : provider.delete(request)),
  };
}
