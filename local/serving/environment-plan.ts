/**
 * What must be installed for a deployment to run, worked out from what its author wrote. Pure.
 *
 * Azure ML builds a container image from `image` + `conda_file`. Here the conda file becomes pip requirements for a virtual
 * environment: conda's packages under their PyPI names, the `pip:` list as it is, and what serving itself needs.
 */
import { createHash } from "node:crypto";
import { parse } from "yaml";
import { ServingError } from "../contracts.ts";

/** The scoring server of Azure ML's own images. */
export const INFERENCE_SERVER = "azureml-inference-server-http==1.5.1";

/** Conda name → PyPI name, where they differ. */
const RENAMED: Readonly<Record<string, string>> = {
  "matplotlib-base": "matplotlib",
  "msgpack-python": "msgpack",
  opencv: "opencv-python-headless",
  "py-opencv": "opencv-python-headless",
  "py-xgboost": "xgboost",
  "py-xgboost-cpu": "xgboost",
  pytables: "tables",
  pytorch: "torch",
  "pytorch-cpu": "torch",
  "pytorch-lightning": "pytorch-lightning",
  "python-graphviz": "graphviz",
  ruamel_yaml: "ruamel.yaml",
  "tensorflow-base": "tensorflow",
};

/** In conda, but no Python package: nothing that pip could install. */
const CONDA_ONLY =
  /^(cuda.*|cudnn|nccl|openmpi|mpich|gcc.*|gxx.*|gfortran.*|libgcc.*|libstdcxx.*|lib.+-(dev|devel)|libopenblas|libblas|liblapack|openblas|blas|glib|glibc|openssl|ca-certificates|sqlite|zlib|bzip2|xz|readline|tk|ncurses|openjdk|nodejs|make|cmake|git|curl|wget|ffmpeg|r-.+|_.+|pytorch-cuda|pytorch-mutex|.+-linux-64)$/;

/** Tools of the build itself: uv does their work. */
const TOOLS = new Set(["pip", "conda", "mamba", "uv"]);

export interface EnvironmentPlan {
  /** As `uv --python` takes it: `3.11`, or a range such as `>=3.10,<3.13`. Absent: the machine's own. */
  readonly python?: string;
  /** Lines of a requirements file, in the author's order. */
  readonly requirements: readonly string[];
}

/** What an MLflow model says of itself: the texts of these files of the model folder, where they are. */
export interface ModelFiles {
  readonly requirements?: string;
  readonly conda?: string;
  readonly pythonEnv?: string;
}

/** The distribution that a requirement line names, normalised (PEP 503); `undefined` for an option, URL or path. */
export function requirementName(line: string): string | undefined {
  const name = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?=$|[[=<>!~;@\s])/.exec(line)?.[1];
  return name?.toLowerCase().replace(/[-_.]+/g, "-");
}

const badFile = (message: string) => new ServingError("ImageBuildFailure", message);

/** `3.11.7` → `3.11`; a range stays as it is. */
const pythonRequest = (version: string): string | undefined => {
  const exact = /^[=~]*\s*(\d+\.\d+)(\.[\d*]+)?$/.exec(version.trim());
  return exact ? exact[1] : version.trim() || undefined;
};

/**
 * Conda's match specification as a pip requirement. A single `=` is a prefix in conda: `numpy=1.26` is `numpy==1.26.*`;
 * the build string and the channel are left out.
 */
export function pipRequirement(spec: string): { name: string; version: string } {
  const bare = spec.replace(/^[^\s=<>!~]*::/, "").replace(/\[.*\]$/, "");
  const { name = bare.trim(), rest = "" } =
    /^\s*(?<name>[A-Za-z0-9_.-]+)\s*(?<rest>.*)$/.exec(bare)?.groups ?? {};
  const constraint = rest.trim();
  const fuzzy = /^=?\s*([0-9][^\s=<>!~,|]*)(?:[=\s]+\S+)?$/.exec(constraint);
  if (!fuzzy) return { name, version: constraint.replace(/\s+/g, "") };
  const version = fuzzy[1]!.replace(/\.?\*$/, "");
  return { name, version: version.split(".").length < 3 ? `==${version}.*` : `==${version}` };
}

interface CondaFile {
  dependencies?: unknown;
}

