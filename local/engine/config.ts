/** The project (`Pulumi.yaml`) and a stack's configuration (`Pulumi.<stack>.yaml`). */
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { isObject, secret } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { passphraseOpener } from "./passphrase.ts";
import { packageOf } from "./urn.ts";

/** A file of the project that is missing, wrong, or asks for something that the embedded engine does not do. */
export class ProjectError extends Error {
  override readonly name = "ProjectError";
}

export interface Project {
  readonly name: string;
  /** Folder of `Pulumi.yaml`. */
  readonly root: string;
  /** Where the program runs. */
  readonly directory: string;
  /** What to run there: a file, or `.` for what `package.json` says. */
  readonly entry: string;
  readonly options: { readonly typescript: boolean; readonly nodeargs: readonly string[] };
  /** Local provider plugins: package → folder. */
  readonly plugins: ReadonlyMap<string, string>;
  /** The section `config`, as it is. */
  readonly config: PropertyMap;
}

/** Values as programs read them: texts, with structured ones as JSON. */
export interface Config {
  /** By `namespace:key`. */
  readonly values: Readonly<Record<string, string>>;
  /** The keys of values that are encrypted in the file, whole or in part. */
  readonly secrets: ReadonlySet<string>;
  /** Structured values as they are, by `namespace:key`. */
  readonly objects: Readonly<Record<string, Value>>;
  /** What the configuration says about a package, by bare key: inputs of its default provider. Secrets are marked. */
  forPackage(pkg: string): PropertyMap;
}

async function readYaml(path: string): Promise<PropertyMap | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) throw new ProjectError(`${path}: ${problem.message}`);
  const value = (document.toJS() ?? {}) as Value;
  if (!isObject(value)) throw new ProjectError(`${path}: expected a mapping`);
  return value;
}

const section = (value: Value | undefined): PropertyMap =>
  value !== undefined && isObject(value) ? value : {};

/** Sections of `Pulumi.yaml` that would be silently ignored otherwise. */
const UNSUPPORTED = ["packages", "plugins.languages", "plugins.analyzers"];

/** @throws ProjectError naming the file and what is wrong. */
export async function readProject(cwd: string): Promise<Project> {
  const root = resolve(cwd);
  const path = join(root, "Pulumi.yaml");
  const yaml = await readYaml(path);
  if (!yaml)
    throw new ProjectError(`there is no Pulumi.yaml in ${root}: pass --cwd with the program's folder`);
  const { name, runtime, main } = yaml;
  if (typeof name !== "string" || name === "") throw new ProjectError(`${path}: name is missing`);
  const runtimeName = typeof runtime === "string" ? runtime : section(runtime)["name"];
  if (runtimeName !== "nodejs")
    throw new ProjectError(
      `${path}: runtime is ${JSON.stringify(runtimeName)}; the embedded engine runs nodejs only`,
    );
  const plugins = section(yaml["plugins"]);
  for (const asked of UNSUPPORTED) {
    const [first, second] = asked.split(".") as [string, string?];
    if (second === undefined ? yaml[first] !== undefined : plugins[second] !== undefined)
      throw new ProjectError(`${path}: the embedded engine does not support ${asked}`);
  }
  const options = section(section(runtime)["options"]);
  return {
    name,
    root,
    ...(await entryPoint(root, typeof main === "string" ? main : "")),
    options: {
      typescript: options["typescript"] !== false,
      nodeargs:
        typeof options["nodeargs"] === "string" ? options["nodeargs"].split(/\s+/).filter(Boolean) : [],
    },
    plugins: localPlugins(path, root, plugins["providers"]),
    config: section(yaml["config"]),
  };
}

async function entryPoint(root: string, main: string): Promise<{ directory: string; entry: string }> {
  const path = resolve(root, main);
  const kind = await stat(path).catch(() => undefined);
  if (!kind) throw new ProjectError(`${join(root, "Pulumi.yaml")}: main names ${path}, which is not there`);
  return kind.isDirectory()
    ? { directory: path, entry: "." }
    : { directory: dirname(path), entry: basename(path) };
}

function localPlugins(file: string, root: string, providers: Value | undefined): Map<string, string> {
  const list = Array.isArray(providers) ? providers : [];
  return new Map(
    list.map((entry): [string, string] => {
      const { name, path } = section(entry);
      if (typeof name !== "string" || typeof path !== "string")
        throw new ProjectError(`${file}: each of plugins.providers needs name and path`);
      return [name, resolve(root, path)];
    }),
  );
}

