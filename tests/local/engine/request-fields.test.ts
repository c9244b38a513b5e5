/**
 * Every field of a registration is honoured, refused by name, or has nothing to say here: one row each, so that a field which a
 * new SDK brings fails this test until somebody has decided about it.
 */
import type aliasProto from "@pulumi/pulumi/proto/alias_pb.js";
import type callbackProto from "@pulumi/pulumi/proto/callback_pb.js";
import { describe, expect, test } from "@jest/globals";
import { monitorPb, unsupported } from "@azure-ml-as-code/local/engine/messages.ts";
import type { RegisterRequest } from "@azure-ml-as-code/local/engine/messages.ts";
import { registrations } from "@azure-ml-as-code/local/engine/registrations.ts";
import { toStruct } from "@azure-ml-as-code/protocol/grpc.ts";

type Set = (request: RegisterRequest) => void;

const plain = (): RegisterRequest => {
  const request = new monitorPb.RegisterResourceRequest();
  request.setType("kit:index:Thing");
  request.setName("a");
  request.setCustom(true);
  request.setAliasspecs(true);
  request.setSupportspartialvalues(true);
  request.setObject(toStruct({ size: 1 }));
  return request;
};
const P = "urn:pulumi:test::kit::kit:index:Thing";

/** What each makes of a goal must differ from the plain one's. */
const HONOURED: Readonly<Record<string, Set>> = {
  type: (r) => r.setType("kit:index:Other"),
  name: (r) => r.setName("b"),
  parent: (r) => r.setParent(`${P}::p`),
  custom: (r) => r.setCustom(false),
  object: (r) => r.setObject(toStruct({ size: 2 })),
  protect: (r) => r.setProtect(true),
  dependencies: (r) => r.setDependenciesList([`${P}::d`]),
  provider: (r) => r.setProvider("urn:pulumi:test::kit::pulumi:providers:kit::mine::id"),
  propertydependencies: (r) => {
    const urns = new monitorPb.RegisterResourceRequest.PropertyDependencies();
    urns.setUrnsList([`${P}::d`]);
    r.getPropertydependenciesMap().set("size", urns);
  },
  deletebeforereplace: (r) => r.setDeletebeforereplace(true),
  deletebeforereplacedefined: (r) => r.setDeletebeforereplacedefined(true),
  version: (r) => r.setVersion("1.2.3"),
  ignorechanges: (r) => r.setIgnorechangesList(["size"]),
  additionalsecretoutputs: (r) => r.setAdditionalsecretoutputsList(["size"]),
  aliasurns: (r) => r.setAliasurnsList([`${P}::old`]),
  importid: (r) => r.setImportid("id"),
  customtimeouts: (r) => {
    const timeouts = new monitorPb.RegisterResourceRequest.CustomTimeouts();
    timeouts.setCreate("5m");
    r.setCustomtimeouts(timeouts);
  },
  providers: (r) => r.getProvidersMap().set("kit", "urn:pulumi:test::kit::pulumi:providers:kit::mine::id"),
  replaceonchanges: (r) => r.setReplaceonchangesList(["size"]),
  plugindownloadurl: (r) => r.setPlugindownloadurl("https://plugins.example"),
  retainondelete: (r) => r.setRetainondelete(true),
  aliases: (r) => {
    const alias = new (requireAlias().Alias)();
    alias.setUrn(`${P}::old`);
    r.setAliasesList([alias]);
  },
  deletedwith: (r) => r.setDeletedwith(`${P}::d`),
  replaceWith: (r) => r.setReplaceWithList([`${P}::d`]),
  replacementTrigger: (r) => r.setReplacementTrigger(toStruct({ a: 1 }).getFieldsMap().get("a")),
};

const REFUSED: Readonly<Record<string, Set>> = {
  remote: (r) => r.setRemote(true),
  packageref: (r) => r.setPackageref("ref"),
  stateMigrations: (r) => r.setStateMigrationsList([new (requireCallback().Callback)()]),
  envvarmappings: (r) => r.getEnvvarmappingsMap().set("A", "B"),
  hooks: (r) => {
    const hooks = new monitorPb.RegisterResourceRequest.ResourceHooksBinding();
    hooks.setBeforeCreateList(["hook"]);
    r.setHooks(hooks);
  },
  pluginchecksums: (r) => r.getPluginchecksumsMap().set("linux-amd64", "AA=="),
  hidediffs: (r) => r.setHidediffsList(["size"]),
  snippetid: (r) => r.setSnippetid("id"),
  aliasspecs: (r) => {
    HONOURED["aliases"]!(r);
    r.setAliasspecs(false);
  },
  supportspartialvalues: (r) => r.setSupportspartialvalues(false),
};

/** Nothing is decided by them here, for this reason. */
const WITHOUT_MEANING: Readonly<Record<string, string>> = {
  acceptsecrets: "shapes the answer: monitor.ts",
  acceptresources: "shapes the answer: monitor.ts",
  acceptsByteString: "texts of a provider that is served by Node are Unicode",
  supportsresultreporting:
    "results other than success are told of where a run goes on after failures; this one stops",
  transforms: "called, each with its test in the recordings",
  sourceposition: "for messages of the Pulumi CLI alone; no state keeps it by default",
  stacktrace: "as its source position",
  parentstacktracehandle: "as its source position",
};

const proto = (name: string): unknown =>
  process.getBuiltinModule("node:module").createRequire(import.meta.url)(
    `@pulumi/pulumi/proto/${name}_pb.js`,
  );
const requireAlias = () => proto("alias") as typeof aliasProto;
const requireCallback = () => proto("callback") as typeof callbackProto;

const goalOf = async (change: Set): Promise<string> => {
  const known = registrations("/", (token, wish) =>
    Promise.resolve(`default of ${token} ${JSON.stringify(wish)}`),
  );
  const request = plain();
  change(request);
  const { goal } = await known.goal(request);
  known.close();
  return JSON.stringify(goal);
};

test("each field of a registration has its row", () => {
  const names = Object.getOwnPropertyNames(monitorPb.RegisterResourceRequest.prototype).flatMap(
    (name) => /^set(.+?)(?:List)?$/.exec(name)?.[1] ?? /^get(.+)Map$/.exec(name)?.[1] ?? [],
  );
  const fields = names.map((name) => name[0]!.toLowerCase() + name.slice(1));
  const rows = [HONOURED, REFUSED, WITHOUT_MEANING].flatMap(Object.keys);
  expect(rows.sort()).toEqual(fields.sort());
});

describe("honoured", () => {
  test.each(Object.keys(HONOURED))("%s", async (field) => {
    expect(unsupported(plain())).toEqual([]);
    expect(await goalOf(HONOURED[field]!)).not.toBe(await goalOf(() => undefined));
  });
});

describe("refused by name", () => {
  test.each(Object.keys(REFUSED))("%s", (field) => {
    const request = plain();
    REFUSED[field]!(request);
    expect(unsupported(request)).toEqual([expect.any(String)]);
  });
});