/**
 * The plan of a conda file, as Azure ML takes it in an environment.
 * @throws ServingError `ImageBuildFailure` that names every entry no pip could install.
 */
export function planConda(text: string, name: string): EnvironmentPlan {
  let document: CondaFile | null;
  try {
    document = parse(text) as CondaFile | null;
  } catch (error) {
    throw badFile(`the conda file of environment ${name} is not YAML: ${(error as Error).message}`);
  }
  const dependencies = document?.dependencies ?? [];
  if (!Array.isArray(dependencies))
    throw badFile(`the conda file of environment ${name} has "dependencies" that are not a list`);

  const requirements: string[] = [];
  const impossible: string[] = [];
  let python: string | undefined;
  for (const entry of dependencies as unknown[]) {
    if (typeof entry === "string") {
      const { name: condaName, version } = pipRequirement(entry);
      const lower = condaName.toLowerCase();
      if (lower === "python") python = pythonRequest(version.replace(/\.\*$/, ""));
      else if (CONDA_ONLY.test(lower)) impossible.push(entry);
      else if (!TOOLS.has(lower)) requirements.push(`${RENAMED[lower] ?? condaName}${version}`);
    } else if (entry && typeof entry === "object" && Array.isArray((entry as { pip?: unknown }).pip)) {
      requirements.push(...(entry as { pip: unknown[] }).pip.map(String));
    } else {
      impossible.push(JSON.stringify(entry));
    }
  }
  if (impossible.length > 0)
    throw badFile(
      `environment ${name} asks for what only conda has, and this machine builds environments with pip: ${impossible.join(", ")}. ` +
        "Leave them out for the local stage, or name a PyPI package under `pip:`.",
    );
  return { ...(python && { python }), requirements };
}

/** Lines of a requirements file that ask for something. */
const requirementLines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter(Boolean);

/** What an MLflow model was logged with: its `requirements.txt`, else its `conda.yaml`. */
export function planModel(files: ModelFiles, name: string): EnvironmentPlan {
  const conda: EnvironmentPlan = files.conda ? planConda(files.conda, name) : { requirements: [] };
  const declared = (files.pythonEnv ? (parse(files.pythonEnv) as { python?: unknown } | null) : null)?.python;
  const python = typeof declared === "string" ? pythonRequest(declared) : conda.python;
  return {
    ...(python && { python }),
    requirements: files.requirements ? requirementLines(files.requirements) : conda.requirements,
  };
}

/**
 * The plan with what serving adds: the inference server at one version (an author's own pin of it gives way: the runner is
 * made for ours), and for an MLflow model the client. Full `mlflow` is six times the size of `mlflow-skinny` and has
 * nothing more that serving needs, so a model's own requirement of it is taken as one of `mlflow-skinny`.
 */
export function withServing(
  plan: EnvironmentPlan,
  options: { readonly mlflow: "none" | "own" | "model" },
): EnvironmentPlan {
  const kept = plan.requirements
    .filter((line) => requirementName(line) !== "azureml-inference-server-http")
    .map((line) =>
      options.mlflow === "model" && requirementName(line) === "mlflow"
        ? line.replace(/^\s*mlflow\s*(\[[^\]]*\])?/i, "mlflow-skinny")
        : line,
    );
  const names = new Set(kept.map(requirementName));
  const missing = options.mlflow === "none" ? [] : ["pandas"].filter((name) => !names.has(name));
  const client =
    names.has("mlflow") || names.has("mlflow-skinny") || options.mlflow === "none" ? [] : ["mlflow-skinny"];
  return {
    ...(plan.python && { python: plan.python }),
    requirements: [...new Set([...kept, ...client, ...missing, INFERENCE_SERVER])],
  };
}

/** What, beside the requirements, decides what lands in a virtual environment. */
export interface Interpreter {
  readonly path: string;
  /** `3.11.7` */
  readonly version: string;
  readonly platform: string;
}

/** Two plans with the same key share one environment. */
export function environmentKey(plan: EnvironmentPlan, interpreter: Interpreter): string {
  const decides = { format: 1, ...interpreter, requirements: [...plan.requirements].sort() };
  return createHash("sha256").update(JSON.stringify(decides)).digest("hex").slice(0, 24);
}
