/** Bayesian sampling by Optuna, in an environment of its own that is made when a sweep first asks for it. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import type { SweepSpec } from "../../contracts-jobs.ts";
import { ServingError } from "../../contracts.ts";
import type { Environments } from "../../serving/environments.ts";
import { baseEnvironment } from "../../serving/processes.ts";
import { type Drawn } from "./sampling.ts";
import { readSpace } from "./sampling.ts";
import { told, valueAt } from "./space.ts";

const REQUIREMENTS = ["optuna==5.0.0", "scipy==1.17.1"];
const SCRIPT = join(import.meta.dirname, "../python/bayesian.py");
const LIMIT_MS = 120_000;

export interface Tried {
  /** As Optuna gave them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Absent while the trial runs. */
  readonly value?: number | undefined;
}

const SEEDS = 2 ** 31;

/** The next values, as Optuna has them and as the trial is told them. */
export async function propose(
  spec: SweepSpec,
  seed: number,
  tried: readonly Tried[],
  environments: Environments,
  signal: AbortSignal,
): Promise<{ values: Tried["values"]; drawn: Drawn }> {
  const condaFile = JSON.stringify({ dependencies: [{ pip: REQUIREMENTS }] });
  const environment = { name: "bayesian-sampling", version: "1", condaFile };
  const request = { environment, mlflowDir: undefined, ownScript: true, job: true };
  const { python } = await environments.ensure(request, () => undefined);
  const dimensions = Object.fromEntries(readSpace(spec.space).dimensions);
  const question = JSON.stringify({
    seed: ((seed % SEEDS) + SEEDS) % SEEDS,
    goal: spec.goal,
    space: dimensions,
    trials: tried.map(({ values, value }) => ({ values, value: value ?? null })),
  });
  const answer = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      python,
      [SCRIPT],
      { env: { ...baseEnvironment(), PYTHONWARNINGS: "ignore" }, timeout: LIMIT_MS, signal },
      (error, stdout, stderr) => {
        if (error)
          reject(new ServingError("SamplingFailure", `Bayesian sampling failed: ${stderr || error.message}`));
        else resolve(stdout);
      },
    );
    child.stdin!.on("error", () => undefined); // its end is told above
    child.stdin!.end(question);
  });
  const values = JSON.parse(answer) as Record<string, unknown>;
  const drawn = Object.entries(dimensions).map(([name, dimension]) => {
    const value = values[name];
    if (dimension.kind === "choice") return [name, told(value)];
    const [low = 0, high = 1] = dimension.numbers;
    // Where it lies between the bounds, so that steps are taken as everywhere else.
    return [name, valueAt(dimension, high === low ? 0 : (Number(value) - low) / (high - low), Math.E)];
  });
  return { values, drawn: Object.fromEntries(drawn) as Drawn };
}
