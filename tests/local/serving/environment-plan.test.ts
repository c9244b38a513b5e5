import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  environmentKey,
  INFERENCE_SERVER,
  pipRequirement,
  planConda,
  planModel,
  requirementName,
  withServing,
} from "@azure-ml-as-code/local/serving/environment-plan.ts";

describe("a conda file as pip requirements", () => {
  test.each([
    ["numpy", "numpy", ""],
    ["numpy=1.26", "numpy", "==1.26.*"],
    ["numpy=1.26.4", "numpy", "==1.26.4"],
    ["numpy==1.26.4", "numpy", "==1.26.4"],
    ["numpy=1.26.*", "numpy", "==1.26.*"],
    ["numpy 1.26.4", "numpy", "==1.26.4"],
    ["numpy=1.26.4=py311h64a7726_0", "numpy", "==1.26.4"],
    ["numpy>=1.24,<2", "numpy", ">=1.24,<2"],
    ["numpy >= 1.24, < 2", "numpy", ">=1.24,<2"],
    ["conda-forge::numpy=1.26.4", "numpy", "==1.26.4"],
  ])("%s", (spec, name, version) => {
    expect(pipRequirement(spec)).toEqual({ name, version });
  });

  test("conda's names, Python's version and the pip list", () => {
    const text = `
name: model
channels: [conda-forge]
dependencies:
  - python=3.11.4
  - pip=24.0
  - pytorch=2.3.1
  - scikit-learn=1.7
  - pip:
      - --extra-index-url https://example.org/simple
      - inference-schema[numpy-support]==1.5
`;
    expect(planConda(text, "e")).toEqual({
      python: "3.11",
      requirements: [
        "torch==2.3.1",
        "scikit-learn==1.7.*",
        "--extra-index-url https://example.org/simple",
        "inference-schema[numpy-support]==1.5",
      ],
    });
  });

  test("a range of Pythons is passed on", () => {
    expect(planConda('dependencies: ["python>=3.10,<3.13"]', "e").python).toBe(">=3.10,<3.13");
  });

  test("what only conda has is refused, all of it in one message", () => {
    const text = 'dependencies: ["cudatoolkit=11.8", "numpy=1.26.4", "r-base", {conda: [x]}]';
    expect(() => planConda(text, "gpu")).toThrow(
      /environment gpu .*cudatoolkit=11\.8, r-base, \{"conda":\["x"\]\}/,
    );
  });

  test("text that is no YAML is refused as a failed build", () => {
    expect(() => planConda("dependencies: [", "e")).toThrow(
      expect.objectContaining({
        code: "ImageBuildFailure",
        message: expect.stringContaining("environment e"),
      }),
    );
  });
});

describe("what serving adds", () => {
  test("the inference server, in place of the author's own pin", () => {
    const plan = withServing(
      { requirements: ["azureml_inference_server_http>=0.8", "numpy"] },
      { mlflow: "none" },
    );
    expect(plan.requirements).toEqual(["numpy", INFERENCE_SERVER]);
  });

  test("an MLflow model gets the small client at the version it was logged with", () => {
    const files = {
      requirements: "mlflow==3.17.2\nscikit-learn==1.7.2 # as trained\n\n",
      pythonEnv: "python: 3.11.7",
    };
    expect(withServing(planModel(files, "m"), { mlflow: "model" })).toEqual({
      python: "3.11",
      requirements: ["mlflow-skinny==3.17.2", "scikit-learn==1.7.2", "pandas", INFERENCE_SERVER],
    });
  });

  test("an environment of its author's keeps the mlflow it names", () => {
    const plan = withServing({ requirements: ["mlflow==3.17.2", "pandas<3"] }, { mlflow: "own" });
    expect(plan.requirements).toEqual(["mlflow==3.17.2", "pandas<3", INFERENCE_SERVER]);
  });

  test("a model without requirements.txt is known by its conda.yaml", () => {
    const conda = "dependencies: [python=3.10.13, {pip: [mlflow==2.9, cloudpickle]}]";
    expect(planModel({ conda }, "m")).toEqual({
      python: "3.10",
      requirements: ["mlflow==2.9", "cloudpickle"],
    });
  });
});

describe("the key of an environment", () => {
  const interpreter = { path: "/usr/bin/python3", version: "3.11.7", platform: "linux-x86_64" };
  const requirements = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}==[0-9]$/), {
    minLength: 1,
    maxLength: 6,
  });

  test("the order of requirements does not count, everything else does", () => {
    fc.assert(
      fc.property(requirements, (lines) => {
        const key = environmentKey({ requirements: lines }, interpreter);
        expect(environmentKey({ requirements: lines.toReversed() }, interpreter)).toBe(key);
        expect(environmentKey({ requirements: [...lines, "more"] }, interpreter)).not.toBe(key);
        expect(environmentKey({ requirements: lines }, { ...interpreter, version: "3.12.1" })).not.toBe(key);
      }),
    );
  });
});

test.each([
  ["Scikit_Learn>=1.7", "scikit-learn"],
  ["numpy", "numpy"],
  ["pkg[extra]==1", "pkg"],
  ["pkg @ https://example.org/pkg.whl", "pkg"],
  ["--no-deps", undefined],
  ["./wheel.whl", undefined],
])("the name in %s", (line, name) => {
  expect(requirementName(line)).toBe(name);
});
