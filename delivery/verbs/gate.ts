/** Whether what a stage pins passed the stage before, as the ML registry has it. */
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { accepted, mark, marksOf, passed, registryId } from "./ml-registry.ts";
import { Refusal, usage } from "./refusal.ts";
import type { StageFacts } from "./stage-file.ts";

/** A model that goes on although it did not pass, by whom and why. */
export interface Acceptance {
  readonly model: string;
  readonly reason: string;
  readonly who: string;
}

/**
 * Looks every pinned model up. What was accepted is written on the registry's version, and told.
 * @returns lines for the log of the run.
 * @throws Refusal that names every model that did not pass.
 */
export async function passGate(
  azure: Azure,
  { name: stage, settings, subscriptionId }: StageFacts,
  acceptance?: Acceptance,
  now: () => Date = () => new Date(),
): Promise<string[]> {
  const { promotion } = settings;
  if (!promotion) return [];
  const models = Object.entries(promotion.models ?? {}).map(([name, { version }]) => ({ name, version }));
  if (acceptance && !models.some(({ name }) => name === acceptance.model))
    throw usage(`--accept ${acceptance.model}: stage ${stage} pins no such model`);
  if (models.length === 0) return [];
  const registry = await registryId(azure, subscriptionId, promotion.registry);
  const looked = await Promise.all(
    models.map(async (model) => ({ model, marks: await marksOf(azure, registry, model) })),
  );
  const lines: string[] = [];
  const refused: string[] = [];
  const risks: (() => Promise<void>)[] = [];
  for (const { model, marks } of looked) {
    const called = `${model.name}:${model.version}`;
    if (!marks) refused.push(`${called} is not in registry ${promotion.registry}`);
    else if (passed(promotion.from) in marks)
      lines.push(`${called} passed stage ${promotion.from} on ${marks[passed(promotion.from)]!}`);
    else if (acceptance?.model === model.name) {
      const note = `${acceptance.reason} (${acceptance.who}, ${now().toISOString()})`;
      risks.push(() => mark(azure, registry, model, { [accepted(stage)]: note }));
      lines.push(`WARNING: ${called} did not pass stage ${promotion.from}; accepted: ${note}`);
    } else refused.push(`${called} did not pass stage ${promotion.from}`);
  }
  if (refused.length > 0)
    throw new Refusal(
      `${refused.join("; ")}. Promote what did, or take the risk by name: npm run deploy -- --stage ${stage} --accept MODEL --reason TEXT`,
    );
  for (const note of risks) await note();
  return lines;
}