const sorted = (value: Value): Value => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]): [string, Value] => [key, sorted(item)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};

const asText = (value: Value): string =>
  value !== null && typeof value === "object" ? JSON.stringify(sorted(value)) : String(value ?? "");

const isSecure = (value: Value): value is { secure: string } =>
  isObject(value) && typeof value["secure"] === "string" && Object.keys(value).length === 1;

function holdsSecure(value: Value): boolean {
  if (Array.isArray(value)) return value.some(holdsSecure);
  return isObject(value) && (isSecure(value) || Object.values(value).some(holdsSecure));
}

function revealed(value: Value, open: (sealed: string) => string): Value {
  if (isSecure(value)) return open(value.secure);
  if (Array.isArray(value)) return value.map((item) => revealed(item, open));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealed(item, open)]));
}

/** Opens what is encrypted. @throws ProjectError naming the file, the keys and the way out. */
function decrypted(
  path: string,
  yaml: PropertyMap,
  values: ReadonlyMap<string, Value>,
  passphrase: string | undefined,
): { values: ReadonlyMap<string, Value>; secrets: ReadonlySet<string> } {
  const secrets = new Set([...values].filter(([, value]) => holdsSecure(value)).map(([key]) => key));
  if (secrets.size === 0) return { values, secrets };
  const refuse = (why: string) => new ProjectError(`${path}: ${[...secrets].join(", ")}: ${why}`);
  const { secretsprovider, encryptionsalt } = yaml;
  if (secretsprovider !== undefined && secretsprovider !== "passphrase")
    throw refuse(
      `the embedded engine opens values encrypted with a passphrase, not with ${asText(secretsprovider)}`,
    );
  if (typeof encryptionsalt !== "string")
    throw refuse("there is no encryptionsalt to open encrypted values (secure:) with");
  if (passphrase === undefined)
    throw refuse("set PULUMI_CONFIG_PASSPHRASE to open encrypted values (secure:)");
  try {
    const open = passphraseOpener(encryptionsalt, passphrase);
    return { secrets, values: new Map([...values].map(([key, value]) => [key, revealed(value, open)])) };
  } catch (error) {
    throw refuse(`cannot be opened: ${(error as Error).message}`);
  }
}

/** `key` of another package's setting stays; a bare one is the project's. `ns:config:key` is an old way to write `ns:key`. */
const qualified = (key: string, project: string): string =>
  (key.includes(":") ? key : `${project}:${key}`).replace(/^([^:]+):config:/, "$1:");

/** The value that `Pulumi.yaml` gives: `value` for all stacks, or `default`; a bare value is meant as it is. */
function projectValue(entry: Value): Value | undefined {
  if (!isObject(entry)) return entry;
  return entry["value"] ?? entry["default"];
}

/**
 * A stack's configuration over the project's.
 * @param overrides further values by `namespace:key`, over both.
 * @param passphrase opens encrypted values.
 * @throws ProjectError for encrypted values that cannot be opened, by name.
 */
export async function readConfig(
  project: Project,
  stack: string,
  overrides: Readonly<Record<string, Value>> = {},
  passphrase?: string,
): Promise<Config> {
  const path = join(project.root, `Pulumi.${stack}.yaml`);
  const yaml = (await readYaml(path)) ?? {};
  if (yaml["environment"] !== undefined)
    throw new ProjectError(`${path}: the embedded engine does not support environment (Pulumi ESC)`);
  const values = new Map<string, Value>();
  for (const [key, entry] of Object.entries(project.config)) {
    const value = projectValue(entry);
    if (value !== undefined) values.set(qualified(key, project.name), value);
  }
  for (const [key, value] of [...Object.entries(section(yaml["config"])), ...Object.entries(overrides)])
    values.set(qualified(key, project.name), value);
  const { values: open, secrets } = decrypted(path, yaml, values, passphrase);
  const texts = Object.fromEntries([...open].map(([key, value]) => [key, asText(value)]));
  return {
    values: texts,
    objects: Object.fromEntries(open),
    secrets,
    forPackage: (pkg) =>
      Object.fromEntries(
        Object.entries(texts)
          .filter(([key]) => packageOf(key) === pkg)
          .map(([key, value]) => [key.slice(pkg.length + 1), secrets.has(key) ? secret(value) : value]),
      ),
  };
}
