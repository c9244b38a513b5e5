/** Makes what the plan says, where it is not there as the plan says. Run again, it writes nothing. */
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { statusOf } from "@azure-ml-as-code/provider/azure/errors.ts";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { bootstrapPlan, variablesOf } from "./plan.ts";
import type { Answers, Wanted } from "./plan.ts";

/** Whether all that is wanted is there; Azure adds more, and spells some words in other letters. */
function holds(live: Value | undefined, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(live) &&
      live.length === wanted.length &&
      wanted.every((item, at) => holds(live[at], item))
    );
  if (typeof wanted === "object" && wanted !== null)
    return isObject(live) && Object.entries(wanted).every(([key, item]) => holds(live[key], item));
  if (typeof wanted === "string")
    return typeof live === "string" && live.toLowerCase() === wanted.toLowerCase();
  return live === wanted;
}

/** Containers and keys answer without what they were sent, or not at all to who may not see it: made once, kept. */
const MADE_ONCE = /\/keys\/[^/]+$/;

async function read(
  azure: Azure,
  id: string,
  query: Readonly<Record<string, string>>,
): Promise<Value | undefined> {
  try {
    return (await azure.send({ method: "GET", id, query }, new AbortController().signal)).body;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** @returns the variables to set. @throws what Azure refuses; asked again, it goes on from there. */
export async function bootstrap(
  azure: Azure,
  wanted: Wanted,
  tell: (line: string) => void,
): Promise<Record<string, string>> {
  const answers: Record<string, Answers[string]> = {};
  for (const { key, id: idOf, apiVersion, body: bodyOf } of bootstrapPlan(wanted)) {
    const [id, body] = [idOf(answers), bodyOf(answers)];
    const query = { "api-version": apiVersion };
    let live = await read(azure, id, query);
    const there = live !== undefined && (MADE_ONCE.test(id) || holds(live, body));
    if (!there) {
      await azure.run({ method: "PUT", id, query, body: body as PropertyMap }, new AbortController().signal);
      live = await read(azure, id, query);
    }
    tell(`${there ? "kept" : "made"}  ${key}`);
    const { principalId, clientId } = (
      isObject(live) && isObject(live["properties"]) ? live["properties"] : {}
    ) as {
      principalId?: string;
      clientId?: string;
    };
    if (clientId !== undefined)
      answers[key] = { clientId, ...(principalId !== undefined && { principalId }) };
  }
  return variablesOf(wanted, answers);
}
