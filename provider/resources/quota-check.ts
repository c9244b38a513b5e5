/** `QuotaCheck`: stops a preview that asks for more cores than the region gives. Makes nothing. */
import { hasUnknown, isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { explain } from "../azure/errors.ts";
import { quotaProblems } from "../quota-plan.ts";
import type { Ask, Usage, VmSize } from "../quota-plan.ts";
import type { Resource, Run } from "./resource.ts";

const list = (value: Value | undefined): PropertyMap[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const textOf = (value: Value | undefined) => (typeof value === "string" ? value : "");
const numberOf = (value: Value | undefined) => (typeof value === "number" ? value : 0);

const asksOf = (inputs: PropertyMap): Ask[] =>
  list(inputs["machines"]).map((machine) => ({
    vmSize: textOf(machine["vmSize"]),
    nodes: numberOf(machine["nodes"]),
    lowPriority: machine["lowPriority"] === true,
    serving: machine["serving"] === true,
  }));

async function ask(what: "vmSizes" | "usages", location: string, run: Run): Promise<PropertyMap[]> {
  const id = `/subscriptions/${run.subscriptionId ?? ""}/providers/Microsoft.MachineLearningServices/locations/${location}/${what}`;
  const { body } = await run.azure.send({ method: "GET", id }, run.signal);
  return isObject(body) ? list(body["value"]) : [];
}

async function problems(news: PropertyMap, olds: PropertyMap, run: Run): Promise<string[]> {
  const location = textOf(news["location"]);
  const [sizes, usages] = await Promise.all([ask("vmSizes", location, run), ask("usages", location, run)]);
  return quotaProblems(
    location,
    asksOf(news),
    textOf(olds["location"]) === location ? asksOf(olds) : [],
    sizes.map((size): VmSize => ({
      name: textOf(size["name"]),
      family: textOf(size["family"]),
      cores: numberOf(size["vCPUs"]),
    })),
    usages.map((usage): Usage => ({
      name: isObject(usage["name"]) ? textOf(usage["name"]["value"]) : "",
      used: numberOf(usage["currentValue"]),
      limit: numberOf(usage["limit"]),
    })),
  );
}

export const quotaCheck: Resource = {
  minutes: 5,

  async check({ olds, news }, run) {
    if (hasUnknown(news)) return { inputs: news, failures: [] };
    try {
      const found = await problems(news, olds, run);
      return { inputs: news, failures: found.map((reason) => ({ property: "machines", reason })) };
    } catch (error) {
      // Without sign-in, or without the right to ask, a preview is worth having all the same.
      run.warn(`the quota could not be asked for, so nothing is known of it: ${explain(error)}`);
      return { inputs: news, failures: [] };
    }
  },
  diff: ({ news, oldInputs }) => {
    const diffs = ["location", "machines"].filter(
      (key) => JSON.stringify(news[key]) !== JSON.stringify(oldInputs[key]),
    );
    return { changes: diffs.length > 0, diffs, replaces: [] };
  },
  create: ({ properties, preview }) =>
    Promise.resolve({ id: preview ? "" : "quota-check", properties: { ...properties } }),
  /** There is nothing in Azure to read. */
  read: ({ id, inputs, properties }) => Promise.resolve({ id, inputs, properties }),
  update: ({ news }) => Promise.resolve({ properties: { ...news } }),
  delete: () => Promise.resolve(),
};
