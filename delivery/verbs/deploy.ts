/** `npm run deploy -- --stage S`: the gate, then `pulumi up`. */
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import type { Engine } from "./engine.ts";
import { passGate } from "./gate.ts";
import type { Acceptance } from "./gate.ts";
import { EXIT, Refusal } from "./refusal.ts";
import { stageFacts } from "./stage-file.ts";

export interface DeployOptions {
  readonly root: string;
  readonly stage: string;
  readonly azure: Azure;
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  /** Lets one model through that did not pass the stage before. */
  readonly acceptance?: Acceptance | undefined;
  readonly tell: (line: string) => void;
}

/** @throws Refusal before anything is changed, or with {@link EXIT.failed} where the update did not come to its end. */
export async function deploy(options: DeployOptions): Promise<void> {
  const { root, stage, azure, engine, env, acceptance, tell } = options;
  const lines = await passGate(azure, stageFacts(root, stage, env), acceptance);
  for (const line of lines) tell(line);
  const message = lines.length > 0 ? ["--message", lines.join("; ")] : [];
  const { ok } = await engine.run(["up", "--yes", "--skip-preview", ...message], stage);
  if (!ok) throw new Refusal(`the update of stage ${stage} failed; what it says above is why`, EXIT.failed);
}
