/** ARM bodies of assets as YAML. */
import { parse } from "yaml";
import { YAML_OPTIONS } from "../source.ts";
import { mapping, said, saidOrNothing, word } from "./short.ts";
import type { Mapping } from "./short.ts";
import type { ToYaml } from "./to-yaml.ts";

const described = (properties: Mapping) => ({
  description: properties["description"],
  tags: properties["tags"],
});

export const environment: ToYaml = ({ properties }) => {
  const build = mapping(properties["build"]);
  const { livenessRoute, readinessRoute, scoringRoute } = mapping(properties["inferenceConfig"]);
  return {
    ...described(properties),
    image: properties["image"],
    build: saidOrNothing({ path: build["contextUri"], dockerfile_path: build["dockerfilePath"] }),
    conda_file:
      typeof properties["condaFile"] === "string" ? parse(properties["condaFile"], YAML_OPTIONS) : undefined,
    inference_config: saidOrNothing({
      liveness_route: livenessRoute,
      readiness_route: readinessRoute,
      scoring_route: scoringRoute,
    }),
    os_type: word(properties["osType"]),
  };
};

export const model: ToYaml = ({ properties, short }) => ({
  ...described(properties),
  type: properties["modelType"],
  path: short(String(properties["modelUri"])),
  stage: properties["stage"],
  flavors: saidOrNothing(
    Object.fromEntries(
      Object.entries(mapping(properties["flavors"])).map(([name, flavor]) => [
        name,
        mapping(flavor)["data"] ?? {},
      ]),
    ),
  ),
  properties: properties["properties"],
});

export const data: ToYaml = ({ properties, short }) => ({
  ...described(properties),
  type: properties["dataType"],
  path: short(String(properties["dataUri"])),
});

/** A component's specification is its YAML, but for ids, what the client notes for itself, and the nodes of a pipeline. */
export const component: ToYaml = ({ properties, short }) => {
  const {
    name: _name,
    version: _version,
    _source,
    sourceJobId,
    $schema: _schema,
    jobs,
    ...spec
  } = mapping(properties["componentSpec"]);
  const { client_component_hash: _hash, ...own } = mapping(properties["properties"]);
  return {
    ...(Object.keys(own).length > 0 && { properties: own }),
    ...(shortAll(spec, short) as Mapping),
    ...(jobs !== undefined && { jobs: nodes(jobs, short) }),
    tags: properties["tags"],
  };
};

/** `azureml:` ids anywhere in it. */
function shortAll(value: unknown, short: (text: string) => string): unknown {
  if (typeof value === "string")
    return /^azureml:\/(subscriptions|\/subscriptions)/i.test(value) ? short(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => shortAll(item, short));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortAll(item, short)]));
}

/** Nodes that run a registered component; of others the specification holds no YAML. */
export function nodes(jobs: unknown, short: (text: string) => string): Mapping {
  return Object.fromEntries(
    Object.entries(mapping(jobs)).map(([key, node]) => {
      const { name: _name, componentId, computeId, _source, inputs, outputs, ...rest } = mapping(node);
      return [
        key,
        said({
          ...(shortAll(rest, short) as Mapping),
          component: typeof componentId === "string" ? short(componentId) : undefined,
          compute: typeof computeId === "string" ? short(computeId) : undefined,
          inputs: bindings(inputs, short),
          outputs: bindings(outputs, short),
        }),
      ];
    }),
  );
}

/** A literal is its value; content is a mapping. */
export function bindings(ports: unknown, short: (text: string) => string): Mapping | undefined {
  return saidOrNothing(
    Object.fromEntries(
      Object.entries(mapping(ports)).map(([name, port]) => {
        const {
          value,
          uri,
          job_input_type,
          jobInputType,
          job_output_type,
          jobOutputType,
          type,
          mode,
          ...rest
        } = mapping(port);
        if (value !== undefined) return [name, value];
        const kind = job_input_type ?? jobInputType ?? job_output_type ?? jobOutputType ?? type;
        return [
          name,
          said({
            ...rest,
            type: kind,
            mode: word(mode),
            path: typeof uri === "string" ? short(uri) : undefined,
          }),
        ];
      }),
    ),
  );
}
