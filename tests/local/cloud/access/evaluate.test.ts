import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ConditionError, parseCondition } from "@azure-ml-as-code/local/cloud/access/condition.ts";
import { allows, covers, permits, reaches } from "@azure-ml-as-code/local/cloud/access/evaluate.ts";
import type { Grant, Permission, Question } from "@azure-ml-as-code/local/cloud/access/evaluate.ts";
import { BUILT_IN, builtIn } from "@azure-ml-as-code/local/cloud/access/roles.ts";

const word = fc.stringMatching(/^[a-zA-Z]{1,8}$/);
const action = fc.array(word, { minLength: 2, maxLength: 6 }).map((words) => words.join("/"));
const scope = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => `/${words.join("/")}`);
const permission: fc.Arbitrary<Permission> = fc.record({
  actions: fc.array(action),
  notActions: fc.array(action),
  dataActions: fc.array(action),
  notDataActions: fc.array(action),
});

describe("patterns of a role", () => {
  test.each([
    ["*", "Microsoft.X/y/read", true],
    ["*/read", "Microsoft.X/y/z/read", true],
    ["*/read", "Microsoft.X/y/write", false],
    ["Microsoft.X/*", "Microsoft.X/y/delete", true],
    ["Microsoft.X/*", "Microsoft.XY/y/delete", false],
    ["Microsoft.X/y/*/read", "Microsoft.X/y/read", true],
    ["Microsoft.X/y/*/read", "Microsoft.X/y/z/w/read", true],
    ["Microsoft.X/y/*/read", "Microsoft.X/yread", false],
    ["Microsoft.X/y/write", "MICROSOFT.X/Y/WRITE", true],
    ["Microsoft.X/y/write", "Microsoft.X/y/writer", false],
    ["Microsoft.X/y/write", "Microsoft.X/y/z/write", false],
  ])("%s covers %s: %s", (pattern, asked, expected) => {
    expect(covers(pattern, asked)).toBe(expected);
  });

  test("without a wildcard it covers itself alone, whatever the case", () => {
    fc.assert(
      fc.property(action, action, (one, other) => {
        expect(covers(one, one.toUpperCase())).toBe(true);
        expect(covers(one, other)).toBe(one.toLowerCase() === other.toLowerCase());
      }),
    );
  });

  test("a wildcard in place of a part covers at least what the part did", () => {
    fc.assert(
      fc.property(action, fc.nat(), (one, n) => {
        const parts = one.split("/");
        parts[n % parts.length] = "*";
        expect(covers(parts.join("/"), one)).toBe(true);
      }),
    );
  });
});

describe("what is allowed", () => {
  const question = fc.record<Question>({ kind: fc.constantFrom("action", "dataAction"), action, scope });

  test("nothing without a grant, all with Owner but data", () => {
    fc.assert(
      fc.property(question, (asked) => {
        expect(allows([], asked)).toBe(false);
        const owner = [{ scope: "/", permissions: builtIn("Owner").permissions }];
        expect(allows(owner, asked)).toBe(asked.kind === "action");
      }),
    );
  });

  test("another grant never takes away, a smaller scope never adds", () => {
    const grant: fc.Arbitrary<Grant> = fc.record({ scope, permissions: fc.array(permission) });
    fc.assert(
      fc.property(fc.array(grant), grant, question, word, (grants, more, asked, below) => {
        if (allows(grants, asked)) expect(allows([...grants, more], asked)).toBe(true);
        const narrowed = grants.map((one) => ({ ...one, scope: `${one.scope}/${below}` }));
        if (allows(narrowed, asked)) expect(allows(grants, asked)).toBe(true);
      }),
    );
  });

  test("what is taken back is not given by the same entry, and is by another one", () => {
    fc.assert(
      fc.property(action, scope, (one, where) => {
        const without: Permission = { actions: ["*"], notActions: [one] };
        expect(permits(without, "action", one)).toBe(false);
        const asked: Question = { kind: "action", action: one, scope: where };
        expect(allows([{ scope: where, permissions: [without] }], asked)).toBe(false);
        expect(allows([{ scope: where, permissions: [without, { actions: [one] }] }], asked)).toBe(true);
      }),
    );
  });

  test("a scope reaches itself and what lies in it, not its namesakes", () => {
    fc.assert(
      fc.property(scope, word, (one, name) => {
        expect(reaches(one, one.toUpperCase())).toBe(true);
        expect(reaches(`${one}/`, `${one}/${name}`)).toBe(true);
        expect(reaches(one, `${one}${name}`)).toBe(false);
        expect(reaches(`${one}/${name}`, one)).toBe(false);
        expect(reaches("/", one)).toBe(true);
      }),
    );
  });

  test("a grant with a condition counts where the condition lets it", () => {
    const grants = [{ scope: "/", permissions: [{ actions: ["*"] }], condition: "c" }];
    const asked: Question = { kind: "action", action: "a/b", scope: "/s" };
    expect(allows(grants, asked)).toBe(false);
    expect(allows(grants, asked, (condition) => condition === "c")).toBe(true);
  });
});

