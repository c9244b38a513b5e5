/**
 * Virtual environments, made once and shared by every clone and test on this machine. Each lies in the cache under the hash of
 * what decides it; it is made beside its place and renamed into it, so whoever sees it sees all of it.
 */
import { execFile } from "node:child_process";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { EnvironmentSpec, Log } from "../contracts.ts";
import { ServingError } from "../contracts.ts";
import { environmentKey, planConda, planModel, withServing } from "./environment-plan.ts";
import type { EnvironmentPlan, Interpreter } from "./environment-plan.ts";
import { withLock } from "./lock.ts";
import { askInterpreter, findPython, findUv, lastLines } from "./python.ts";

const run = promisify(execFile);

/** Room for what uv says. Bytes. */
const MAX_OUTPUT = 16 * 1024 * 1024;

export interface PythonEnvironment {
  readonly python: string;
  readonly bin: string;
}

export interface Environments {
  /**
   * The environment of a deployment. `modelDir` is the MLflow model's folder, for a model that brings its own requirements.
   * `say` gets what its user should know, for the deployment's log.
   * @throws ServingError `ImageBuildFailure`, with what uv said.
   */
  ensure(request: EnvironmentRequest, say: (line: string) => void): Promise<PythonEnvironment>;
}

export interface EnvironmentRequest {
  readonly environment: EnvironmentSpec | undefined;
  /** The folder with `MLmodel`, for MLflow models. */
  readonly mlflowDir: string | undefined;
  /** Whether a script of the user's own does the scoring. */
  readonly ownScript: boolean;
  /** Whether it is for a job: then nothing that serves is added. */
  readonly job?: boolean;
}

const textOf = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });

/** Package indexes that people set for pip, under the names that uv reads. */
const INDEX_VARIABLES: Readonly<Record<string, string>> = {
  PIP_INDEX_URL: "UV_DEFAULT_INDEX",
  PIP_EXTRA_INDEX_URL: "UV_INDEX",
};

const uvEnvironment = (cacheDir: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(INDEX_VARIABLES).map(([pip, uv]) => [uv, process.env[pip]])),
  UV_CACHE_DIR: join(cacheDir, "uv"),
  ...process.env,
  UV_PYTHON_DOWNLOADS: "never",
});

/** The same answer for all who ask; a failure is not kept, so that whoever repairs its cause can ask again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () =>
    (answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    }));
}

async function planOf(request: EnvironmentRequest): Promise<EnvironmentPlan> {
  const { environment, mlflowDir, ownScript } = request;
  const files = mlflowDir && {
    requirements: await textOf(join(mlflowDir, "requirements.txt")),
    conda: await textOf(join(mlflowDir, "conda.yaml")),
    pythonEnv: await textOf(join(mlflowDir, "python_env.yaml")),
  };
  const own = environment?.condaFile ? planConda(environment.condaFile, environment.name) : undefined;
  // A plain image has no client for the model: what the model was logged with is then the best that is known.
  const plan =
    own ??
    (files && (!ownScript || !environment) ? planModel(defined(files), mlflowDir) : { requirements: [] });
  if (request.job) return plan;
  return withServing(plan, {
    mlflow: !mlflowDir || (ownScript && environment) ? "none" : own ? "own" : "model",
  });
}

const defined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

/** `closing` ends builds under way. */
export function createEnvironments(cacheDir: string, log: Log, closing: AbortSignal): Environments {
  const uvOnce = once(() => findUv(cacheDir, log));
  const pythonOnce = once(findPython);
  const building = new Map<string, Promise<PythonEnvironment>>();

  async function interpreterFor(
    plan: EnvironmentPlan,
    uv: string,
    say: (line: string) => void,
  ): Promise<Interpreter> {
    const machine = await pythonOnce();
    if (!plan.python || machine.version.startsWith(`${plan.python}.`)) return machine;
    const args = ["python", "find", "--no-project", "--no-python-downloads", plan.python];
    const found = await run(uv, args, { env: uvEnvironment(cacheDir) }).catch(() => undefined);
    if (found) return askInterpreter(found.stdout.trim());
    say(`Python ${plan.python} is not on this machine: taking ${machine.version} (${machine.path})`);
    return machine;
  }

  async function build(
    uv: string,
    plan: EnvironmentPlan,
    interpreter: Interpreter,
    home: string,
  ): Promise<void> {
    const draft = `${home}.draft`;
    await rm(draft, { recursive: true, force: true });
    const options = { env: uvEnvironment(cacheDir), maxBuffer: MAX_OUTPUT, signal: closing };
    try {
      await run(uv, ["venv", "--quiet", "--relocatable", "--python", interpreter.path, draft], options);
      const requirements = join(draft, "requirements.txt");
      await writeFile(requirements, `${plan.requirements.join("\n")}\n`);
      const python = join(draft, "bin", "python");
      await run(
        uv,
        ["pip", "install", "--quiet", "--python", python, "--requirement", requirements],
        options,
      );
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw new ServingError(
        "ImageBuildFailure",
        `the environment could not be built with Python ${interpreter.version} from: ${plan.requirements.join(", ")}\n${lastLines(error)}`,
      );
    }
    await rename(draft, home);
  }

  return {
    async ensure(request, say) {
      const plan = await planOf(request);
      const uv = await uvOnce();
      const interpreter = await interpreterFor(plan, uv, say);
      const key = environmentKey(plan, interpreter);
      const home = join(cacheDir, "environments", key);
      const environment = { python: join(home, "bin", "python"), bin: join(home, "bin") };
      const there = () =>
        access(home).then(
          () => true,
          () => false,
        );

      const made = async () => {
        if (await there()) return environment;
        await mkdir(join(cacheDir, "environments"), { recursive: true });
        return withLock(
          `${home}.lock`,
          async () => {
            if (await there()) return environment;
            const started = Date.now();
            say(
              `Building environment ${key} with Python ${interpreter.version}: ${plan.requirements.join(", ")}`,
            );
            await build(uv, plan, interpreter, home);
            const seconds = ((Date.now() - started) / 1_000).toFixed(1);
            say(`Environment built in ${seconds} s`);
            log.info(`built environment ${key} in ${seconds} s`, { requirements: plan.requirements });
            return environment;
          },
          closing,
        );
      };
      // In one process the lock would wait on itself by polling: share the promise instead.
      const shared = building.get(key) ?? made().finally(() => building.delete(key));
      building.set(key, shared);
      return shared;
    },
  };
}
