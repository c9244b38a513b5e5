/** Nodes of one command, and of a sweep over one. */
import type { z } from "zod";
import { snakeKeys, hole, snake } from "../template.ts";
import { commandComponentOf, local } from "./node-components.ts";
import type { Referred } from "./node-components.ts";
import { snakeAll } from "./node-parts.ts";
import type { SCHEMAS } from "./node-schemas.ts";
import {
  readCommandLimits,
  readDistribution,
  readEnvironment,
  readJobIdentity,
  readQueue,
  readResources,
  readServices,
  readVariables,
} from "./parts.ts";
import { readAlgorithm, readPolicy } from "./sweep.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

type RawCommand = z.infer<(typeof SCHEMAS)["command"]["referred"]>;
type RawSweep = z.infer<(typeof SCHEMAS)["sweep"]["referred"]>;

export function readCommandNode(raw: RawCommand, reader: Reader, path: KeyPath): Record<string, Template> {
  if (!("component" in raw))
    return { ...readSettings(raw, reader, path), ...inlineCommand(raw, reader, path) };
  let of: Pick<RawCommand, "resources" | "distribution"> = {};
  const referred = commandComponentOf(raw.component, reader, [...path, "component"], (seen) => {
    of = seen;
  });
  // What the node leaves open, its component says.
  const { resources = of.resources, distribution = of.distribution } = raw;
  return { ...readSettings({ ...raw, resources, distribution }, reader, path), ...referred };
}

export function readSweepNode(raw: RawSweep, reader: Reader, path: KeyPath): Record<string, Template> {
  const { componentId, _source } = commandComponentOf(raw.trial, reader, [...path, "trial"]);
  return {
    trial: { componentId },
    _source,
    limits: raw.limits,
    sampling_algorithm:
      raw.sampling_algorithm === undefined || typeof raw.sampling_algorithm === "string"
        ? raw.sampling_algorithm
        : snakeKeys(readAlgorithm(raw.sampling_algorithm) as object),
    objective: raw.objective,
    early_termination: raw.early_termination && snakeKeys(readPolicy(raw.early_termination)),
    search_space: raw.search_space as Template,
    queue_settings: raw.queue_settings && snakeKeys(readQueue(raw.queue_settings)),
    resources: raw.resources && snakeKeys(readResources(raw.resources)),
  };
}

function inlineCommand(raw: RawCommand, reader: Reader, path: KeyPath): Referred {
  const spec: Record<string, Template> = {
    command: raw.command,
    code: raw.code ? hole({ kind: "prefixed", of: reader.jobCode(raw.code, [...path, "code"]) }) : undefined,
    environment: raw.environment
      ? hole({ kind: "prefixed", of: readEnvironment(raw.environment, reader, [...path, "environment"]) })
      : undefined,
    type: "command",
    inputs: Object.keys(raw.inputs ?? {}),
    outputs: Object.keys(raw.outputs ?? {}),
  };
  return {
    componentId: local({ properties: { componentSpec: spec, isAnonymous: true, isArchived: false } }),
    _source: "YAML.JOB",
  };
}

function readSettings(raw: RawCommand, reader: Reader, path: KeyPath): Record<string, Template> {
  const variables = readVariables(raw.environment_variables, reader, [...path, "environment_variables"]);
  const { display_name, tags } = raw as { display_name?: string; tags?: Record<string, string> };
  return {
    display_name,
    tags,
    resources: raw.resources && snakeKeys(readResources(raw.resources)),
    distribution: raw.distribution && nodeDistribution(readDistribution(raw.distribution)),
    limits: raw.limits && snakeKeys(readCommandLimits(raw.limits)),
    environment_variables: Object.keys(variables).length > 0 ? variables : undefined,
    queue_settings: raw.queue_settings && snakeKeys(readQueue(raw.queue_settings)),
    services: raw.services && snakeServices(readServices(raw.services, reader, [...path, "services"])),
    identity: raw.identity && snakeKeys(readJobIdentity(raw.identity)),
  };
}

/** Ray's own keys stay as ARM has them. */
const nodeDistribution = (all: Record<string, Template>): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(all).map(([key, item]) => [
      /^(include|dashboard|head|worker(?!C))/.test(key) ? key : snake(key),
      item,
    ]),
  );

const snakeServices = (all: Readonly<Record<string, Template>>): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(snakeAll(all)).map(([name, item]) => {
      const { nodes, ...rest } = item as Record<string, Template>;
      return [name, { ...rest, nodes: nodes && snakeKeys(nodes as object) }];
    }),
  );
