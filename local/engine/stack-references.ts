/**
 * Stack references: what the provider `pulumi` is in Pulumi's engine itself. A program reads the outputs that another stack
 * left; nothing is made. Stacks are looked for where this one's state is: `STACK.json` beside it.
 */
import { dirname, join } from "node:path";
import { hasSecret } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { InvokableProvider } from "./provider.ts";
import type { Deployment } from "./state.ts";
import { loadState } from "./statefile.ts";
import { isStack } from "./urn.ts";

const STACK_REFERENCE = "pulumi:pulumi:StackReference";
/** The package whose only resource that is. */
export const BUILTIN = "pulumi";

/** The outputs of a stack, by the name that a program gives it. @throws Error that says where it was looked for. */
export type OutputsOf = (name: string) => Promise<PropertyMap>;

interface Own {
  readonly project: string;
  readonly stack: string;
  /** As this run found it. */
  readonly deployment: Deployment;
  /** File of the state; without one there are no other stacks. */
  readonly statePath?: string | undefined;
  readonly passphrase?: string | undefined;
}

/** `stack`, or `organization/project/stack`. The embedded engine has one project. */
function stackNamed(name: string, project: string): string {
  const parts = name.split("/");
  const [organization, named = project, stack = name] = parts.length === 3 ? parts : [];
  if (parts.length !== 1 && parts.length !== 3)
    throw new Error(`the stack reference "${name}" is neither STACK nor organization/PROJECT/STACK`);
  if ((organization ?? "organization") !== "organization" || named !== project)
    throw new Error(
      `the stack reference "${name}" is to another project: the embedded engine knows stacks of organization/${project} alone`,
    );
  return stack;
}

export function stackOutputs({ project, stack: own, deployment, statePath, passphrase }: Own): OutputsOf {
  async function deploymentOf(name: string): Promise<Deployment> {
    const stack = stackNamed(name, project);
    if (stack === own) return deployment;
    const path = statePath === undefined ? undefined : join(dirname(statePath), `${stack}.json`);
    const found = path === undefined ? undefined : await loadState(path, passphrase);
    if (!found || found.resources.length === 0)
      throw new Error(
        `unknown stack "${name}": nothing is in ${path ?? "this run's state"}; bring that stack up first`,
      );
    return found;
  }
  return async (name) => {
    const { resources } = await deploymentOf(name);
    return resources.find(({ urn }) => isStack(urn))?.outputs ?? {};
  };
}

/** The provider itself, as Pulumi's engine has it: reads a reference, and has nothing else to do. */
export function builtinProvider(outputsOf: OutputsOf): InvokableProvider {
  const refuse = (what: string) => () =>
    Promise.reject(new Error(`the embedded engine does not support ${what}: use an SDK of today`));
  return {
    async read({ type, id, inputs = {} }) {
      if (type !== STACK_REFERENCE) throw new Error(`the embedded engine does not support ${type}`);
      const name = inputs["name"];
      if (typeof name !== "string") throw new Error("a stack reference cannot be imported");
      const outputs = await outputsOf(name);
      const secretOutputNames = Object.keys(outputs)
        .filter((key) => hasSecret(outputs[key]!))
        .sort();
      return { id, inputs, properties: { name, outputs, secretOutputNames } };
    },
    diff: () => Promise.resolve({ changes: false }),
    check: refuse("stack references that are registered"),
    create: refuse("stack references that are registered"),
    update: refuse("stack references that are registered"),
    delete: () => Promise.resolve(),
    invoke: refuse("functions of stack references"),
  };
}