describe("the roles of the seeds", () => {
  const may = (role: string, asked: string, kind: "action" | "dataAction" = "action") =>
    builtIn(role).permissions.some((entry) => permits(entry, kind, asked));
  const ml = (rest: string) => `Microsoft.MachineLearningServices/workspaces/${rest}`;

  test.each([
    ["AzureML Data Scientist", ml("read"), true],
    ["AzureML Data Scientist", ml("jobs/write"), true],
    ["AzureML Data Scientist", ml("onlineEndpoints/deployments/write"), true],
    ["AzureML Data Scientist", ml("onlineEndpoints/score/action"), true],
    ["AzureML Data Scientist", ml("write"), false],
    ["AzureML Data Scientist", ml("delete"), false],
    ["AzureML Data Scientist", ml("listKeys/action"), false],
    ["AzureML Data Scientist", ml("computes/read"), true],
    ["AzureML Data Scientist", ml("computes/write"), false],
    ["AzureML Data Scientist", ml("computes/delete"), false],
    ["AzureML Compute Operator", ml("computes/write"), true],
    ["AzureML Compute Operator", ml("computes/start/action"), true],
    ["AzureML Compute Operator", ml("onlineEndpoints/write"), false],
    ["AzureML Compute Operator", ml("jobs/write"), false],
    ["Contributor", "Microsoft.Authorization/roleAssignments/write", false],
    ["Reader", "Microsoft.Storage/storageAccounts/listKeys/action", false],
  ])("%s, %s: %s", (role, asked, expected) => {
    expect(may(role, asked)).toBe(expected);
  });

  test("are told apart by id and by name, and every entry allows something", () => {
    const all = [...BUILT_IN.values()];
    expect(all.length).toBeGreaterThan(70);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { permissions } of all)
      expect(
        permissions.flatMap(({ actions = [], dataActions = [] }) => [...actions, ...dataActions]),
      ).not.toEqual([]);
  });
});

describe("conditions", () => {
  const WRITE = "Microsoft.Authorization/roleAssignments/write";
  const attributes = (role: string, type: string) => ({
    "request|microsoft.authorization/roleassignments:roledefinitionid": role,
    "request|microsoft.authorization/roleassignments:principaltype": type,
  });
  const limited = parseCondition(
    `((!(ActionMatches{'${WRITE}'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals{aaaa, bbbb} AND @Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase{'ServicePrincipal', 'Group'}))`,
  );

  test.each([
    ["one of the roles to one of the kinds", WRITE, attributes("BBBB", "group"), true],
    ["another role", WRITE, attributes("cccc", "Group"), false],
    ["another kind", WRITE, attributes("aaaa", "User"), false],
    ["what is not said", WRITE, {}, false],
    ["another action", "Microsoft.Authorization/roleAssignments/read", {}, true],
  ])("%s", (_, asked, known, expected) => {
    expect(limited({ action: asked, attributes: known })).toBe(expected);
  });

  test.each([
    "",
    "(",
    "ActionMatches{'a'} ActionMatches{'b'}",
    "nonsense",
    "@Request[x] Matches{'a'}",
    "ActionMatches{'a'} OR",
  ])("%j cannot be read, and it is said why", (text) =>
    expect(() => parseCondition(text)).toThrow(ConditionError),
  );

  test("AND binds before OR, brackets before both, ! before all", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (a, b, c) => {
        const test = (value: boolean) => (value ? "ActionMatches{'*'}" : "ActionMatches{'no'}");
        const say = (text: string) => parseCondition(text)({ action: "x/y", attributes: {} });
        const [A, B, C] = [test(a), test(b), test(c)];
        expect(say(`${A} OR ${B} AND ${C}`)).toBe(a || (b && c));
        expect(say(`(${A} OR ${B}) AND ${C}`)).toBe((a || b) && c);
        expect(say(`!${A} && !(${B} || ${C})`)).toBe(!a && !(b || c));
      }),
    );
  });
});
